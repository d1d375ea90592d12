import { compareQuantity } from '../../../base/quantity.ts';
import { cause } from '../cause.ts';
import { risk, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { classOf, isPending, NO_PROVISIONER } from '../facts/claim-gates.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../observed.ts';
import { counted, listed } from '../words.ts';

/** Volumes of its class are made by hand, and none that is free fits. */
export const claimNoVolume = cause({
  id: 'claim-no-volume',
  kind: 'PersistentVolumeClaim',
  applies(claim, world) {
    if (!isPending(claim) || claim.spec.volumeName !== undefined || !world.sees('volumes')) return null;
    const wanted = claim.spec.storageClassName ?? '';
    const storageClass = classOf(claim, world);
    const volumes = world.observed.volumes.filter(({ spec }) => (spec.storageClassName ?? '') === wanted);
    const byHand =
      storageClass === undefined ? wanted !== '' && volumes.length > 0 : storageClass.provisioner === NO_PROVISIONER;
    if (!byHand) return null;
    // A claim that may still be bound when its pod is placed is not stuck.
    if (
      storageClass?.volumeBindingMode === 'WaitForFirstConsumer' &&
      volumes.some((volume) => misfit(volume, claim) === null)
    )
      return null;
    const reasons = volumes.map(
      (volume) => `${volume.metadata.name} ${misfit(volume, claim) ?? 'fits and will be bound'}`,
    );
    const released = volumes.filter(({ status }) => status.phase === 'Released');
    const free = released[0]?.metadata.name;
    return {
      severity: 'blocks',
      says: `none of ${counted(volumes.length, 'volume')} of class ${wanted} is free for it${reasons.length === 0 ? '' : `: ${listed(reasons)}`}`,
      rule: {
        text: 'A claim is bound to a free volume of its class that is large enough and has its access modes; a Released volume is not free, it still holds the data of its last claim.',
        source: 'PersistentVolume status.phase, spec.claimRef',
      },
      ways: [
        way('make a volume that fits', kubectl(undefined, 'apply', '-f', 'volume.yaml')),
        ...(free === undefined
          ? []
          : [
              way(
                `or free ${free} for use (with what is on it)`,
                kubectl(undefined, 'patch', 'pv', free, '--type=merge', '-p', '{"spec":{"claimRef":null}}'),
                risk(`the member starts on the old data of ${released[0]!.spec.claimRef?.name ?? 'another claim'}`),
              ),
            ]),
      ],
    };
  },
});

/** Why a volume cannot be bound to a claim; null when it can. */
function misfit({ spec, status }: PersistentVolume, claim: PersistentVolumeClaim): string | null {
  const ref = spec.claimRef;
  if (status.phase === 'Released') return `is Released (of ${ref?.namespace}/${ref?.name})`;
  if (ref !== undefined && !(ref.namespace === claim.metadata.namespace && ref.name === claim.metadata.name))
    return `belongs to ${ref.namespace}/${ref.name}`;
  const size = claim.spec.resources.requests?.storage;
  const capacity = spec.capacity?.storage;
  if (size !== undefined && capacity !== undefined && compareQuantity(capacity, size) < 0)
    return `is too small (${capacity} of ${size})`;
  const lacking = (claim.spec.accessModes ?? []).filter((mode) => !(spec.accessModes ?? []).includes(mode));
  if (lacking.length > 0) return `lacks ${lacking.join(', ')}`;
  if ((spec.volumeMode ?? 'Filesystem') !== (claim.spec.volumeMode ?? 'Filesystem'))
    return `is of mode ${spec.volumeMode}`;
  return null;
}
