import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemRandom } from '../../base/random.ts';
import { EventBroadcaster } from '../../client/events.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import { EVENTS, NODES, PODS } from '../../client/resources.ts';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import { MemoryClient } from '../../client/testing/memory-client.ts';
import type { KubeObject } from '../../schema/object.ts';
import { nodeFiles } from '../adapters/node-files.ts';
import { createAgentManager } from '../agent-manager.ts';
import { hasStorageLimits, overLimit, podStorage } from './local-storage.ts';

const BEAT_MS = 10_000;
const inNamespace = { ...PODS, namespace: 'ns' };
let clock: ManualClock;
let client: MemoryClient;

beforeEach(async () => {
  clock = new ManualClock();
  client = new MemoryClient(clock);
  const informers = new InformerFactory(client, clock);
  const events = new EventBroadcaster(client, clock);
  const manager = createAgentManager({ client, informers, clock, random: systemRandom, events });
  await manager.start();
  await manager.addSimulated({ name: 'n' });
  await clock.settle();
});

const create = (name: string, memory: string, spec: object = {}, qosClass = 'BestEffort') =>
  client.create(inNamespace, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, annotations: { 'simulate.perdure.dev/memory': memory } },
    spec: { nodeName: 'n', restartPolicy: 'Always', containers: [{ name: 'main', image: 'i' }], ...spec },
    status: { phase: 'Pending', qosClass },
  });
const pod = (name: string) => client.get<KubeObject>(inNamespace, name);
const limited = (limits: object) => ({ containers: [{ name: 'main', image: 'i', resources: { limits } }] });
const left = (annotations: Record<string, string | null>) =>
  client.patch(NODES, 'n', 'merge', { metadata: { annotations } });
const condition = async (type: string) => {
  const node = await client.get<KubeObject>(NODES, 'n');
  return node.status.conditions.find((each: { type: string }) => each.type === type);
};

describe('a node short of memory', () => {
  it('says so, gives up the pod that uses most beyond its request, and takes no other of its kind', async () => {
    await create('small', '10Mi');
    await create('large', '2Gi');
    await create('system', '4Gi', { priority: 2_000_001_000 });
    await clock.settle();
    await left({ 'simulate.perdure.dev/memory-available': '60Mi' });
    await clock.advance(BEAT_MS);
    expect(await condition('MemoryPressure')).toMatchObject({
      status: 'True',
      reason: 'KubeletHasInsufficientMemory',
      message: 'kubelet has insufficient memory available',
    });
    const message =
      'The node was low on resource: memory. Threshold quantity: 100Mi, available: 60Mi. ' +
      'Container main was using 2Gi, request is 0, has larger consumption of memory. ';
    const { status } = await pod('large');
    expect(status).toMatchObject({ phase: 'Failed', reason: 'Evicted', message });
    expect(status.conditions).toContainEqual(
      expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet', message }),
    );
    expect((await pod('small')).status.phase).toBe('Running');
    await create('late', '1Mi');
    await create('late-but-sized', '1Mi', {}, 'Burstable');
    await clock.settle();
    expect((await pod('late')).status).toMatchObject({
      phase: 'Failed',
      reason: 'Evicted',
      message: 'Pod was rejected: The node had condition: [MemoryPressure]. ',
    });
    expect((await pod('late-but-sized')).status.phase).toBe('Running');
    const events = (await client.list<KubeObject>(EVENTS)).items.map(({ reason }) => reason);
    for (const reason of ['Evicted', 'EvictionThresholdMet', 'NodeHasInsufficientMemory'])
      expect(events).toContain(reason);
  });

  it('gives up one pod a beat, never a critical one, and says that it is well five minutes after it is', async () => {
    for (const name of ['a', 'b']) await create(name, '1Gi');
    await create('system', '4Gi', { priority: 2_000_001_000 });
    await clock.settle();
    await left({ 'simulate.perdure.dev/memory-available': '60Mi' });
    const phases = async () => (await Promise.all(['a', 'b', 'system'].map(pod))).map(({ status }) => status.phase);
    await clock.advance(BEAT_MS);
    expect((await phases()).sort()).toEqual(['Failed', 'Running', 'Running']);
    await clock.advance(2 * BEAT_MS);
    expect(await phases()).toEqual(['Failed', 'Failed', 'Running']);
    await left({ 'simulate.perdure.dev/memory-available': null });
    await clock.advance(290_000);
    expect((await condition('MemoryPressure')).status).toBe('True');
    await clock.advance(2 * BEAT_MS);
    expect(await condition('MemoryPressure')).toMatchObject({
      status: 'False',
      reason: 'KubeletHasSufficientMemory',
    });
  });
});

describe('a container above its memory limit', () => {
  it('is OOMKilled with 137 and restarted with the backoff', async () => {
    await create('greedy', '200Mi', limited({ memory: '100Mi' }), 'Burstable');
    await create('modest', '50Mi', limited({ memory: '100Mi' }), 'Burstable');
    await clock.advance(1000);
    const [status] = (await pod('greedy')).status.containerStatuses;
    expect(status.restartCount).toBe(1);
    expect(status.lastState.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
    expect((await pod('modest')).status.containerStatuses[0].restartCount).toBe(0);
  });
});

describe('what pods may write to the disk of their node', () => {
  it('is limited by volume, by container and for the whole pod', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'perdure-storage-'));
    try {
      const logs = join(directory, 'logs');
      await mkdir(join(directory, 'volumes', 'scratch', 'deep'), { recursive: true });
      await mkdir(join(logs, 'main'), { recursive: true });
      writeFileSync(join(directory, 'volumes', 'scratch', 'deep', 'f'), Buffer.alloc(300_000));
      writeFileSync(join(logs, 'main', '0.log'), Buffer.alloc(100_000));
      const of = (sizeLimit: string | undefined, storage: string | undefined): KubeObject =>
        ({
          metadata: { name: 'p' },
          spec: {
            volumes: [{ name: 'scratch', emptyDir: sizeLimit === undefined ? {} : { sizeLimit } }],
            containers: [
              {
                name: 'main',
                ...(storage === undefined ? {} : { resources: { limits: { 'ephemeral-storage': storage } } }),
              },
            ],
          },
        }) as unknown as KubeObject;
      const why = async (one: KubeObject) => overLimit(one, await podStorage(nodeFiles, one, { directory, logs }));
      expect(hasStorageLimits(of(undefined, undefined))).toBe(false);
      expect(await why(of(undefined, undefined))).toBeNull();
      expect(hasStorageLimits(of('1Mi', undefined))).toBe(true);
      expect(await why(of('1Mi', '1Mi'))).toBeNull();
      expect(await why(of('200Ki', undefined))).toBe('Usage of EmptyDir volume "scratch" exceeds the limit "200Ki". ');
      expect(await why(of(undefined, '50Ki'))).toBe(
        'Container main exceeded its local ephemeral storage limit "50Ki". ',
      );
      expect(await why(of(undefined, '300Ki'))).toBe(
        'Pod ephemeral local storage usage exceeds the total limit of containers 300Ki. ',
      );
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
