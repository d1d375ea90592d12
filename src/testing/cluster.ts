import type { TestCluster, TestClusterOptions } from './test-cluster.ts';

/**
 * A whole cluster in this process: API server, controllers, scheduler and simulated nodes, in memory.
 *
 * @example
 * const cluster = await startCluster({ nodes: 3 });
 * await cluster.apply(yaml);
 * await cluster.waitFor(STATEFUL_SETS_IN_DEFAULT, 'web', (set) => set.status?.readyReplicas === 3);
 * cluster.node('node-2').crash();
 * await cluster.advance(6 * 60_000);
 * await cluster.stop();
 */
export async function startCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  const clock = options.clock ?? (options.listen === true ? 'real' : 'virtual');
  if (clock === 'virtual') return (await import('./virtual-cluster.ts')).startVirtualCluster(options);
  return (await import('./real-cluster.ts')).startRealCluster(options);
}
