import { cause } from '../cause.ts';
import { losesData, risk, way } from '../chain.ts';
import { deletePod, kubectl } from '../commands.ts';
import { usersOf } from '../facts/claim-gates.ts';
import { isTerminating } from '../facts/pod-facts.ts';
import { subjectOf } from '../subject.ts';
import { ageText, listed } from '../words.ts';

const PROTECTION = 'kubernetes.io/pvc-protection';

/** Deleted, and held by the pods that use it or by other finalizers. */
export const claimTerminating = cause({
  id: 'claim-terminating',
  kind: 'PersistentVolumeClaim',
  applies(claim, world) {
    const { deletionTimestamp, finalizers = [], namespace = '', name = '' } = claim.metadata;
    if (deletionTimestamp === undefined) return null;
    const since = ageText(world.since(deletionTimestamp));
    const users = usersOf(claim, world).filter(({ spec }) => spec.nodeName !== undefined);
    const volume = world.volume(claim.spec.volumeName);
    const retained = volume?.spec.persistentVolumeReclaimPolicy === 'Retain';
    const fate =
      volume === undefined
        ? ''
        : retained
          ? `; its volume ${volume.metadata.name} is retained then`
          : `; its volume ${volume.metadata.name} goes with it`;
    if (finalizers.includes(PROTECTION) && users.length > 0) {
      const [first] = users;
      const leaving = users.filter(isTerminating);
      return {
        severity: leaving.length === users.length ? 'follows' : 'blocks',
        says: `it was deleted ${since} ago and goes when ${listed(users.map(({ metadata }) => metadata.name ?? ''))} no longer ${users.length === 1 ? 'exists' : 'exist'}${fate}`,
        rule: {
          text: 'A claim in use is only marked; it goes when the last pod object that mounts it is gone. The mark cannot be taken back.',
          source: `finalizer ${PROTECTION}`,
        },
        ways: [
          ...(retained || volume === undefined
            ? []
            : [
                way(
                  'save the volume first: have it retained',
                  kubectl(
                    undefined,
                    'patch',
                    'pv',
                    volume.metadata.name ?? '',
                    '-p',
                    '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}',
                  ),
                ),
              ]),
          way(
            'then let the pod go; a set makes it anew, on a new and empty claim',
            deletePod(namespace, first!.metadata.name ?? ''),
            retained ? risk('the member starts empty; the old volume is kept') : losesData(`pvc ${name}`),
          ),
        ],
        next: leaving.slice(0, 1).map((pod) => subjectOf('Pod', pod)),
      };
    }
    const others = finalizers.filter((each) => each !== PROTECTION);
    if (others.length === 0)
      return { severity: 'waits', says: `it was deleted ${since} ago and is about to go${fate}` };
    return {
      severity: 'blocks',
      says: `it was deleted ${since} ago and is held by ${others.length === 1 ? 'finalizer' : 'finalizers'} ${listed(others)}${fate}`,
      rule: {
        text: 'A deleted object stays until whoever set a finalizer takes it off.',
        source: 'metadata.finalizers',
      },
      ways: [
        way(
          'see who set it, and whether that controller runs',
          kubectl(namespace, 'get', 'pvc', name, '-o', 'yaml', '--show-managed-fields'),
        ),
      ],
    };
  },
});
