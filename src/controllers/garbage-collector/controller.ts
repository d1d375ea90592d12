import type { Client, Target } from '../../client/client.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { InformerFactory } from '../../client/informer-factory.ts';
import type { KubeObject, OwnerReference } from '../../schema/object.ts';
import { isStatus } from '../../schema/status.ts';
import type { ResourceCatalog } from '../framework/catalog.ts';
import { type Controller, Reconciler } from '../framework/controller.ts';
import type { ControllerOptions } from '../framework/options.ts';
import { judge, type OwnerState } from './decide.ts';
import {
  FOREGROUND,
  hasFinalizer,
  type Item,
  identify,
  isDeletingDependents,
  itemOf,
  type Monitor,
  ORPHAN,
  OwnerGraph,
  ownersOf,
  resourceKey,
} from './graph.ts';

const WORKERS = 20;
const ABSENT_LIMIT = 10_000;
/** Kinds upstream never collects. */
const IGNORED = new Set(['events', 'componentstatuses']);

export interface GarbageCollectorOptions extends ControllerOptions {
  readonly catalog: ResourceCatalog;
}

/** Deletes what no owner holds any longer, in background, foreground or by orphaning (statefulset.md 2.5, api.md 4.6). */
export function createGarbageCollector(options: GarbageCollectorOptions): Controller {
  return new GarbageCollector(options);
}

class GarbageCollector implements Controller {
  readonly name = 'garbage-collector';
  readonly #client: Client;
  readonly #informers: InformerFactory;
  readonly #catalog: ResourceCatalog;
  readonly #recorder: EventRecorder;
  readonly #queue: Reconciler;
  readonly #graph = new OwnerGraph();
  readonly #monitors = new Map<string, Monitor & { readonly unsubscribe: () => void }>();
  readonly #byKind = new Map<string, Monitor>();
  /** Owners known to be gone; saves asking the server for each of their dependents. */
  readonly #absent = new Set<string>();
  #unwatchCatalog: () => void = () => {};

