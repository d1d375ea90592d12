import type { KubeObject, ResourceId } from '../schema/object.ts';

/** A resource and where: the address every client call takes. */
export interface Target extends ResourceId {
  /** Undefined: cluster-scoped, or all namespaces for list and watch. */
  readonly namespace?: string;
}

export interface WriteOptions {
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
}

export interface DeleteOptions extends WriteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

export interface ListOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
}

export interface ObjectList<T> {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly items: readonly T[];
}

export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

export interface WatchHandlers<T> {
  /** Events in revision order, possibly several at once. */
  onEvents(events: readonly WatchEvent<T>[]): void;
  /** The stream ended: null when the server just closed it, else the error (410 Expired: list again). */
  onEnd(error: Error | null): void;
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

/**
 * The one way controllers, scheduler, node agents and operations talk to an API server (design D5). Errors are
 * StatusError. Objects returned are shared and frozen; write methods take plain JSON and do not change it.
 * `subresource` is `status`, `scale`, `binding`, `eviction`, ...
 */
export interface Client {
  get<T extends KubeObject>(target: Target, name: string, subresource?: string): Promise<T>;
  list<T extends KubeObject>(target: Target, options?: ListOptions): Promise<ObjectList<T>>;
  create<T extends KubeObject>(target: Target, object: object, options?: WriteOptions): Promise<T>;
  /** POST to a subresource (`binding`, `eviction`, `token`). */
  createSub<T>(target: Target, name: string, subresource: string, object: object, options?: WriteOptions): Promise<T>;
  /** Optimistic concurrency by metadata.resourceVersion, where the object carries one. */
  update<T extends KubeObject>(
    target: Target,
    object: KubeObject,
    subresource?: string,
    options?: WriteOptions,
  ): Promise<T>;
  patch<T extends KubeObject>(
    target: Target,
    name: string,
    type: PatchType,
    patch: unknown,
    subresource?: string,
    options?: WriteOptions & { readonly force?: boolean },
  ): Promise<T>;
  delete(target: Target, name: string, options?: DeleteOptions): Promise<KubeObject | null>;
  /** Everything after `resourceVersion`; bookmarks are asked for. Returns the function that stops it. */
  watch<T extends KubeObject>(
    target: Target,
    options: { readonly resourceVersion: string; readonly labelSelector?: string; readonly fieldSelector?: string },
    handlers: WatchHandlers<T>,
  ): () => void;
}
