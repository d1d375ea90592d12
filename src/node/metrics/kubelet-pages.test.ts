import { describe, expect, it } from 'vitest';
import type { PodWorker } from '../pod/worker.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import type { MountedClaim } from '../volumes/claim-volumes.ts';
import { kubeletPage, type NodeView } from './kubelet-pages.ts';
import type { VolumeUsage } from './volume-stats.ts';

const worker = (uid: string): PodWorker => {
  const record = { name: 'main', state: { phase: 'running', startedAt: 1_000 } };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: `pod-${uid}`, namespace: 'ns', uid } };
  return { uid, pod, startTime: 0, records: [record], record: () => record } as unknown as PodWorker;
};
const mounted = (podUid: string, claim: string): MountedClaim => {
  const metadata = { name: claim, namespace: 'ns', uid: `uid-${claim}` };
  const object = { apiVersion: 'v1', kind: 'Claim', metadata };
  return { podUid, name: 'data', claim: object, volume: object } as unknown as MountedClaim;
};
const usage: VolumeUsage = {
  capacityBytes: 1000,
  availableBytes: 600,
  usedBytes: 400,
  inodes: 10,
  inodesFree: 7,
  inodesUsed: 3,
};
const view = (extra: Partial<NodeView> = {}): NodeView => ({
  nodeName: 'node-1',
  startedAt: 0,
  clock: { now: () => 5_000 } as never,
  runtime: { stats: async () => [{ name: 'main', memoryBytes: 2048, cpuNanos: 5e8 }] } as unknown as Runtime,
  workers: [worker('a'), worker('b')],
  claims: [mounted('a', 'shared'), mounted('b', 'shared'), mounted('b', 'lost')],
  usage: async ({ claim }) => (claim.metadata.name === 'lost' ? null : usage),
  ...extra,
});
const body = async (path: string, extra: Partial<NodeView> = {}): Promise<string> =>
  (await kubeletPage(path, view(extra)))?.body ?? '';

describe('pages of a node', () => {
  it('tell how full each claim is, once, and leave out what cannot be measured', async () => {
    const lines = (await body('/metrics')).split('\n').filter((line) => line.startsWith('kubelet_volume_stats_'));
    const labels = '{namespace="ns",persistentvolumeclaim="shared"}';
    expect(lines).toEqual([
      `kubelet_volume_stats_available_bytes${labels} 600`,
      `kubelet_volume_stats_capacity_bytes${labels} 1000`,
      `kubelet_volume_stats_inodes${labels} 10`,
      `kubelet_volume_stats_inodes_free${labels} 7`,
      `kubelet_volume_stats_inodes_used${labels} 3`,
      `kubelet_volume_stats_used_bytes${labels} 400`,
    ]);
    expect(await body('/metrics', { claims: [] })).not.toContain('kubelet_volume_stats');
    expect(await body('/metrics')).toContain('kubelet_running_pods 2\n');
  });

  it('give the summary of each pod with its containers and volumes', async () => {
    const { node, pods } = JSON.parse(await body('/stats/summary'));
    expect(node.nodeName).toBe('node-1');
    expect(pods[1]).toEqual({
      podRef: { name: 'pod-b', namespace: 'ns', uid: 'b' },
      startTime: '1970-01-01T00:00:00Z',
      containers: [
        {
          name: 'main',
          startTime: '1970-01-01T00:00:01Z',
          cpu: { time: '1970-01-01T00:00:05Z', usageCoreNanoSeconds: 5e8 },
          memory: { time: '1970-01-01T00:00:05Z', workingSetBytes: 2048 },
        },
      ],
      cpu: { time: '1970-01-01T00:00:05Z', usageCoreNanoSeconds: 5e8 },
      memory: { time: '1970-01-01T00:00:05Z', workingSetBytes: 2048 },
      volume: [{ time: '1970-01-01T00:00:05Z', ...usage, name: 'data', pvcRef: { name: 'shared', namespace: 'ns' } }],
    });
  });

  it('count what containers use', async () => {
    const text = await body('/metrics/resource');
    expect(text).toContain('container_cpu_usage_seconds_total{container="main",namespace="ns",pod="pod-a"} 0.5\n');
    expect(text).toContain('pod_memory_working_set_bytes{namespace="ns",pod="pod-b"} 2048\n');
  });

  it('are no others', async () => {
    expect(await kubeletPage('/run', view())).toBeNull();
    expect(JSON.parse(await body('/pods')).items).toHaveLength(2);
  });
});
