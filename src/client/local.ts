import type { Call, FieldValidation } from '../apiserver/call.ts';
import type { ServedKind } from '../apiserver/registry.ts';
import { deletionOf } from '../apiserver/resources/delete.ts';
import type { Resources } from '../apiserver/resources/resources.ts';
import { selectionOf } from '../apiserver/resources/selection.ts';
import { toServed } from '../apiserver/resources/versions.ts';
import { watchChanges } from '../apiserver/resources/watch.ts';
import type { UserInfo } from '../schema/kind.ts';
import type { KubeObject } from '../schema/object.ts';
import { StatusError } from '../schema/status.ts';
import type {
  Client,
  DeleteOptions,
  ListOptions,
  ObjectList,
  PatchType,
  Target,
  WatchEvent,
  WatchHandlers,
  WriteOptions,
} from './client.ts';

const IGNORE: FieldValidation = 'Ignore';

/**
 * The client of parts that live in the server's process: no serialization, shared frozen objects, watch events
 * delivered synchronously at commit. It acts as `user`, who may do everything; validation and admission apply.
 */
export class LocalClient implements Client {
  readonly #resources: Resources;
  readonly #user: UserInfo;
  readonly #manager: string;

  constructor(resources: Resources, user: UserInfo, manager: string = user.name) {
    this.#resources = resources;
    this.#user = user;
    this.#manager = manager;
  }

  async get<T extends KubeObject>(target: Target, name: string, subresource = ''): Promise<T> {
    const kind = this.#kind(target);
    if (subresource === 'scale') return this.#resources.getScale(this.#call(target, name, subresource)).object as T;
    return toServed(kind, this.#resources.get(kind, target.namespace ?? '', name).value) as T;
  }

  async list<T extends KubeObject>(target: Target, options: ListOptions = {}): Promise<ObjectList<T>> {
    const kind = this.#kind(target);
    const listing = this.#resources.list(kind, target.namespace ?? '', options);
    return {
      resourceVersion: String(listing.revision),
      ...(listing.continue === '' ? {} : { continue: listing.continue }),
      items: listing.entries.map((entry) => toServed(kind, entry.value) as T),
    };
  }

  async create<T extends KubeObject>(target: Target, object: object, options?: WriteOptions): Promise<T> {
    const call = this.#call(target, '', '', options);
    return (await this.#resources.create(call, { json: object, strictErrors: [] })).object as T;
  }

  async createSub<T>(
    target: Target,
    name: string,
    subresource: string,
    object: object,
    options?: WriteOptions,
  ): Promise<T> {
    const call = this.#call(target, name, subresource, options);
    return (await this.#resources.createSub(call, { json: object, strictErrors: [] })).object as T;
  }

  async update<T extends KubeObject>(
    target: Target,
    object: KubeObject,
    subresource = '',
    options?: WriteOptions,
  ): Promise<T> {
    const where = { ...target, namespace: target.namespace ?? object.metadata.namespace ?? '' };
    const call = this.#call(where, object.metadata.name ?? '', subresource, options);
    return (await this.#resources.update(call, { json: object, strictErrors: [] })).object as T;
  }

  async patch<T extends KubeObject>(
    target: Target,
    name: string,
    type: PatchType,
    patch: unknown,
    subresource = '',
    options?: WriteOptions & { readonly force?: boolean },
  ): Promise<T> {
    const call = this.#call(target, name, subresource, options);
    const body = { json: patch, strictErrors: [] };
    return (await this.#resources.patch(call, { kind: type, body, force: options?.force === true })).object as T;
  }

  async delete(target: Target, name: string, options?: DeleteOptions): Promise<KubeObject | null> {
    const call = this.#call(target, name, '', options);
    const answer = await this.#resources.delete(call, deletionOf(options ?? {}));
    return answer.foreign === true ? null : answer.object;
  }

  watch<T extends KubeObject>(
    target: Target,
    options: { readonly resourceVersion: string; readonly labelSelector?: string; readonly fieldSelector?: string },
    handlers: WatchHandlers<T>,
  ): () => void {
    try {
      const kind = this.#kind(target);
      const selection = selectionOf(kind, options.labelSelector, options.fieldSelector);
      const place = { kind, namespace: target.namespace ?? '', selection };
      const watch = watchChanges(this.#resources.core, place, Number(options.resourceVersion), (changes) => {
        const events: WatchEvent<T>[] = changes.map(({ type, entry }) => ({
          type,
          object: toServed(kind, entry.value) as T,
        }));
        handlers.onEvents(events);
      });
      return () => watch.stop();
    } catch (error) {
      this.#resources.core.clock.defer(() => handlers.onEnd(error as Error));
      return () => {};
    }
  }

  #kind(target: Target): ServedKind {
    const kind = this.#resources.core.kinds.find(target.group, target.version, target.resource);
    if (kind === null) throw new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
    return kind;
  }

  #call(target: Target, name: string, subresource: string, options?: WriteOptions): Call {
    return {
      kind: this.#kind(target),
      namespace: target.namespace ?? '',
      name,
      subresource,
      user: this.#user,
      manager: options?.fieldManager ?? this.#manager,
      dryRun: options?.dryRun === true,
      fieldValidation: IGNORE,
      warn: () => {},
    };
  }
}
