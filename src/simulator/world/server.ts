import { KINDS } from '../../api/index.ts';
import { ApiServer } from '../../apiserver/server.ts';
import type { Clock } from '../../base/clock.ts';
import type { Client } from '../../client/client.ts';
import { LocalClient } from '../../client/local.ts';
import { serverCatalog } from '../../cluster/catalog.ts';
import type { ResourceCatalog } from '../../controllers/framework/catalog.ts';
import type { FeatureGates } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import type { Backend } from '../../store/store.ts';
import type { ServerAddress } from '../network/network-client.ts';
import type { Journal } from '../observe/journal.ts';
import type { SeededRandom } from '../time/seeded-random.ts';
import { Program } from './program.ts';

export interface SimulatedServerOptions {
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly journal: Journal;
  readonly gates: FeatureGates;
  /** Opens what survived of the disk; called at every start. */
  readonly openBackend: (program: Program) => Backend;
}

/** The API server of a simulated world: it can lose its power and come back with what its disk kept. */
export class SimulatedServer implements ServerAddress {
  readonly #o: SimulatedServerOptions;
  #program: Program | null = null;
  #server: ApiServer | null = null;
  #store: MemoryStore | null = null;
  #starts = 0;
  #journaled = 0;
  readonly #down = new Set<() => void>();
  #clients = new Map<string, Client>();

  constructor(options: SimulatedServerOptions) {
    this.#o = options;
  }

  get up(): boolean {
    return this.#server !== null;
  }

  get oldest(): number {
    return this.#store?.oldest ?? 0;
  }

  get revision(): number {
    return this.#store?.revision ?? 0;
  }

  /** What it serves, for controllers that deal with every kind; it outlives restarts. */
  readonly catalog: ResourceCatalog = {
    list: () => this.#catalog?.list() ?? [],
    onChange: () => () => {},
  };
  #catalog: ResourceCatalog | null = null;

  client(user: string): Client | null {
    if (this.#server === null) return null;
    let client = this.#clients.get(user);
    if (client === undefined) {
      const groups = ['system:masters', 'system:authenticated'];
      client = new LocalClient(this.#server.resources, { name: user, groups }, user.replace(/^system:/, ''));
      this.#clients.set(user, client);
    }
    return client;
  }

  onDown(callback: () => void): () => void {
    this.#down.add(callback);
    return () => this.#down.delete(callback);
  }

  /** Starts on what the disk holds; resolves once requests are served. */
  async start(): Promise<void> {
    const { clock, random, journal, gates, openBackend } = this.#o;
    const name = `apiserver#${this.#starts++}`;
    const program = new Program(name, clock, random.fork(name));
    this.#program = program;
    const store = await MemoryStore.open({ backend: openBackend(program), schedule: program.clock.defer });
    const server = new ApiServer({ store, kinds: KINDS, clock: program.clock, random: program.random, gates });
    // What was durable but not yet shown when the power went is history too.
    store.watch<KubeObject>('', this.#journaled, (events) => {
      if (!program.alive) return;
      for (const event of events) {
        this.#journaled = event.revision;
        journal.add({ kind: 'write', event });
      }
    });
    await server.start();
    if (!program.alive) return;
    this.#catalog = serverCatalog(
      () => server.core.kinds.all().map((kind) => kind.definition),
      (listener) => server.core.kinds.onChange(listener),
    );
    this.#store = store;
    this.#server = server;
    this.#clients = new Map();
  }

  /** Cuts its power: requests in hand get no answer, watches break, what was not synced is at the mercy of the disk. */
  kill(): void {
    this.#program?.kill();
    this.#program = null;
    this.#server = null;
    this.#store = null;
    for (const callback of [...this.#down]) callback();
    this.#down.clear();
  }
}
