import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { classOf, isPending, usersOf } from '../facts/claim-gates.ts';
import type { PersistentVolumeClaim } from '../observed.ts';
import { ageText, shortened } from '../words.ts';
import type { World } from '../world.ts';

const idle = (claim: PersistentVolumeClaim, world: World): boolean => usersOf(claim, world).length === 0;

/** Pending, and no cause of its own explains it. */
export const claimPending = cause({
  id: 'claim-pending',
  kind: 'PersistentVolumeClaim',
  fallback: true,
  applies(claim, world) {
    // A claim that waits for its first consumer without having one is not stuck.
    if (
      !isPending(claim) ||
      (classOf(claim, world)?.volumeBindingMode === 'WaitForFirstConsumer' && idle(claim, world))
    )
      return null;
    const { namespace = '', name = '', uid } = claim.metadata;
    const [event] = world.events('PersistentVolumeClaim', namespace, name, uid);
    return {
      severity: 'blocks',
      says: `it has been Pending for ${ageText(world.age(claim))}${event === undefined ? '' : `: ${shortened(event.message, 200)}`}`,
      rule: {
        text: 'A claim is Pending until a volume that fits is bound to it.',
        source: 'PersistentVolumeClaim status.phase',
      },
      ways: [way('see what was said about it', kubectl(namespace, 'describe', 'pvc', name))],
    };
  },
});
