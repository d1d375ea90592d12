import type { KubeObject } from '../../schema/object.ts';
import { amountText, type Shortage } from './thresholds.ts';

/** What one container of a pod uses of what is short. */
export interface ContainerUsage {
  readonly name: string;
  readonly used: number;
  readonly request: number;
}

export interface Candidate {
  readonly pod: KubeObject;
  readonly containers: readonly ContainerUsage[];
  /** Of the whole pod, its volumes included. */
  readonly used: number;
  readonly request: number;
}

const CRITICAL_PRIORITY = 2_000_000_000;

export function isCritical(pod: KubeObject): boolean {
  return (pod.spec.priority ?? 0) >= CRITICAL_PRIORITY;
}

/**
 * The pod to give up (node.md 5.5): one that uses more than it asked for before one that does not, then the lower priority,
 * then the larger excess; null when all are critical.
 */
export function victimOf(candidates: readonly Candidate[]): Candidate | null {
  const order = (a: Candidate, b: Candidate): number =>
    Number(b.used > b.request) - Number(a.used > a.request) ||
    (a.pod.spec.priority ?? 0) - (b.pod.spec.priority ?? 0) ||
    b.used - b.request - (a.used - a.request);
  return candidates.filter(({ pod }) => !isCritical(pod)).sort(order)[0] ?? null;
}

/** Upstream's words, trailing space included. */
export function evictionMessage(shortage: Shortage, victim: Candidate): string {
  const { resource, threshold, available } = shortage;
  const text = (amount: number): string => amountText(resource, amount);
  const head = `The node was low on resource: ${resource}. Threshold quantity: ${text(threshold)}, available: ${text(available)}. `;
  const larger = victim.containers
    .filter(({ used, request }) => used > request)
    .map(
      ({ name, used, request }) =>
        `Container ${name} was using ${text(used)}, request is ${text(request)}, has larger consumption of ${resource}. `,
    );
  return head + larger.join('');
}
