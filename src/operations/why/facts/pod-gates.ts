import type { ContainerStatus, Pod } from '../observed.ts';
import type { World } from '../world.ts';
import { isNodeReady, isUnreachable } from './node-facts.ts';
import { type ContainerView, conditionOf, containersOf, isDone, isTerminating } from './pod-facts.ts';
import { parseSchedulingMessage, type SchedulingMessage } from './scheduling-message.ts';

/** The node of the pod does not answer, or is gone: what the pod's status says is old. */
export function nodeLost(pod: Pod, world: World): boolean {
  const name = pod.spec.nodeName;
  if (name === undefined || !world.sees('nodes')) return false;
  const node = world.node(name);
  return node === undefined || isUnreachable(node) || !isNodeReady(node);
}

/** Bound to a live node and meant to run: only then its containers tell why it is not Ready. */
export function isLive(pod: Pod, world: World): boolean {
  return pod.spec.nodeName !== undefined && !isTerminating(pod) && !isDone(pod) && !nodeLost(pod, world);
}

export interface Waiting {
  readonly view: ContainerView;
  readonly status: ContainerStatus;
  readonly reason: string;
  readonly message: string;
}

/** The first container of a live pod that waits for one of these reasons. */
export function waitingFor(pod: Pod, world: World, reasons: readonly string[]): Waiting | null {
  if (!isLive(pod, world)) return null;
  for (const view of containersOf(pod)) {
    const waiting = view.status?.state?.waiting;
    if (view.status !== undefined && waiting?.reason !== undefined && reasons.includes(waiting.reason))
      return { view, status: view.status, reason: waiting.reason, message: waiting.message ?? '' };
  }
  return null;
}

/** The scheduler's last word on a pod that has no node; null when it has one, or the scheduler said nothing. */
export function unscheduled(pod: Pod): { readonly message: string; readonly parsed: SchedulingMessage | null } | null {
  if (pod.spec.nodeName !== undefined || isTerminating(pod) || isDone(pod)) return null;
  const condition = conditionOf(pod, 'PodScheduled');
  if (condition?.status !== 'False' || condition.reason === 'SchedulingGated') return null;
  const message = condition.message ?? '';
  return { message, parsed: parseSchedulingMessage(message) };
}

export interface Refused {
  /** Nodes of these reasons. */
  readonly count: number;
  readonly nodes: number;
  readonly reasons: readonly string[];
}

/** How many nodes were refused for reasons that match; null when none was. */
export function refusedBy(pod: Pod, pattern: RegExp): Refused | null {
  const parsed = unscheduled(pod)?.parsed;
  if (parsed == null) return null;
  const hits = parsed.reasons.filter(({ reason }) => pattern.test(reason));
  if (hits.length === 0) return null;
  // A node may lack several resources at once and is then counted for each.
  const count = Math.min(
    parsed.nodes,
    hits.reduce((sum, { count: n }) => sum + n, 0),
  );
  return { count, nodes: parsed.nodes, reasons: hits.map(({ reason }) => reason) };
}

/** `no node takes it: 2 of 3`. */
export function nodesText({ count, nodes }: Refused): string {
  if (nodes === 1) return 'the only node';
  return count === nodes ? `all ${nodes} nodes` : `${count} of ${nodes} nodes`;
}
