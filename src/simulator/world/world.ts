import type { Client } from '../../client/client.ts';
import { EventBroadcaster, NO_EVENTS } from '../../client/events.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import { ensureStorageClasses } from '../../cluster/bootstrap-classes.ts';
import { createDns, type Dns } from '../../dns/dns.ts';
import { AddressPool } from '../../node/runtimes/simulated.ts';
import { createScheduler } from '../../scheduler/scheduler.ts';
import type { FeatureGates } from '../../schema/kind.ts';
import { SimulatedDisk, SOUND_DISK } from '../disk/simulated-disk.ts';
import { Link } from '../network/link.ts';
import { type Call, NetworkClient } from '../network/network-client.ts';
import { Caches } from '../observe/caches.ts';
import { ObjectHistory } from '../observe/history.ts';
import { Journal, type Seen } from '../observe/journal.ts';
import { SeededRandom } from '../time/seeded-random.ts';
import { VirtualClock } from '../time/virtual-clock.ts';
import { ControllerManager } from './controller-manager.ts';
import { Machine } from './machine.ts';
import { Program } from './program.ts';
import { SimulatedServer } from './server.ts';
import { SIGNS_OF_LIFE, type SignsOfLife } from './signs-of-life.ts';
import { type Service, Supervisor } from './supervisor.ts';
import { NO_TEMPER, type Temper } from './temper.ts';
import { SimulatedVolumes } from './volumes.ts';

export interface WorldNode {
  readonly name: string;
  readonly zone?: string;
  /** Beyond those every node has, and its zone. */
  readonly labels?: Readonly<Record<string, string>>;
  /** As Node.status.capacity; default: a large machine. */
  readonly capacity?: Readonly<Record<string, string>>;
}

export interface WorldOptions {
  readonly seed: number;
  readonly nodes: readonly WorldNode[];
  /** Instances that compete for the lead; default 2. */
  readonly controllerManagers?: number;
  readonly gates?: FeatureGates;
  readonly temper?: Temper;
  /** Provisioner names of others that ours stands in for. */
  readonly provisionerAliases?: readonly string[];
  /** A user's world: kinds beyond those of the simulator's workload, and volumes that were there before; default no. */
  readonly everyKind?: boolean;
  /** Whether writes are booked on field managers; default yes. */
  readonly managedFields?: boolean;
  /** Whether controllers, scheduler and agents write Event objects; default no. */
  readonly events?: boolean;
  /** Wraps the clock's start; virtual milliseconds since the epoch. */
  readonly startMs?: number;
  /** Default: upstream's durations with seldomer renewals. */
  readonly signsOfLife?: SignsOfLife;
}

/** An ordinary disk: a sync takes a moment. */
const DISK = { minSyncMs: 0.1, maxSyncMs: 1, bitFlipChance: 0.05 };

/** A service with its way to the API server. */
export interface LinkedService extends Service {
  readonly link: Link;
}

/**
 * A whole cluster in virtual time: API server on a simulated disk, competing controller managers, scheduler, DNS, machines with
 * agents and containers, each a program of its own behind its own link. All code but the network, disk and containers is production code.
 */
export class World {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly gates: FeatureGates;
  readonly #events: boolean;
  /** Simulated scripts that wait for a name. */
  readonly #onNames = new Set<() => void>();
  readonly journal: Journal;
  readonly history = new ObjectHistory();
  /** What each program believes the store to hold. */
  readonly caches = new Caches();
  readonly disk: SimulatedDisk;
  readonly volumes: SimulatedVolumes;
  readonly server: SimulatedServer;
  readonly machines = new Map<string, Machine>();
  readonly managers: ControllerManager[] = [];
  readonly scheduler: LinkedService;
  /** Starts what died: `apiserver`, `kcm-0` …, `kube-scheduler`, `kube-dns`, `kubelet/<node>`. */
  readonly supervisor: Supervisor;
  readonly dns: LinkedService & { readonly zone: () => Dns['zone'] | null };
  /** As administrator, over a link that never fails. */
  readonly client: Client;

