import { expect, it } from 'vitest';
import { type Random, systemRandom } from '../base/random.ts';
import type { Target, WatchHandlers } from '../client/client.ts';
import { EventBroadcaster } from '../client/events.ts';
import { InformerFactory } from '../client/informer-factory.ts';
import { NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, VOLUME_ATTACHMENTS } from '../client/resources.ts';
import { ManualClock } from '../client/testing/manual-clock.ts';
import { MemoryClient } from '../client/testing/memory-client.ts';
import { createAttacher } from '../controllers/attach-detach/attacher.ts';
import { createAttachDetachController } from '../controllers/attach-detach/controller.ts';
import { createAgentManager } from '../node/agent-manager.ts';
import { AddressPool, createSimulatedRuntime } from '../node/runtimes/simulated.ts';
import type { VolumeManager } from '../node/volumes/volume-manager.ts';
import type { KubeObject } from '../schema/object.ts';

const SEEDS = 25;
const STEPS = 40;
const NODE_NAMES = ['a', 'b', 'c'];
const inNamespace = { ...PODS, namespace: 'n' };
const CLAIMS = { ...PERSISTENT_VOLUME_CLAIMS, namespace: 'n' };

/** mulberry32: small, seeded, good enough to choose faults. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A server whose events are late, in order for each watch, and some of whose writes fail. */
class SlowClient extends MemoryClient {
  faulty = true;
  readonly #clock: ManualClock;
  readonly #chance: () => number;

  constructor(clock: ManualClock, chance: () => number) {
    super(clock);
    this.#clock = clock;
    this.#chance = chance;
    this.intercept = ({ resource }) => {
      if (this.faulty && resource !== 'events' && chance() < 0.03) throw new Error('the server is busy');
    };
  }

  override watch<T extends KubeObject>(
    target: Target,
    options: { resourceVersion: string },
    handlers: WatchHandlers<T>,
  ): () => void {
    let last = 0;
    return super.watch<T>(target, options, {
      onEnd: handlers.onEnd,
      onEvents: (events) => {
        const late = this.faulty ? Math.floor(this.#chance() * 800) : 0;
        last = Math.max(last, this.#clock.now() + late);
        this.#clock.setTimer(last - this.#clock.now(), () => handlers.onEvents(events));
      },
    });
  }
}

async function run(seed: number): Promise<{ violations: string[]; mounts: number; left: unknown[] }> {
  const chance = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)]!;
  const clock = new ManualClock();
  const client = new SlowClient(clock, chance);
  client.faulty = false;
  const informers = new InformerFactory(client, clock);
  const random: Random = systemRandom;
  const events = new EventBroadcaster(client, clock);
  const violations: string[] = [];
  const attached = new Set<string>();
  const mounted = new Map<string, Set<string>>(NODE_NAMES.map((name) => [name, new Set<string>()]));
  let mounts = 0;

  const slowly = async (what: string): Promise<void> => {
    if (!client.faulty) return;
    const delay = Math.floor(chance() * 3_000);
    await new Promise<void>((resolve) => clock.setTimer(delay, resolve));
    if (chance() < 0.2) throw new Error(`failed to ${what}`);
  };
  const backend = {
    create: async () => ({ path: '' }),
    delete: async () => {},
    expand: async () => false,
    growFileSystem: async () => {},
    attach: async (_: string, node: string) => {
      await slowly('attach');
      attached.add(node);
      if (attached.size > 1) violations.push(`attached to ${[...attached]}`);
    },
    detach: async (_: string, node: string) => {
      await slowly('detach');
      if (mounted.get(node)!.size > 0) violations.push(`detached from ${node} while mounted`);
      attached.delete(node);
    },
  };
  const volumesOf = (node: string): VolumeManager => ({
    prepare: ({ metadata }) => {
      mounts++;
      if (!attached.has(node)) violations.push(`mounted on ${node} without being attached`);
      mounted.get(node)!.add(metadata.uid ?? '');
      return null;
    },
    mounts: async () => [],
    readFile: async () => null,
    teardown: async ({ metadata }) => void mounted.get(node)!.delete(metadata.uid ?? ''),
    sourceChanged: () => {},
    stop: () => {},
  });
  const common = { client, informers, clock, random, events, gates: {} };
  const controllers = [createAttachDetachController(common), createAttacher({ ...common, backend })];
  const manager = createAgentManager({ ...common, events: null });
  const started = Promise.all([manager.start(), ...controllers.map((controller) => controller.start())]);
  await clock.advance(1_000);
  await started;
  for (const name of NODE_NAMES) {
    const runtime = createSimulatedRuntime({ clock, addresses: new AddressPool() });
    const added = manager.add({ runtime, profile: { name, addresses: ['10.0.0.1'] }, volumes: volumesOf(name) });
    await clock.advance(1_000);
    await added;
  }
  const claim = await client.create<KubeObject>(CLAIMS, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'c' },
    spec: { volumeName: 'v', accessModes: ['ReadWriteOnce'] },
    status: { phase: 'Bound' },
  });
  await client.create(PERSISTENT_VOLUMES, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'v' },
    spec: {
      accessModes: ['ReadWriteOnce'],
      claimRef: { namespace: 'n', name: 'c', uid: claim.metadata.uid },
      csi: { driver: 'csi.perdure.dev', volumeHandle: 'v' },
    },
  });
  await clock.advance(1_000);

  client.faulty = true;
  for (let step = 0; step < STEPS; step++) {
    const pods = (await client.list<KubeObject>(inNamespace)).items;
    const write =
      pods.length === 0 || (pods.length < 4 && chance() < 0.5)
        ? client.create(inNamespace, {
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: { name: `p${step}` },
            spec: {
              nodeName: pick(NODE_NAMES),
              restartPolicy: 'Always',
              terminationGracePeriodSeconds: 1,
              containers: [{ name: 'main', image: 'x' }],
              volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'c' } }],
            },
            status: { phase: 'Pending' },
          })
        : client.delete(inNamespace, pick(pods).metadata.name ?? '', chance() < 0.3 ? { gracePeriodSeconds: 0 } : {});
    await write.catch(() => undefined);
    await clock.advance(Math.floor(chance() * 5_000));
  }
  client.faulty = false;
  for (const { metadata } of (await client.list<KubeObject>(inNamespace)).items)
    await client.delete(inNamespace, metadata.name ?? '').catch(() => undefined);
  await clock.advance(3_600_000);
  const left: unknown[] = [
    ...attached,
    ...(await client.list<KubeObject>(VOLUME_ATTACHMENTS)).items,
    ...(await client.list<KubeObject>(NODES)).items.flatMap(({ status }) => [
      ...(status.volumesInUse ?? []),
      ...(status.volumesAttached ?? []),
    ]),
  ];
  await manager.stop();
  for (const controller of controllers) controller.stop();
  return { violations, mounts, left };
}

it('never mounts what is not attached, never detaches what is mounted, and leaves nothing behind', async () => {
  let mounts = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const outcome = await run(seed);
    mounts += outcome.mounts;
    expect({ seed, violations: outcome.violations, left: outcome.left }).toEqual({ seed, violations: [], left: [] });
  }
  expect(mounts).toBeGreaterThan(SEEDS * 3);
});
