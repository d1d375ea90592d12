import { describe, expect, it } from 'vitest';
import type { Timer } from '../../base/clock.ts';
import { systemRandom } from '../../base/random.ts';
import { EventBroadcaster } from '../../client/events.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import { LEASES, NODES, PODS } from '../../client/resources.ts';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import { MemoryClient } from '../../client/testing/memory-client.ts';
import type { Node, Pod } from '../framework/objects.ts';
import { createNodeLifecycleController } from './controller.ts';
import { createPodGarbageCollector } from './pod-gc.ts';
import { createTaintEvictionController } from './taint-eviction.ts';
import { toleratedMs } from './tolerations.ts';

const pods = { ...PODS, namespace: 'n' };
const leases = { ...LEASES, namespace: 'kube-node-lease' };

/** Its timers fire a little early, as those of Node.js do by the monotonic clock. */
class HastyClock extends ManualClock {
  override setTimer(delayMs: number, callback: () => void): Timer {
    return super.setTimer(delayMs > 1 ? delayMs - 0.5 : delayMs, callback);
  }
}

async function world(nodeNames: readonly string[], clock = new ManualClock()) {
  const client = new MemoryClient(clock);
  const informers = new InformerFactory(client, clock);
  const options = {
    client,
    clock,
    informers,
    events: new EventBroadcaster(client, clock),
    random: systemRandom,
    gates: {},
  };
  for (const create of [createNodeLifecycleController, createTaintEvictionController, createPodGarbageCollector])
    void create(options).start();
  for (const name of nodeNames) {
    await client.create(NODES, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name },
      spec: {},
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    });
    await client.create(leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name }, spec: {} });
  }
  await clock.settle();
  let beat = 0;
  /** Time passes while only these nodes renew their leases. */
  const pass = async (ms: number, alive: readonly string[]) => {
    for (let passed = 0; passed < ms; passed += 10_000) {
      for (const name of alive) await client.patch(leases, name, 'merge', { spec: { renewTime: String(++beat) } });
      await clock.advance(10_000);
    }
  };
  const node = (name: string) => client.get<Node>(NODES, name);
  const run = (name: string, nodeName: string, tolerationSeconds?: number) =>
    client.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        nodeName,
        containers: [],
        tolerations:
          tolerationSeconds === undefined ? [] : [{ operator: 'Exists', effect: 'NoExecute', tolerationSeconds }],
      },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    });
  const pod = (name: string) => client.get<Pod>(pods, name);
  return { clock, client, pass, node, run, pod };
}

describe('a node that falls silent', () => {
  it('becomes Unknown after 50 s, its pods unready and in time evicted', async () => {
    const { pass, node, run, pod } = await world(['a', 'b']);
    await run('web-0', 'a', 300);
    await pass(40_000, ['b']);
    expect((await node('a')).status?.conditions?.[0]?.status).toBe('True');
    await pass(30_000, ['b']);
    const silent = await node('a');
    expect(silent.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
    });
    expect(silent.spec.taints?.map(({ key, effect }) => `${key}:${effect}`)).toEqual([
      'node.kubernetes.io/unreachable:NoSchedule',
      'node.kubernetes.io/unreachable:NoExecute',
    ]);
    expect((await pod('web-0')).status?.conditions?.[0]?.status).toBe('False');
    await pass(280_000, ['b']);
    expect((await pod('web-0')).metadata.deletionTimestamp).toBeUndefined();
    await pass(30_000, ['b']);
    expect((await pod('web-0')).metadata.deletionTimestamp).toBeDefined();
  });

  it('has its pods evicted by timers that fire a little early, too', async () => {
    const { pass, run, pod } = await world(['a', 'b'], new HastyClock());
    await run('web-0', 'a', 300);
    await pass(380_000, ['b']);
    expect((await pod('web-0')).metadata.deletionTimestamp).toBeDefined();
  });

  it('is not tainted NoExecute when all nodes fell silent: then it is us', async () => {
    const { pass, node } = await world(['a', 'b']);
    await pass(100_000, []);
    for (const name of ['a', 'b']) {
      const effects = (await node(name)).spec.taints?.map(({ effect }) => effect) ?? [];
      expect(effects).not.toContain('NoExecute');
    }
  });

  it('loses its taints when it reports again', async () => {
    const { client, pass, node } = await world(['a', 'b']);
    await pass(70_000, ['b']);
    const silent = await node('a');
    await client.update(NODES, { ...silent, status: { conditions: [{ type: 'Ready', status: 'True' }] } }, 'status');
    await pass(10_000, ['a', 'b']);
    expect((await node('a')).spec.taints ?? []).toEqual([]);
  });
});

describe('pod collection', () => {
  it('fails and removes pods of a node that is gone, after 40 s', async () => {
    const { client, pass, run, pod } = await world(['a', 'b']);
    await run('web-0', 'a');
    await client.delete(NODES, 'a');
    await pass(40_000, ['b']);
    expect((await pod('web-0')).metadata.name).toBe('web-0');
    await pass(40_000, ['b']);
    await expect(pod('web-0')).rejects.toThrow('not found');
  });
});

describe('toleratedMs', () => {
  const taint = { key: 'k', effect: 'NoExecute' };
  const of = (tolerations: object[]) => toleratedMs({ spec: { tolerations } } as unknown as Pod, [taint]);

  it('is the least of what is used, nothing without a toleration, for good without a limit', () => {
    expect(of([])).toBe(0);
    expect(of([{ key: 'k', operator: 'Exists' }])).toBe(Number.POSITIVE_INFINITY);
    expect(
      of([
        { operator: 'Exists', tolerationSeconds: 20 },
        { key: 'k', operator: 'Exists', tolerationSeconds: 10 },
      ]),
    ).toBe(10_000);
  });
});