  private constructor(options: WorldOptions) {
    this.clock = new VirtualClock(options.startMs);
    this.random = new SeededRandom(options.seed);
    this.journal = new Journal(this.clock);
    this.journal.on((entry) => {
      if (entry.kind === 'write') this.history.record(entry.event, entry.atMs);
    });
    const { clock, random, journal } = this;
    const gates = options.gates ?? {};
    this.gates = gates;
    this.#events = options.events ?? false;
    this.disk = new SimulatedDisk(random.fork('disk'), clock, DISK);
    this.volumes = new SimulatedVolumes(clock, random.fork('volumes'), journal, options.everyKind ?? false);
    const { disk } = this;
    this.server = new SimulatedServer({
      clock,
      random,
      journal,
      gates,
      disk,
      everyKind: options.everyKind ?? false,
      managedFields: options.managedFields ?? true,
    });
    const { server } = this;
    const addresses = new AddressPool();
    this.dns = this.#dns();
    const names = {
      resolves: (...asked: Parameters<Dns['zone']['resolves']>) => this.dns.zone()?.resolves(...asked) ?? false,
      onChange: (listener: () => void) => {
        this.#onNames.add(listener);
        return () => this.#onNames.delete(listener);
      },
    };
    const { heartbeatMs, leader } = options.signsOfLife ?? SIGNS_OF_LIFE;
    options.nodes.forEach(({ name, zone = '', labels: own = {}, capacity }, index) => {
      const hostAddress = `10.0.${index >> 8}.${(index & 255) + 1}`;
      const machine = new Machine({
        name,
        zone,
        clock,
        random: random.fork(name),
        server,
        journal,
        addresses,
        hostAddress,
        names,
        labels: { ...(zone === '' ? {} : { 'topology.kubernetes.io/zone': zone }), ...own },
        temper: options.temper ?? NO_TEMPER,
        events: this.#events,
        caches: this.caches,
        growFileSystem: this.volumes.backend.growFileSystem,
        heartbeatMs,
        ...(capacity === undefined ? {} : { capacity }),
      });
      this.machines.set(name, machine);
    });
    for (let i = 0; i < (options.controllerManagers ?? 2); i++) {
      const name = `kcm-${i}`;
      const volumes = this.volumes.backend;
      this.managers.push(
        new ControllerManager({
          name,
          clock,
          random,
          server,
          journal,
          volumes,
          gates,
          events: this.#events,
          caches: this.caches,
          provisionerAliases: options.provisionerAliases ?? [],
          leader,
        }),
      );
    }
    this.scheduler = this.#scheduler();
    this.supervisor = this.#supervisor();
    const administrator = new Program('administrator', clock, random.fork('administrator'));
    this.client = new NetworkClient({
      program: administrator,
      user: 'kubernetes-admin',
      link: new Link(),
      server,
      onCall: (call) => {
        if (call.verb !== 'get' && call.verb !== 'list') journal.add({ kind: 'call', call, seen: {} });
      },
      onAnswer: (call, answer) => journal.add({ kind: 'answered', call, answer }),
    });
  }

  /**
   * A world whose parts are all started; time stands where the API has become usable. `prepare` makes what is to be there
   * before any of them looks.
   */
  static async start(options: WorldOptions, prepare?: (world: World) => Promise<void>): Promise<World> {
    const world = new World(options);
    await world.clock.settle(world.server.start());
    await world.clock.settle(ensureStorageClasses(world.client));
    if (prepare !== undefined) await world.clock.settle(prepare(world));
    for (const service of world.supervisor.services.values()) service.start();
    world.supervisor.watch();
    return world;
  }

  /** Every link, by the name of what it connects to the API server. */
  get links(): ReadonlyMap<string, Link> {
    const linked: readonly { readonly name: string; readonly link: Link }[] = [
      ...this.managers,
      this.scheduler,
      this.dns,
      ...this.machines.values(),
    ];
    return new Map(linked.map(({ name, link }) => [name, link]));
  }

