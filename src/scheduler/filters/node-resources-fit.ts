import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import type { Filter, Verdict } from '../types.ts';

/** Whether the pod fits; says it without looking for reasons, because most nodes of most clusters have room. */
function fits({ requests }: PodInfo, { pods, maxPods, allocatable, requested }: NodeInfo): boolean {
  return (
    pods.size < maxPods &&
    requests.extended === null &&
    (requests.milliCpu === 0 || requests.milliCpu <= allocatable.milliCpu - requested.milliCpu) &&
    (requests.memory === 0 || requests.memory <= allocatable.memory - requested.memory) &&
    (requests.ephemeral === 0 || requests.ephemeral <= allocatable.ephemeral - requested.ephemeral)
  );
}

/** What is missing on the node; null when the pod fits. A request above what the node has at all is unresolvable. */
function shortage(pod: PodInfo, node: NodeInfo): Verdict | null {
  const { requests } = pod;
  const { allocatable, requested } = node;
  let reasons: string[] | null = null;
  let beyond = false;
  const check = (name: string, wanted: number, has: number, used: number): void => {
    if (wanted === 0 || wanted <= has - used) return;
    reasons ??= [];
    reasons.push(`Insufficient ${name}`);
    beyond ||= wanted > has;
  };
  if (node.pods.size + 1 > node.maxPods) reasons = ['Too many pods'];
  check('cpu', requests.milliCpu, allocatable.milliCpu, requested.milliCpu);
  check('memory', requests.memory, allocatable.memory, requested.memory);
  check('ephemeral-storage', requests.ephemeral, allocatable.ephemeral, requested.ephemeral);
  if (requests.extended !== null) {
    for (const [name, wanted] of requests.extended) {
      check(name, wanted, allocatable.extended?.get(name) ?? 0, requested.extended?.get(name) ?? 0);
    }
  }
  return reasons === null ? null : { reasons, unresolvable: beyond };
}

/** Requests must fit into what the node's pods leave of its allocatable; every pod takes one pod slot. */
export const nodeResourcesFit: Filter = {
  name: 'NodeResourcesFit',
  prepare: (pod) => (node) => (fits(pod, node) ? null : shortage(pod, node)),
};
