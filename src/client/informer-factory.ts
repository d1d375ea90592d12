import type { Clock } from '../base/clock.ts';
import type { KubeObject, ResourceId } from '../schema/object.ts';
import type { Client } from './client.ts';
import { type AnyInformer, Informer, type InformerSelection } from './informer.ts';

/** One informer a resource, shared by everything in the process that watches it in all namespaces. */
export class InformerFactory {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #select: (resource: ResourceId) => InformerSelection;
  readonly #informers = new Map<string, AnyInformer>();

  /** `select` narrows what is read of a resource, as a node agent reads the pods of its own node only. */
  constructor(client: Client, clock: Clock, select: (resource: ResourceId) => InformerSelection = () => ({})) {
    this.#client = client;
    this.#clock = clock;
    this.#select = select;
  }

  /** Made at the first ask, started by whoever needs it (`informer.start()`). */
  informer<T extends KubeObject = KubeObject>(resource: ResourceId): Informer<T> {
    const key = `${resource.group}/${resource.version}/${resource.resource}`;
    let informer = this.#informers.get(key);
    if (informer === undefined) {
      informer = new Informer(this.#client, this.#clock, resource, this.#select(resource));
      this.#informers.set(key, informer);
    }
    // The caller names the type of what the resource holds, as with every client call.
    return informer as unknown as Informer<T>;
  }

  /** How many were asked for so far. */
  get size(): number {
    return this.#informers.size;
  }

  /** Every informer asked for so far. */
  all(): Iterable<Informer> {
    return this.#informers.values() as Iterable<unknown> as Iterable<Informer>;
  }

  /** Stops the informer of a resource that is served no longer. */
  drop(resource: ResourceId): void {
    const key = `${resource.group}/${resource.version}/${resource.resource}`;
    this.#informers.get(key)?.stop();
    this.#informers.delete(key);
  }

  /** Starts all informers asked for so far; resolves when all are synced. */
  async start(): Promise<void> {
    await Promise.all([...this.#informers.values()].map((informer) => informer.start()));
  }

  stop(): void {
    for (const informer of this.#informers.values()) informer.stop();
  }
}
