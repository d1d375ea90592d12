import type { Target } from '../client/client.ts';
import { World } from '../simulator/world/world.ts';
import { apply } from './apply.ts';
import { cordon, drain } from './drain.ts';
import { explainSubject } from './explain.ts';
import { cutLink, podHandle } from './faults.ts';
import { Pump } from './pump.ts';
import type { TestCluster, TestClusterOptions } from './test-cluster.ts';
import { Truth } from './truth.ts';
import { waitFor } from './wait-for.ts';

const WAIT_MS = 600_000;
const READY_MS = 60_000;

/** Pods can be created, and there is somewhere for them to run. */
function isUsable(world: World, nodes: number): boolean {
  const usable = [...world.history.all('core/nodes').values()].filter(({ spec }) => (spec?.taints ?? []).length === 0);
  return usable.length === nodes && world.history.now('core/serviceaccounts/default/default') !== null;
}

/** A cluster in virtual time: the world of the simulator, with a network that never fails until the test says so. */
export async function startVirtualCluster(options: TestClusterOptions): Promise<TestCluster> {
  if (options.listen === true) {
    throw new Error(
      "startCluster: listen needs clock: 'real': a client outside of this process does not live in virtual time",
    );
  }
  const zones = options.zones ?? [];
  const nodes = Array.from({ length: options.nodes ?? 1 }, (_, index) => ({
    name: `node-${index + 1}`,
    ...(zones.length === 0 ? {} : { zone: zones[index % zones.length]! }),
  }));
  const world = await World.start({
    seed: options.seed ?? 1,
    nodes,
    controllerManagers: 1,
    events: true,
    everyKind: true,
    ...(options.gates === undefined ? {} : { gates: options.gates }),
  });
  const { clock } = world;
  const truth = new Truth(world);
  await clock.run(clock.now() + READY_MS, () => isUsable(world, nodes.length));
  const pump = new Pump(clock);
  const client = pump.client(world.client);
  return {
    client,
    kubeconfig: null,
    now: () => clock.now(),
    apply: (manifests) => pump.settle(apply(world.client, manifests)),
    waitFor: (target: Target, name, condition, timeoutMs = WAIT_MS) =>
      pump.settle(waitFor(world.client, clock, target, name, condition, timeoutMs)),
    drain(node, drainOptions = {}) {
      const done = pump.settle(drain(world.client, clock, node, drainOptions));
      // Whoever lets it go on in the background hears of its end when he awaits it, or not at all.
      done.catch(() => {});
      return done;
    },
    uncordon: (node) => pump.settle(cordon(world.client, node, false)),
    explain: (subject, namespace = 'default') => pump.settle(explainSubject(world.client, clock, subject, namespace)),
    doubles: truth.doubles,
    advance: (ms) => pump.settle(new Promise<void>((resolve) => void clock.setTimer(ms, resolve))),
    node: (name) => {
      const machine = world.machines.get(name);
      if (machine === undefined) {
        throw new Error(`no node "${name}"; there are ${[...world.machines.keys()].join(', ')}`);
      }
      return {
        name,
        crash: () => machine.crash(),
        shutDown: (graceMs = 30_000) => pump.settle(machine.shutDown(graceMs)),
        boot: () => machine.boot(),
        partition: (direction = 'both') => cutLink(machine.link, direction),
        killAgent: () => world.supervisor.holdDown(`kubelet/${name}`, Number.POSITIVE_INFINITY),
        restartAgent: () => {
          world.supervisor.release(`kubelet/${name}`);
          machine.killAgent();
          machine.startAgent();
        },
        running: () => truth.runningOn(name),
      };
    },
    pod: (name, namespace = 'default') => ({
      ...podHandle(client, namespace, name),
      lastExit: () => truth.lastExit(namespace, name),
    }),
    controlPlane: {
      restartControllers: () => {
        for (const manager of world.managers) {
          manager.kill();
          manager.start();
        }
      },
      restartServer: () => {
        world.server.kill();
        void world.server.start();
      },
      partition: (direction = 'both') => cutLink(world.managers[0]!.link, direction),
    },
    async stop() {
      world.stop();
    },
  };
}