  constructor(options: GarbageCollectorOptions) {
    this.#client = options.client;
    this.#informers = options.informers;
    this.#catalog = options.catalog;
    this.#recorder = options.events.recorder({ component: 'garbage-collector-controller' });
    this.#queue = new Reconciler({
      name: this.name,
      clock: options.clock,
      workers: WORKERS,
      informers: [],
      hooks: options.hooks,
      reconcile: async (key) => {
        await this.#process(key);
        return undefined;
      },
    });
  }

  async start(): Promise<void> {
    this.#unwatchCatalog = this.#catalog.onChange(() => void this.#syncMonitors());
    await this.#syncMonitors();
    await this.#queue.start();
  }

  stop(): void {
    this.#unwatchCatalog();
    this.#queue.stop();
    for (const monitor of this.#monitors.values()) monitor.unsubscribe();
    this.#monitors.clear();
  }

  async #syncMonitors(): Promise<void> {
    const wanted = new Map(
      this.#catalog
        .list()
        .filter(({ resource, verbs }) => !IGNORED.has(resource) && verbs.includes('watch') && verbs.includes('delete'))
        .map((entry) => [resourceKey(entry), entry]),
    );
    for (const [key, monitor] of this.#monitors) {
      if (wanted.has(key)) continue;
      monitor.unsubscribe();
      this.#monitors.delete(key);
      this.#byKind.delete(kindKey(monitor.entry.group, monitor.entry.kind));
    }
    const started: Promise<void>[] = [];
    for (const [key, entry] of wanted) {
      if (this.#monitors.has(key)) continue;
      const monitor: Monitor = { entry, informer: this.#informers.informer(entry) };
      this.#byKind.set(kindKey(entry.group, entry.kind), monitor);
      const unsubscribe = monitor.informer.on({
        add: (object) => this.#added(monitor, object),
        update: (object, previous) => this.#updated(monitor, object, previous),
        delete: (object) => this.#deleted(monitor, object),
      });
      this.#monitors.set(key, { ...monitor, unsubscribe });
      started.push(monitor.informer.start());
    }
    await Promise.all(started);
  }

  #added(monitor: Monitor, object: KubeObject): void {
    const item = itemOf(monitor, object);
    for (const owner of ownersOf(object)) {
      this.#graph.link(item, owner.uid);
      if (!this.#knownSolid(owner, object)) this.#enqueue(item);
    }
    if (object.metadata.deletionTimestamp !== undefined) this.#deletionBegan(monitor, object);
  }

  #updated(monitor: Monitor, object: KubeObject, previous: KubeObject): void {
    const { ownerReferences } = object.metadata;
    if (ownerReferences !== previous.metadata.ownerReferences) this.#relink(monitor, object, previous);
    const { deletionTimestamp, finalizers } = object.metadata;
    if (deletionTimestamp === undefined) return;
    if (previous.metadata.deletionTimestamp === undefined || finalizers !== previous.metadata.finalizers) {
      this.#deletionBegan(monitor, object);
    }
  }

  #relink(monitor: Monitor, object: KubeObject, previous: KubeObject): void {
    const item = itemOf(monitor, object);
    const uids = new Set(ownersOf(object).map((owner) => owner.uid));
    for (const owner of ownersOf(previous)) {
      if (uids.has(owner.uid)) continue;
      this.#graph.unlink(item, owner.uid);
      this.#unblock(owner, object);
    }
    for (const owner of ownersOf(object)) {
      this.#graph.link(item, owner.uid);
      if (!this.#knownSolid(owner, object)) this.#enqueue(item);
      if (owner.blockOwnerDeletion !== true) this.#unblock(owner, object);
    }
  }

  #deletionBegan(monitor: Monitor, object: KubeObject): void {
    if (hasFinalizer(object, FOREGROUND) || hasFinalizer(object, ORPHAN)) this.#enqueue(itemOf(monitor, object));
  }

  #deleted(monitor: Monitor, object: KubeObject): void {
    const item = itemOf(monitor, object);
    const uid = object.metadata.uid ?? '';
    this.#rememberAbsent(uid);
    for (const dependent of this.#graph.dependentsOf(uid)) this.#enqueue(dependent);
    for (const owner of ownersOf(object)) {
      this.#graph.unlink(item, owner.uid);
      this.#unblock(owner, object);
    }
  }

  /** A dependent went or blocks no longer: its owner may have waited for that. */
  #unblock(owner: OwnerReference, dependent: KubeObject): void {
    const found = this.#lookup(owner, dependent);
    if (found !== undefined && isDeletingDependents(found.object)) this.#enqueue(found.item);
  }

  #enqueue(item: Item): void {
    this.#queue.queue.add(identify(item));
  }

  #rememberAbsent(uid: string): void {
    this.#absent.add(uid);
    if (this.#absent.size > ABSENT_LIMIT) {
      const oldest = this.#absent.values().next();
      if (oldest.done !== true) this.#absent.delete(oldest.value);
    }
  }

  /** The owner in the cache, when it is the very object meant. */
  #lookup(owner: OwnerReference, dependent: KubeObject): { item: Item; object: KubeObject } | undefined {
    const monitor = this.#byKind.get(kindKey(groupOf(owner.apiVersion), owner.kind));
    if (monitor === undefined) return undefined;
    const namespace = monitor.entry.namespaced ? dependent.metadata.namespace : undefined;
    const object = monitor.informer.get(namespace, owner.name);
    if (object === undefined || object.metadata.uid !== owner.uid) return undefined;
    return { item: itemOf(monitor, object), object };
  }

  #knownSolid(owner: OwnerReference, dependent: KubeObject): boolean {
    const found = this.#lookup(owner, dependent);
    return found !== undefined && !isDeletingDependents(found.object);
  }

  async #process(key: string): Promise<void> {
    const space = key.indexOf(' ');
    const monitor = this.#monitors.get(key.slice(0, space));
    const object = monitor?.informer.byKey(key.slice(space + 1));
    if (monitor === undefined || object === undefined) return;
    if (object.metadata.deletionTimestamp !== undefined) {
      if (hasFinalizer(object, ORPHAN)) return this.#orphanDependents(monitor, object);
      if (hasFinalizer(object, FOREGROUND)) return this.#finishForeground(monitor, object);
      return;
    }
    const states = new Map<OwnerReference, OwnerState>();
    for (const owner of ownersOf(object)) states.set(owner, await this.#stateOf(owner, object));
    const verdict = judge(object, states, this.#graph.hasDependents(object.metadata.uid ?? ''));
    if (verdict.kind === 'strip') await this.#setOwners(monitor, object, verdict.owners);
    if (verdict.kind === 'delete') await this.#delete(monitor, object, verdict.policy);
  }

  async #stateOf(owner: OwnerReference, dependent: KubeObject): Promise<OwnerState> {
    const cached = this.#lookup(owner, dependent);
    if (cached !== undefined) return isDeletingDependents(cached.object) ? 'waiting' : 'solid';
    if (this.#absent.has(owner.uid)) return 'dangling';
    const monitor = this.#byKind.get(kindKey(groupOf(owner.apiVersion), owner.kind));
    // A kind that is not served may be served again: never a reason to delete.
    if (monitor === undefined) throw new Error(`no kind ${owner.kind} in ${owner.apiVersion} is served`);
    const { namespace } = dependent.metadata;
    if (monitor.entry.namespaced && (namespace === undefined || namespace === '')) {
      this.#warn(owner, dependent, 'cluster-scoped objects cannot have namespaced owners');
      return 'dangling';
    }
    try {
      const live = await this.#client.get(this.#target(monitor, namespace), owner.name);
      if (live.metadata.uid === owner.uid) return isDeletingDependents(live) ? 'waiting' : 'solid';
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
    if (monitor.informer.list().some((object) => object.metadata.uid === owner.uid)) {
      const what = `[${owner.apiVersion}/${owner.kind}, namespace: ${namespace}, name: ${owner.name}, uid: ${owner.uid}]`;
      this.#warn(owner, dependent, `ownerRef ${what} does not exist in namespace "${namespace}"`);
    } else {
      this.#rememberAbsent(owner.uid);
    }
    return 'dangling';
  }

  #warn(_owner: OwnerReference, dependent: KubeObject, message: string): void {
    this.#recorder.event(dependent, 'Warning', 'OwnerRefInvalidNamespace', message);
  }

  /** Foreground: the owner goes once nothing that blocks it is left. */
  async #finishForeground(monitor: Monitor, object: KubeObject): Promise<void> {
    const uid = object.metadata.uid ?? '';
    const blocking = this.#graph.dependentsOf(uid).filter((item) => {
      const owners = item.monitor.informer.byKey(item.key)?.metadata.ownerReferences ?? [];
      return owners.some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true);
    });
    if (blocking.length === 0) return this.#removeFinalizer(monitor, object, FOREGROUND);
    for (const item of this.#graph.dependentsOf(uid)) {
      const dependent = item.monitor.informer.byKey(item.key);
      if (dependent !== undefined && dependent.metadata.deletionTimestamp === undefined) this.#enqueue(item);
    }
  }

  async #orphanDependents(monitor: Monitor, object: KubeObject): Promise<void> {
    const uid = object.metadata.uid ?? '';
    for (const item of this.#graph.dependentsOf(uid)) {
      const dependent = item.monitor.informer.byKey(item.key);
      if (dependent === undefined) continue;
      const others = ownersOf(dependent).filter((owner) => owner.uid !== uid);
      await this.#setOwners(item.monitor, dependent, others);
    }
    await this.#orphanUnheard(monitor, object);
    await this.#removeFinalizer(monitor, object, ORPHAN);
  }

  /** A cache that is behind the owner's deletion may lack dependents, which would be deleted once the owner is gone. */
  async #orphanUnheard({ entry }: Monitor, { metadata }: KubeObject): Promise<void> {
    const { uid, namespace, resourceVersion } = metadata;
    for (const monitor of [...this.#monitors.values()]) {
      if (monitor.informer.revision >= Number(resourceVersion)) continue;
      if (entry.namespaced && !monitor.entry.namespaced) continue;
      const { items } = await this.#client.list<KubeObject>(this.#target(monitor, namespace));
      for (const dependent of items) {
        const owners = ownersOf(dependent);
        const others = owners.filter((owner) => owner.uid !== uid);
        if (others.length < owners.length) await this.#setOwners(monitor, dependent, others);
      }
    }
  }

  async #setOwners(monitor: Monitor, object: KubeObject, owners: readonly OwnerReference[]): Promise<void> {
    await this.#patchMetadata(monitor, object, { ownerReferences: owners.length === 0 ? null : owners });
  }

  async #removeFinalizer(monitor: Monitor, object: KubeObject, finalizer: string): Promise<void> {
    const finalizers = (object.metadata.finalizers ?? []).filter((other) => other !== finalizer);
    await this.#patchMetadata(monitor, object, { finalizers: finalizers.length === 0 ? null : finalizers });
  }

  async #patchMetadata(monitor: Monitor, object: KubeObject, change: object): Promise<void> {
    const { namespace, name = '', uid, resourceVersion } = object.metadata;
    try {
      const patch = { metadata: { uid, resourceVersion, ...change } };
      await this.#client.patch(this.#target(monitor, namespace), name, 'merge', patch);
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }

  async #delete(
    monitor: Monitor,
    object: KubeObject,
    propagationPolicy: 'Background' | 'Foreground' | 'Orphan',
  ): Promise<void> {
    const { namespace, name = '', uid, resourceVersion } = object.metadata;
    try {
      await this.#client.delete(this.#target(monitor, namespace), name, {
        propagationPolicy,
        preconditions: {
          ...(uid === undefined ? {} : { uid }),
          ...(resourceVersion === undefined ? {} : { resourceVersion }),
        },
      });
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }

  #target({ entry }: Monitor, namespace: string | undefined): Target {
    const { group, version, resource } = entry;
    return { group, version, resource, ...(entry.namespaced && namespace !== undefined ? { namespace } : {}) };
  }
}

/** An owner may be named in another version than the one watched: the group and kind tell. */
const kindKey = (group: string, kind: string): string => `${group}/${kind}`;

const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
