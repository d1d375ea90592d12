import type { Informer } from '../../client/informer.ts';
import { keyOf } from '../../client/meta.ts';
import type { KubeObject, OwnerReference } from '../../schema/object.ts';
import type { CatalogEntry } from '../framework/catalog.ts';

/** An object of some monitored resource; the object itself is looked up when it is needed. */
export interface Item {
  readonly monitor: Monitor;
  readonly key: string;
}

export interface Monitor {
  readonly entry: CatalogEntry;
  readonly informer: Informer;
}

/** The finalizers by which the collector works (metav1). */
export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

export const ownersOf = (object: KubeObject): readonly OwnerReference[] => object.metadata.ownerReferences ?? [];

export const hasFinalizer = (object: KubeObject, finalizer: string): boolean =>
  object.metadata.finalizers?.includes(finalizer) === true;

/** Waits for its dependents to go. */
export const isDeletingDependents = (object: KubeObject): boolean =>
  object.metadata.deletionTimestamp !== undefined && hasFinalizer(object, FOREGROUND);

/**
 * Who depends on whom, by uid. Only objects with owners are in it; whether an owner exists is asked of the informers,
 * which hold everything anyway.
 */
export class OwnerGraph {
  readonly #dependents = new Map<string, Map<string, Item>>();

  link(item: Item, uid: string): void {
    const id = identify(item);
    const dependents = this.#dependents.get(uid);
    if (dependents === undefined) this.#dependents.set(uid, new Map([[id, item]]));
    else dependents.set(id, item);
  }

  unlink(item: Item, uid: string): void {
    const dependents = this.#dependents.get(uid);
    if (dependents === undefined) return;
    dependents.delete(identify(item));
    if (dependents.size === 0) this.#dependents.delete(uid);
  }

  dependentsOf(uid: string): Item[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])];
  }

  hasDependents(uid: string): boolean {
    return this.#dependents.has(uid);
  }
}

/** `apps/v1/statefulsets n/web`: the key of an item in the work queue. */
export function identify({ monitor, key }: Item): string {
  return `${resourceKey(monitor.entry)} ${key}`;
}

export function resourceKey({
  group,
  version,
  resource,
}: {
  group: string;
  version: string;
  resource: string;
}): string {
  return `${group}/${version}/${resource}`;
}

export function itemOf(monitor: Monitor, object: KubeObject): Item {
  return { monitor, key: keyOf(object) };
}
