import { cause } from '../cause.ts';
import { classOf, isPending, usersOf } from '../facts/claim-gates.ts';
import { subjectOf } from '../subject.ts';
import { listed } from '../words.ts';

/** WaitForFirstConsumer: no volume before a pod that uses the claim has a node. */
export const claimWaitsForConsumer = cause({
  id: 'claim-waits-for-consumer',
  kind: 'PersistentVolumeClaim',
  applies(claim, world) {
    const storageClass = classOf(claim, world);
    if (
      !isPending(claim) ||
      claim.spec.volumeName !== undefined ||
      storageClass?.volumeBindingMode !== 'WaitForFirstConsumer'
    )
      return null;
    if (claim.metadata.annotations?.['volume.kubernetes.io/selected-node'] !== undefined) return null;
    const waiting = usersOf(claim, world).filter(({ spec }) => spec.nodeName === undefined);
    const rule = {
      text: `Class ${storageClass.metadata.name} makes a volume only when a pod that uses the claim is placed, so that the volume is made where the pod runs.`,
      source: 'StorageClass volumeBindingMode (WaitForFirstConsumer)',
    };
    if (waiting.length === 0) {
      return { severity: 'note', says: 'no pod uses it yet, and its volume is made for the first one', rule };
    }
    const names = listed(waiting.map(({ metadata }) => metadata.name ?? ''));
    return {
      severity: 'follows',
      says: `its volume is made when ${names} has got a node`,
      rule,
      next: waiting.slice(0, 1).map((pod) => subjectOf('Pod', pod)),
    };
  },
});