  /** Ends every program; nothing happens any more. */
  stop(): void {
    for (const service of this.supervisor.services.values()) service.kill();
    for (const machine of this.machines.values()) machine.crash();
  }

  /** Ends all faults: links, clocks and machines are as they should be, and everything runs. */
  heal(): void {
    Object.assign(this.disk.faults, SOUND_DISK, DISK);
    this.volumes.heal();
    for (const link of this.links.values()) link.heal();
    for (const machine of this.machines.values()) {
      machine.skewMs = 0;
      if (!machine.on) machine.boot();
    }
    for (const manager of this.managers) {
      manager.skewMs = 0;
      // Timers set by a wrong clock may be an hour away: whoever mends a clock starts its programs again.
      manager.kill();
    }
    this.supervisor.releaseAll();
    for (const service of this.supervisor.services.values()) if (!service.runs()) service.start();
  }

  #supervisor(): Supervisor {
    const supervisor = new Supervisor(this.clock);
    const { server } = this;
    supervisor.add({
      name: 'apiserver',
      runs: () => server.running,
      start: () => void server.start(),
      kill: () => server.kill(),
    });
    for (const machine of this.machines.values()) {
      supervisor.add({
        name: `kubelet/${machine.name}`,
        // A machine without power has nobody to start its agent.
        runs: () => machine.agentRuns || !machine.on,
        start: () => machine.startAgent(),
        kill: () => machine.killAgent(),
      });
    }
    for (const service of [...this.managers, this.scheduler, this.dns]) supervisor.add(service);
    return supervisor;
  }

  #service(
    name: string,
    run: (program: Program, informers: InformerFactory, client: Client) => void,
    onKill: () => void = () => {},
  ): LinkedService {
    const link = new Link();
    let program: Program | null = null;
    let starts = 0;
    const world = this;
    return {
      name,
      link,
      runs: () => program !== null,
      start() {
        if (program !== null) return;
        const called = `${name}#${starts++}`;
        program = new Program(called, world.clock, world.random.fork(called));
        const knew = new WeakMap<Call, Seen>();
        const client = new NetworkClient({
          program,
          user: `system:${name}`,
          link,
          server: world.server,
          onMade: (call) => {
            if (call.verb === 'delete' || call.verb === 'patch')
              knew.set(
                call,
                Object.fromEntries([...informers.all()].map((one) => [one.target.resource, one.revision])),
              );
          },
          onCall: (call) => {
            if (call.verb !== 'get' && call.verb !== 'list')
              world.journal.add({ kind: 'call', call, seen: knew.get(call) ?? {} });
          },
          onAnswer: (call, answer) => world.journal.add({ kind: 'answered', call, answer }),
          onMishap: (what, detail) => world.journal.add({ kind: 'mishap', program: called, what, detail }),
        });
        const informers = new InformerFactory(client, program.clock);
        world.caches.add(program, informers);
        run(program, informers, client);
      },
      kill() {
        program?.kill();
        program = null;
        onKill();
      },
    };
  }

  #scheduler(): LinkedService {
    return this.#service('kube-scheduler', (program, informers, client) => {
      const { clock, random } = program;
      const component = 'default-scheduler';
      const events = this.#events ? new EventBroadcaster(client, clock) : NO_EVENTS;
      const recorder = events.recorder({ component });
      void createScheduler({ client, informers, clock, random, recorder }).start();
    });
  }

  #dns(): World['dns'] {
    let dns: Dns | null = null;
    const service = this.#service(
      'kube-dns',
      (_program, informers) => {
        dns = createDns({ informers });
        dns.zone.onChange(() => {
          for (const listener of [...this.#onNames]) listener();
        });
        void dns.start();
      },
      () => {
        dns = null;
      },
    );
    return Object.assign(service, { zone: () => dns?.zone ?? null });
  }
}
