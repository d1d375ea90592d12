import type { Decision } from './decide.ts';

const byCount = (reasons: Iterable<string>): string => {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
};

/** Filters that run before DynamicResources: a refusal by them leaves "not found" where preemption would report. */
const REFUSED_TAIL = 'not found';

/** The text of FailedScheduling and of the PodScheduled condition (node.md 7.2). `preemption` says why it did not help; null: it did. */
export function failureMessage(
  decision: Exclude<Decision, { kind: 'node' }>,
  nodeCount: number,
  preemption: string | null,
): string {
  if (decision.kind === 'no-nodes') return 'no nodes available to schedule pods';
  const head = `0/${nodeCount} nodes are available`;
  if (decision.kind === 'refused') return `${head}: ${decision.message}. ${REFUSED_TAIL}`;
  const reasons = [...decision.verdicts.values()].flatMap((verdict) => verdict.reasons);
  if (preemption === null) return `${head}: ${byCount(reasons)}.`;
  return `${head}: ${byCount(reasons)}. no new claims to deallocate, preemption: ${preemption}`;
}

/** Why preemption found nothing, node by node. */
export function preemptionMessage(reasons: Iterable<string>, nodeCount: number): string {
  return `0/${nodeCount} nodes are available: ${byCount(reasons)}.`;
}
