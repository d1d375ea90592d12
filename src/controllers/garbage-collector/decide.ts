import type { KubeObject, OwnerReference } from '../../schema/object.ts';
import { FOREGROUND, hasFinalizer, ORPHAN } from './graph.ts';

/** What is known of an owner: there, gone (or another object of that name), or waiting for its dependents to go. */
export type OwnerState = 'solid' | 'dangling' | 'waiting';

export type Verdict =
  | { readonly kind: 'keep' }
  | { readonly kind: 'strip'; readonly owners: readonly OwnerReference[] }
  | { readonly kind: 'delete'; readonly policy: 'Background' | 'Foreground' | 'Orphan' };

/**
 * What becomes of a dependent (statefulset.md 2.5): one solid owner keeps it and the others are struck out; without a
 * solid one it is deleted, in the foreground when an owner waits for it and it has dependents of its own.
 */
export function judge(
  object: KubeObject,
  states: ReadonlyMap<OwnerReference, OwnerState>,
  hasDependents: boolean,
): Verdict {
  const all = [...states.values()];
  if (all.length === 0) return { kind: 'keep' };
  if (all.includes('solid')) {
    const owners = [...states].filter(([, state]) => state === 'solid').map(([owner]) => owner);
    return owners.length === all.length ? { kind: 'keep' } : { kind: 'strip', owners };
  }
  if (all.includes('waiting') && hasDependents) return { kind: 'delete', policy: 'Foreground' };
  if (hasFinalizer(object, ORPHAN)) return { kind: 'delete', policy: 'Orphan' };
  return { kind: 'delete', policy: hasFinalizer(object, FOREGROUND) ? 'Foreground' : 'Background' };
}
