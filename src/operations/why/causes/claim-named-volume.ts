import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { isPending } from '../facts/claim-gates.ts';

/** It names the volume it wants, and cannot have it. */
export const claimNamedVolume = cause({
  id: 'claim-named-volume',
  kind: 'PersistentVolumeClaim',
  applies(claim, world) {
    const wanted = claim.spec.volumeName;
    if (!isPending(claim) || wanted === undefined || wanted === '' || !world.sees('volumes')) return null;
    const volume = world.volume(wanted);
    const { namespace = '', name = '', uid } = claim.metadata;
    const rule = {
      text: 'A claim that names a volume is bound to that one or to none.',
      source: 'PersistentVolumeClaim spec.volumeName',
    };
    if (volume === undefined)
      return {
        severity: 'blocks',
        says: `the volume ${wanted} it names does not exist`,
        rule,
        ways: [way('make that volume', kubectl(undefined, 'apply', '-f', 'volume.yaml'))],
      };
    const mismatch = world
      .events('PersistentVolumeClaim', namespace, name, uid)
      .find(({ reason }) => reason === 'VolumeMismatch');
    const ref = volume.spec.claimRef;
    if (ref !== undefined && (ref.namespace !== namespace || ref.name !== name)) {
      return {
        severity: 'blocks',
        says: `the volume ${wanted} it names belongs to claim ${ref.namespace}/${ref.name}`,
        rule,
        ways: [way('see that claim', kubectl(ref.namespace, 'get', 'pvc', ref.name ?? ''))],
      };
    }
    if (mismatch === undefined) return null;
    return {
      severity: 'blocks',
      says: `the volume ${wanted} it names does not fit: ${mismatch.message.replace(/^.*": /, '')}`,
      rule,
      ways: [
        way('compare the two', [
          kubectl(namespace, 'get', 'pvc', name, '-o', 'yaml'),
          kubectl(undefined, 'get', 'pv', wanted, '-o', 'yaml'),
        ]),
      ],
    };
  },
});
