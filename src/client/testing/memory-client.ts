import type { Clock } from '../../base/clock.ts';
import { clone, deepEqual, deepFreeze } from '../../base/json.ts';
import { rfc3339 } from '../../base/time.ts';
import type { KubeObject, OwnerReference } from '../../schema/object.ts';
import { alreadyExists, conflict, notFound, STALE_WRITE } from '../../schema/status.ts';
import type {
  Client,
  DeleteOptions,
  ListOptions,
  ObjectList,
  PatchType,
  Target,
  WatchEvent,
  WatchHandlers,
} from '../client.ts';
import { objectKey, revisionOf } from '../meta.ts';

interface Watcher {
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly handlers: WatchHandlers<KubeObject>;
}

// biome-ignore lint/suspicious/noExplicitAny: a working copy of an arbitrary object
type Draft = any;

/** A write about to happen; throw from `intercept` to make it fail. */
export interface Attempt {
  readonly verb: 'create' | 'update' | 'patch' | 'delete';
  readonly resource: string;
  readonly name: string;
  readonly subresource: string | undefined;
}

/**
 * The least of an API server that controllers can be tested against: one revision counter, optimistic concurrency,
 * finalizers, graceful deletion of bound pods, watch events delivered at the write. No defaults, no validation.
 */
export class MemoryClient implements Client {
  readonly #clock: Clock;
  readonly #objects = new Map<string, Map<string, KubeObject>>();
  readonly #watchers = new Set<Watcher>();
  readonly #history: {
    readonly resource: string;
    readonly event: WatchEvent<KubeObject> & { readonly object: KubeObject };
  }[] = [];
  readonly #held = new Map<string, (() => void)[]>();
  #revision = 0;
  #uid = 0;
  /** Every write, as `create pods/web-0`. */
  readonly log: string[] = [];
  /** Called before each write. */
  intercept: (attempt: Attempt) => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async get<T extends KubeObject>(target: Target, name: string): Promise<T> {
    return this.#find(target, name) as T;
  }

  async list<T extends KubeObject>(target: Target, _options?: ListOptions): Promise<ObjectList<T>> {
    const items = [...this.#collection(target).values()].filter(
      (object) => target.namespace === undefined || object.metadata.namespace === target.namespace,
    );
    return { resourceVersion: String(this.#revision), items: items as T[] };
  }

  async create<T extends KubeObject>(target: Target, object: object): Promise<T> {
    const draft = clone(object) as Draft;
    draft.metadata ??= {};
    draft.metadata.name ??= `${draft.metadata.generateName}${++this.#uid}`;
    if (target.namespace !== undefined) draft.metadata.namespace = target.namespace;
    this.#attempt('create', target, draft.metadata.name);
    if (this.#collection(target).has(objectKey(target.namespace, draft.metadata.name))) {
      throw alreadyExists(target, draft.metadata.name);
    }
    draft.metadata.uid = `uid-${++this.#uid}`;
    draft.metadata.creationTimestamp = rfc3339(this.#clock.now());
    draft.metadata.generation = 1;
    if (target.resource === 'pods' || target.resource === 'persistentvolumeclaims')
      draft.status ??= { phase: 'Pending' };
    return this.#store(target, draft, 'ADDED') as T;
  }

  async createSub<T>(target: Target, name: string, subresource: string, object: object): Promise<T> {
    const draft = clone(this.#find(target, name)) as Draft;
    if (subresource === 'binding') draft.spec.nodeName = (object as Draft).target.name;
    return this.#store(target, draft, 'MODIFIED') as T;
  }

  async update<T extends KubeObject>(target: Target, object: KubeObject, subresource?: string): Promise<T> {
    const name = object.metadata.name ?? '';
    this.#attempt('update', target, name, subresource);
    const old = this.#find(target, name);
    const expected = object.metadata.resourceVersion;
    if (expected !== undefined && expected !== old.metadata.resourceVersion) throw conflict(target, name, STALE_WRITE);
    const next = subresource === 'status' ? { ...old, status: object.status } : { ...object, status: object.status };
    return this.#change(target, old, clone(next)) as T;
  }

  async patch<T extends KubeObject>(
    target: Target,
    name: string,
    type: PatchType,
    patch: unknown,
    subresource?: string,
  ): Promise<T> {
    this.#attempt('patch', target, name, subresource);
    const old = this.#find(target, name);
    const uid = (patch as Draft).metadata?.uid;
    if (uid !== undefined && uid !== old.metadata.uid) throw conflict(target, name, 'uid mismatch');
    const draft = clone(old) as Draft;
    const owners = (patch as Draft).metadata?.ownerReferences as (OwnerReference & { $patch?: string })[] | undefined;
    mergeInto(draft, patch);
    if (type === 'strategic' && owners !== undefined)
      draft.metadata.ownerReferences = mergeOwners(old.metadata.ownerReferences ?? [], owners);
    return this.#change(target, old, draft) as T;
  }

  async delete(target: Target, name: string, options: DeleteOptions = {}): Promise<KubeObject | null> {
    this.#attempt('delete', target, name);
    const old = this.#find(target, name);
    if (options.preconditions?.uid !== undefined && options.preconditions.uid !== old.metadata.uid) {
      throw conflict(target, name, 'uid mismatch');
    }
    const expected = options.preconditions?.resourceVersion;
    if (expected !== undefined && expected !== old.metadata.resourceVersion) throw conflict(target, name, STALE_WRITE);
    const draft = clone(old) as Draft;
    const finalizer = { Foreground: 'foregroundDeletion', Orphan: 'orphan', Background: '' }[
      options.propagationPolicy ?? 'Background'
    ];
    if (finalizer !== '') draft.metadata.finalizers = [...(draft.metadata.finalizers ?? []), finalizer];
    const graceful =
      target.resource === 'pods' &&
      (old.spec?.nodeName ?? '') !== '' &&
      !['Failed', 'Succeeded'].includes(old.status?.phase);
    const grace = graceful ? (options.gracePeriodSeconds ?? old.spec?.terminationGracePeriodSeconds ?? 30) : 0;
    if (grace === 0 && (draft.metadata.finalizers ?? []).length === 0) return this.#remove(target, old);
    draft.metadata.deletionTimestamp ??= rfc3339(this.#clock.now() + grace * 1000);
    return this.#store(target, draft, 'MODIFIED');
  }

  watch<T extends KubeObject>(
    target: Target,
    options: { resourceVersion: string },
    handlers: WatchHandlers<T>,
  ): () => void {
    const watcher = {
      resource: collectionName(target),
      namespace: target.namespace,
      handlers: handlers as unknown as WatchHandlers<KubeObject>,
    };
    this.#watchers.add(watcher);
    const missed = this.#history.filter(
      ({ resource, event }) =>
        resource === watcher.resource && revisionOf(event.object) > Number(options.resourceVersion),
    );
    if (missed.length > 0) watcher.handlers.onEvents(missed.map(({ event }) => event));
    return () => void this.#watchers.delete(watcher);
  }

  /** Watches of a resource tell nothing from now on, until `release`: what reads through them falls behind. */
  hold(resource: string): void {
    this.#held.set(resource, []);
  }

  release(resource: string): void {
    const held = this.#held.get(resource) ?? [];
    this.#held.delete(resource);
    for (const tell of held) tell();
  }

  /** Ends all watches of a resource, as a server that restarts does. */
  disconnect(resource: string, error: Error | null = null): void {
    for (const watcher of [...this.#watchers]) {
      if (!watcher.resource.endsWith(`/${resource}`)) continue;
      this.#watchers.delete(watcher);
      watcher.handlers.onEnd(error);
    }
  }

  #attempt(verb: Attempt['verb'], target: Target, name: string, subresource?: string): void {
    const path = `${target.resource}/${name}${subresource === undefined ? '' : `/${subresource}`}`;
    this.log.push(`${verb} ${path}`);
    this.intercept({ verb, resource: target.resource, name, subresource });
  }

  #collection(target: Target): Map<string, KubeObject> {
    const name = collectionName(target);
    let collection = this.#objects.get(name);
    if (collection === undefined) {
      collection = new Map();
      this.#objects.set(name, collection);
    }
    return collection;
  }

  #find(target: Target, name: string): KubeObject {
    const found = this.#collection(target).get(objectKey(target.namespace, name));
    if (found === undefined) throw notFound(target, name);
    return found;
  }

  #change(target: Target, old: KubeObject, draft: Draft): KubeObject {
    if (deepEqual(old, draft)) return old;
    if (!deepEqual(old.spec, draft.spec)) draft.metadata.generation = (old.metadata.generation ?? 1) + 1;
    const finalizers = draft.metadata.finalizers ?? [];
    const graceful =
      target.resource === 'pods' && (old.spec?.nodeName ?? '') !== '' && (old.metadata.finalizers ?? []).length === 0;
    if (draft.metadata.deletionTimestamp !== undefined && finalizers.length === 0 && !graceful)
      return this.#remove(target, draft);
    return this.#store(target, draft, 'MODIFIED');
  }

  #store(target: Target, draft: Draft, type: 'ADDED' | 'MODIFIED'): KubeObject {
    draft.metadata.resourceVersion = String(++this.#revision);
    const object = deepFreeze(draft) as KubeObject;
    this.#collection(target).set(objectKey(object.metadata.namespace, object.metadata.name ?? ''), object);
    this.#tell(target, { type, object });
    return object;
  }

  #remove(target: Target, old: KubeObject): KubeObject {
    this.#collection(target).delete(objectKey(old.metadata.namespace, old.metadata.name ?? ''));
    const object = deepFreeze({
      ...old,
      metadata: { ...old.metadata, resourceVersion: String(++this.#revision) },
    }) as KubeObject;
    this.#tell(target, { type: 'DELETED', object });
    return object;
  }

  #tell(target: Target, event: WatchEvent<KubeObject> & { readonly object: KubeObject }): void {
    const held = this.#held.get(target.resource);
    if (held !== undefined) held.push(() => this.#tell(target, event));
    else this.#tellNow(target, event);
  }

  #tellNow(target: Target, event: WatchEvent<KubeObject> & { readonly object: KubeObject }): void {
    const resource = collectionName(target);
    this.#history.push({ resource, event });
    for (const watcher of [...this.#watchers]) {
      if (watcher.resource !== resource) continue;
      if (watcher.namespace !== undefined && watcher.namespace !== event.object.metadata.namespace) continue;
      watcher.handlers.onEvents([event]);
    }
  }
}

const collectionName = (target: Target): string => `${target.group}/${target.resource}`;

function mergeInto(draft: Draft, patch: Draft): void {
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete draft[key];
    else if (
      typeof value === 'object' &&
      !Array.isArray(value) &&
      typeof draft[key] === 'object' &&
      draft[key] !== null
    )
      mergeInto(draft[key], value);
    else draft[key] = clone(value);
  }
}

function mergeOwners(
  old: readonly OwnerReference[],
  patch: readonly (OwnerReference & { $patch?: string })[],
): OwnerReference[] {
  const named = new Set(patch.map((owner) => owner.uid));
  return [...old.filter((owner) => !named.has(owner.uid)), ...patch.filter((owner) => owner.$patch !== 'delete')];
}
