import { controllerOf } from '../../client/meta.ts';
import type { Pod } from '../framework/objects.ts';
import { isTerminating } from '../framework/pods.ts';
import { selects } from '../framework/selector.ts';
import { memberOf } from './names.ts';
import type { StatefulSet } from './types.ts';

export interface Membership {
  readonly members: readonly Pod[];
  /** Ours by reference, but by name or labels no longer: the reference goes. */
  readonly release: readonly Pod[];
  /** Nobody's, and ours by name and labels: become members once adopted. */
  readonly adopt: readonly Pod[];
}

/** Which pods the set claims (statefulset.md 1.8). `candidates`: controlled by the set, or by nobody in its namespace. */
export function decideMembership(set: StatefulSet, candidates: readonly Pod[]): Membership {
  const members: Pod[] = [];
  const release: Pod[] = [];
  const adopt: Pod[] = [];
  const live = set.metadata.deletionTimestamp === undefined;
  for (const pod of candidates) {
    const controller = controllerOf(pod);
    if (controller !== undefined && controller.uid !== set.metadata.uid) continue;
    const matches =
      memberOf(pod.metadata.name ?? '').parent === set.metadata.name && selects(set.spec.selector, pod.metadata.labels);
    if (controller !== undefined) {
      if (matches) members.push(pod);
      else if (live) release.push(pod);
    } else if (matches && live && !isTerminating(pod)) {
      adopt.push(pod);
    }
  }
  return { members, release, adopt };
}
