import type { PlantedBug } from './bug.ts';

const RECLAIM = 'src/controllers/provisioner/decide.ts';

export const VOLUME_BUGS: readonly PlantedBug[] = [
  {
    id: 'retained-volume-deleted',
    title: 'a released volume is deleted although its policy says Retain',
    file: RECLAIM,
    search: 'if (deletes && released) {',
    replace: 'if (released) {',
    breaks: 'S4',
    note: 'needs a class that retains, and a deleted claim',
  },
  {
    id: 'bound-volume-deleted',
    title: 'a volume is deleted while its claim is there',
    file: RECLAIM,
    search: "const released = volume.status?.phase === 'Released' || volume.status?.phase === 'Failed';",
    replace: 'const released = volume.status !== undefined;',
    breaks: 'S4',
    note: 'any provisioned volume shows it',
  },
  {
    id: 'volume-bound-twice',
    title: 'the volume of an earlier claim of the same name is given to the new one',
    file: 'src/controllers/framework/volumes.ts',
    search: "return ref.uid === undefined || ref.uid === '' || ref.uid === claim.metadata.uid;",
    replace: 'return true;',
    breaks: 'S3',
    note: 'needs a claim deleted and made again while its volume is being released',
  },
  {
    id: 'volume-released-early',
    title: 'a volume is released though its claim is there',
    file: 'src/controllers/persistent-volume/decide.ts',
    search: "if (claim === undefined || claim.metadata.uid !== ref.uid) return { kind: 'release' };",
    replace: "if (claim === undefined || claim.spec.volumeName !== volume.metadata.name) return { kind: 'release' };",
    breaks: 'S4',
    note: 'any claim shows it between the two halves of its binding',
  },
  {
    id: 'claim-protection-off',
    title: 'a claim goes while a pod uses it',
    file: 'src/controllers/volume-protection/controller.ts',
    search: 'if (terminating && (await inUse())) return;',
    replace: '',
    breaks: 'S3',
    note: 'needs a user who deletes a claim in use',
  },
];
