import type { Clock } from '../../base/clock.ts';
import { EventBroadcaster } from '../../client/events.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import { PODS } from '../../client/resources.ts';
import type { AgentManager } from '../../node/agent-manager.ts';
import { createAgentManager } from '../../node/agent-manager.ts';
import { informerLookup } from '../../node/lookup.ts';
import type { Runtime } from '../../node/runtimes/runtime.ts';
import { type AddressPool, createSimulatedRuntime, type Names } from '../../node/runtimes/simulated.ts';
import { checkedVolumes } from '../../node/volumes/checked-volumes.ts';
import type { GrowFileSystem } from '../../node/volumes/file-system-growth.ts';
import { Link } from '../network/link.ts';
import { NetworkClient, type ServerAddress } from '../network/network-client.ts';
import type { Caches } from '../observe/caches.ts';
import { ContainerWatch } from '../observe/container-watch.ts';
import type { Journal } from '../observe/journal.ts';
import { observedVolumes } from '../observe/observed-volumes.ts';
import type { SeededRandom } from '../time/seeded-random.ts';
import { Program } from './program.ts';
import { type Temper, tempered } from './temper.ts';

export interface MachineOptions {
  readonly name: string;
  readonly zone: string;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly server: ServerAddress;
  readonly journal: Journal;
  readonly addresses: AddressPool;
  readonly hostAddress: string;
  readonly names: Names;
  readonly labels: Readonly<Record<string, string>>;
  readonly capacity?: Readonly<Record<string, string>>;
  /** Whether its agent writes Event objects. */
  readonly events: boolean;
  /** How pods behave here beyond what they say themselves. */
  readonly temper: Temper;
  /** Told of what its agent believes. */
  readonly caches: Caches;
  readonly growFileSystem: GrowFileSystem;
  readonly heartbeatMs: number;
}

/**
 * A machine of the cluster: its power, its containers and the agent that looks after them. Containers outlive the agent; nothing
 * outlives the power.
 */
export class Machine {
  readonly name: string;
  readonly zone: string;
  readonly link = new Link();
  readonly #o: MachineOptions;
  #hardware: Program;
  #runtime: Runtime;
  #containers: ContainerWatch;
  #agent: { readonly program: Program; readonly manager: AgentManager } | null = null;
  #boots = 0;
  #agents = 0;
  #skewMs = 0;

  constructor(options: MachineOptions) {
    this.#o = options;
    this.name = options.name;
    this.zone = options.zone;
    [this.#hardware, this.#runtime, this.#containers] = this.#powerOn();
  }

  get on(): boolean {
    return this.#hardware.alive;
  }

  /** Its containers, which an agent that starts finds. */
  get runtime(): Runtime {
    return this.#runtime;
  }

  get agentRuns(): boolean {
    return this.#agent !== null;
  }

  #powerOn(): [Program, Runtime, ContainerWatch] {
    const { clock, random, addresses, names, journal, temper } = this.#o;
    const program = new Program(`${this.name}/boot${this.#boots++}`, clock, random.fork(`boot${this.#boots}`));
    program.skewMs = this.#skewMs;
    const runtime = tempered(createSimulatedRuntime({ clock: program.clock, addresses, names }), temper);
    const containers = new ContainerWatch(this.name, runtime, journal);
    return [program, program.guard(containers.runtime), containers];
  }

  /** Starts the agent; a bad network may delay its registration without end. */
  startAgent(): void {
    if (!this.on || this.#agent !== null) return;
    const { clock, random, server, journal, hostAddress, labels, capacity, caches } = this.#o;
    const name = `kubelet/${this.name}#${this.#agents++}`;
    const program = new Program(name, clock, random.fork(name));
    program.skewMs = this.#skewMs;
    this.#hardware.onKill(() => program.kill());
    const client = new NetworkClient({
      program,
      user: `system:node:${this.name}`,
      link: this.link,
      server,
      onCall: (call) => {
        if (call.verb !== 'get' && call.verb !== 'list') journal.add({ kind: 'call', call, seen: {} });
      },
      onAnswer: (call, answer) => journal.add({ kind: 'answered', call, answer }),
      onMishap: (what, detail) => journal.add({ kind: 'mishap', program: name, what, detail }),
    });
    const informers = new InformerFactory(client, program.clock, (resource) =>
      resource.resource === PODS.resource ? { fieldSelector: `spec.nodeName=${this.name}` } : {},
    );
    caches.add(program, informers, (pod) => pod.spec.nodeName === this.name);
    const manager = createAgentManager({
      client,
      informers,
      clock: program.clock,
      random: program.random,
      events: this.#o.events ? new EventBroadcaster(client, program.clock) : null,
      heartbeatMs: this.#o.heartbeatMs,
      growFileSystem: program.guard({ grow: this.#o.growFileSystem }).grow,
    });
    this.#agent = { program, manager };
    const start = async (): Promise<void> => {
      await manager.start();
      const runtime = program.guard(this.#runtime);
      const lookup = informerLookup(informers);
      const volumes = observedVolumes(checkedVolumes(lookup), this.#containers);
      for (;;) {
        try {
          await manager.add({
            runtime,
            volumes,
            profile: {
              name: this.name,
              addresses: [hostAddress],
              labels,
              ...(capacity === undefined ? {} : { capacity }),
            },
          });
          return;
        } catch {
          // The server is away or refuses: an agent goes on trying to register.
          await manager.remove(this.name);
          await new Promise<void>((resolve) => program.clock.setTimer(1_000, resolve));
        }
      }
    };
    void start();
  }

  /** How far the machine's wall clock is off; a change is a jump for whatever runs. */
  get skewMs(): number {
    return this.#skewMs;
  }

  set skewMs(skewMs: number) {
    this.#skewMs = skewMs;
    this.#hardware.skewMs = skewMs;
    if (this.#agent !== null) this.#agent.program.skewMs = skewMs;
  }

  /** The agent dies; containers run on. */
  killAgent(): void {
    this.#agent?.program.kill();
    this.#agent = null;
    this.#containers.agentGone();
  }

  /** One of its containers is killed, by nobody in the cluster. */
  killContainer(turn: number): void {
    const id = this.#containers.nth(turn);
    if (id !== null) void this.#runtime.stopContainer(id, 0);
  }

  /** Powers down in order: its pods have this long to end before everything is gone. */
  async shutDown(totalMs: number): Promise<void> {
    await this.#agent?.manager.agents.get(this.name)?.shutDown({ totalMs, criticalMs: totalMs / 3 });
    this.crash();
  }

  /** Power off: everything that ran is gone. */
  crash(): void {
    if (!this.on) return;
    this.killAgent();
    this.#hardware.kill();
    this.#containers.lost();
  }

  /** Power on again; the agent starts by itself. */
  boot(): void {
    if (this.on) return;
    [this.#hardware, this.#runtime, this.#containers] = this.#powerOn();
    this.startAgent();
  }
}
