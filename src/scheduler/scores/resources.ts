import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import type { Score } from '../types.ts';

const free = (used: number, has: number): number => (has === 0 || used > has ? 0 : ((has - used) * 100) / has);
const share = (used: number, has: number): number => (has === 0 ? 1 : Math.min(1, used / has));

function least(pod: PodInfo, node: NodeInfo): number {
  const cpu = free(node.scoreCpu + pod.scoreCpu, node.allocatable.milliCpu);
  const memory = free(node.scoreMemory + pod.scoreMemory, node.allocatable.memory);
  return Math.floor((cpu + memory) / 2);
}

/** The emptier node first: mean of the free shares of CPU and memory. */
export const leastAllocated: Score = {
  name: 'NodeResourcesFit',
  weight: 1,
  prepare: (pod) => (node) => least(pod, node),
};

/** Nodes whose CPU and memory would be used alike (standard deviation of two shares is half their distance). */
export const balancedAllocation: Score = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  prepare(pod) {
    const { requests } = pod;
    if (requests.milliCpu === 0 && requests.memory === 0) return null;
    return (node) => {
      const cpu = share(node.requested.milliCpu + requests.milliCpu, node.allocatable.milliCpu);
      const memory = share(node.requested.memory + requests.memory, node.allocatable.memory);
      return Math.floor((1 - Math.abs(cpu - memory) / 2) * 100);
    };
  },
};
