import { KINDS } from '../../api/index.ts';
import { ApiServer } from '../../apiserver/server.ts';
import { CallFailed } from '../../apiserver/webhooks/review.ts';
import type { Post } from '../../apiserver/webhooks/transport.ts';
import type { Clock } from '../../base/clock.ts';
import type { Client } from '../../client/client.ts';
import { LocalClient } from '../../client/local.ts';
import { serverCatalog } from '../../cluster/catalog.ts';
import type { ResourceCatalog } from '../../controllers/framework/catalog.ts';
import type { FeatureGates } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { DiskBackend } from '../disk/disk-backend.ts';
import { KnownValues } from '../disk/known-values.ts';
import type { SimulatedDisk } from '../disk/simulated-disk.ts';
import type { ServerAddress } from '../network/network-client.ts';
import { resourceOf } from '../observe/history.ts';
import type { Journal } from '../observe/journal.ts';
import type { SeededRandom } from '../time/seeded-random.ts';
import { Program } from './program.ts';

/** Kinds of which a simulated world has objects: caches of all others would only cost time. */
const IN_USE = new Set([
  'pods',
  'services',
  'endpoints',
  'endpointslices',
  'nodes',
  'configmaps',
  'serviceaccounts',
  'persistentvolumes',
  'persistentvolumeclaims',
  'statefulsets',
  'controllerrevisions',
  'poddisruptionbudgets',
  'volumeattachments',
  'volumesnapshots',
  'volumesnapshotcontents',
  'volumesnapshotclasses',
  'leases',
]);

/** There is no network but the simulated one. */
const nowhere: Post = ({ url }) =>
  Promise.reject(new CallFailed(`failed to call webhook: Post "${url}": the cluster is simulated`));

/** Short, so that programs that were away for long meet 410. */
const HISTORY = { maxEvents: 3_000, maxBytes: 64 * 1024 * 1024 };

export interface SimulatedServerOptions {
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly journal: Journal;
  readonly gates: FeatureGates;
  readonly disk: SimulatedDisk;
  readonly managedFields: boolean;
  /** Controllers that deal with every kind watch all of them, not only those a simulated world has objects of. */
  readonly everyKind: boolean;
}

/** The API server of a simulated world: it can lose its power and come back with what its disk kept. */
export class SimulatedServer implements ServerAddress {
  readonly #o: SimulatedServerOptions;
  #program: Program | null = null;
  #server: ApiServer | null = null;
  #store: MemoryStore | null = null;
  #starts = 0;
  #journaled = 0;
  /** What it has had objects of. */
  readonly #resources = new Set<string>();
  readonly #down = new Set<() => void>();
  #clients = new Map<string, Client>();

  constructor(options: SimulatedServerOptions) {
    this.#o = options;
  }

  get up(): boolean {
    return this.#server !== null;
  }

  /** It has power; it may still be starting. */
  get running(): boolean {
    return this.#program !== null;
  }

  get oldest(): number {
    return this.#store?.oldest ?? 0;
  }

  get revision(): number {
    return this.#store?.revision ?? 0;
  }

  /** What it serves and the world uses, for controllers that deal with every kind; it outlives restarts. */
  readonly catalog: ResourceCatalog = {
    list: () => {
      const all = this.#catalog?.list() ?? [];
      return this.#o.everyKind ? all : all.filter(({ resource }) => IN_USE.has(resource));
    },
    onChange: (listener) => {
      this.#kindsChanged.add(listener);
      return () => this.#kindsChanged.delete(listener);
    },
  };
  readonly #known = new KnownValues();
  readonly #kindsChanged = new Set<() => void>();
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
    if (this.#program !== null) return;
    const { clock, random, journal, gates, disk, managedFields } = this.#o;
    const name = `apiserver#${this.#starts++}`;
    const program = new Program(name, clock, random.fork(name));
    this.#program = program;
    let store: MemoryStore;
    try {
      store = await MemoryStore.open({
        backend: new DiskBackend(disk, { known: this.#known, historyEvents: HISTORY.maxEvents }),
        schedule: program.clock.defer,
        history: HISTORY,
        // A store whose disk failed takes no more writes; its process ends and starts again on what the disk holds.
        onFailure: () => program.clock.defer(() => this.#failed(program)),
      });
    } catch {
      this.#failed(program);
      return;
    }
    const entries = [...this.#resources].flatMap((resource) => store.list(`${resource}/`).entries);
    const kept = new Map(entries.map((entry) => [entry.key, entry.revision]));
    journal.add({ kind: 'opened', revision: store.revision, kept });
    const server = new ApiServer({
      store,
      kinds: KINDS,
      clock: program.clock,
      random: program.random,
      gates,
      managedFields,
      webhookPost: nowhere,
    });
    // What was durable but not yet shown when the power went is history too.
    store.watch<KubeObject>('', this.#journaled, (events) => {
      if (!program.alive) return;
      for (const event of events) {
        this.#journaled = event.revision;
        this.#known.seen(event.entry);
        this.#resources.add(resourceOf(event.key));
        journal.add({ kind: 'write', event });
      }
    });
    try {
      await server.start();
    } catch {
      // The disk failed while it wrote what every cluster has: it ends, and starts again.
      this.#failed(program);
      return;
    }
    if (!program.alive) return;
    this.#catalog = serverCatalog(
      () => server.core.kinds.all().map((kind) => kind.definition),
      (listener) => server.core.kinds.onChange(listener),
    );
    this.#catalog.onChange(() => {
      for (const listener of [...this.#kindsChanged]) listener();
    });
    this.#store = store;
    this.#server = server;
    this.#clients = new Map();
  }

  #failed(program: Program): void {
    if (this.#program === program) this.kill();
  }

  /** Ends its process: requests in hand get no answer, watches break. What it wrote stays with the kernel. */
  kill(): void {
    if (this.#program === null) return;
    this.#end();
    this.#o.disk.kill();
  }

  /** Cuts its power: what was not synced is at the mercy of the disk. */
  losePower(): void {
    this.#end();
    this.#o.disk.crash();
  }

  #end(): void {
    this.#program?.kill();
    this.#program = null;
    this.#server = null;
    this.#store = null;
    for (const callback of [...this.#down]) callback();
    this.#down.clear();
  }
}
