import { allocatedOf, resizeStatusOf } from '../../api/shared/claim-resize.ts';
import { compareQuantity } from '../../base/quantity.ts';
import type { PersistentVolumeClaim } from '../framework/objects.ts';
import type { PersistentVolume } from '../framework/volumes.ts';

export type ResizeDecision =
  /** It has the size it asks for, or the next step is someone else's. */
  | { readonly kind: 'nothing' }
  /** `begins`: nobody has been told of this size yet. */
  | { readonly kind: 'grow'; readonly size: string; readonly begins: boolean };

const NOTHING: ResizeDecision = { kind: 'nothing' };

/**
 * What the growth of a claim needs from the controller (node.md 8.4; KEP-1790 recovery). A growth under way is finished
 * before the next begins; one that turned out infeasible is begun anew once the claim asks for another size. Pure.
 */
export function decideResize(claim: PersistentVolumeClaim, volume: PersistentVolume): ResizeDecision {
  if (claim.status?.phase !== 'Bound' || claim.metadata.deletionTimestamp !== undefined) return NOTHING;
  const wanted = claim.spec.resources?.requests?.storage ?? '0';
  if (compareQuantity(wanted, claim.status.capacity?.storage ?? '0') <= 0) return NOTHING;
  const allocated = allocatedOf(claim);
  const grow = (size: string): ResizeDecision => ({
    kind: 'grow',
    size,
    begins: resizeStatusOf(claim) !== 'ControllerResizeInProgress' || allocated !== size,
  });
  switch (resizeStatusOf(claim)) {
    case 'ControllerResizeInProgress':
      return grow(allocated ?? wanted);
    case 'NodeResizePending':
    case 'NodeResizeInProgress': {
      // The node can only begin when the volume itself has grown.
      const size = allocated ?? wanted;
      return compareQuantity(volume.spec.capacity?.storage ?? '0', size) < 0 ? grow(size) : NOTHING;
    }
    case 'ControllerResizeInfeasible':
    case 'NodeResizeInfeasible':
      return allocated !== undefined && compareQuantity(allocated, wanted) === 0 ? NOTHING : grow(wanted);
    default:
      return grow(wanted);
  }
}
