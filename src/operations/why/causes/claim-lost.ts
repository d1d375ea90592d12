import { cause } from '../cause.ts';
import { losesData, way } from '../chain.ts';
import { deletePod, kubectl } from '../commands.ts';
import { memberOfClaim } from '../facts/owner.ts';

/** The volume of a bound claim is gone. */
export const claimLost = cause({
  id: 'claim-lost',
  kind: 'PersistentVolumeClaim',
  applies(claim, world) {
    const { namespace = '', name = '' } = claim.metadata;
    const volume = claim.spec.volumeName ?? '';
    const gone =
      volume !== '' && world.sees('volumes') && world.volume(volume) === undefined && claim.status.phase === 'Bound';
    if (claim.status.phase !== 'Lost' && !gone) return null;
    const member = memberOfClaim(namespace, name, world);
    return {
      severity: 'blocks',
      says: `its volume ${volume} does not exist any more${gone ? '' : ' (Lost)'}: what was on it is out of reach`,
      rule: {
        text: 'A claim is bound once. When its volume object is deleted it is Lost, and is never bound to another one.',
        source: 'PersistentVolumeClaim status.phase',
      },
      ways: [
        way(
          'if the storage itself still exists: make the volume object again under that name, with a claimRef to this claim and its uid',
          kubectl(undefined, 'apply', '-f', 'volume.yaml'),
        ),
        ...(member === undefined
          ? []
          : [
              way(
                `or start ${member.pod} on an empty volume`,
                [kubectl(namespace, 'delete', 'pvc', name, '--wait=false'), deletePod(namespace, member.pod)],
                losesData(`pvc ${name}`),
              ),
            ]),
      ],
    };
  },
});
