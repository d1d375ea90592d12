import type { KubeObject } from '../../schema/object.ts';

/** Whether a pod's containers may go on, from its object and the time alone (node.md 5.1, 5.4). */
export type Due =
  | { readonly kind: 'end'; readonly graceMs: number }
  /** It was active for longer than its spec allows. */
  | { readonly kind: 'overdue' }
  /** `until`: when to ask again at the latest; null: only when something changes. */
  | { readonly kind: 'go on'; readonly until: number | null };

/** The grace of the spec, in milliseconds. */
export function graceOf(pod: KubeObject): number {
  return (pod.spec.terminationGracePeriodSeconds ?? 30) * 1000;
}

/** The grace of the deletion, or of the spec where the object went by force. */
export function deletionGraceOf(pod: KubeObject): number {
  const given = pod.metadata.deletionGracePeriodSeconds;
  return given === undefined ? graceOf(pod) : given * 1000;
}

/** `startTime` and `now` in milliseconds of the wall clock. */
export function dueOf(pod: KubeObject, startTime: number, now: number): Due {
  if (pod.metadata.deletionTimestamp !== undefined) return { kind: 'end', graceMs: deletionGraceOf(pod) };
  const phase = pod.status?.phase;
  if (phase === 'Succeeded' || phase === 'Failed') return { kind: 'end', graceMs: 0 };
  const limit: number | undefined = pod.spec.activeDeadlineSeconds;
  if (!limit) return { kind: 'go on', until: null };
  const until = startTime + limit * 1000;
  return now >= until ? { kind: 'overdue' } : { kind: 'go on', until };
}
