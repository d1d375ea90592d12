import type { KubeObject } from '../../schema/object.ts';
import { notFound, StatusError } from '../../schema/status.ts';
import type { Entry } from '../../store/store.ts';
import type { Answer, Body, Call } from '../call.ts';
import type { Core } from '../core.ts';
import { objectKey, type ServedKind } from '../registry.ts';
import { bind, bindFromCollection } from './binding.ts';
import { create } from './create.ts';
import { type Deletion, remove } from './delete.ts';
import { evict } from './eviction.ts';
import { type Listing, list } from './list.ts';
import type { ListQuery } from './list-options.ts';
import { type Patch, patchObject } from './patch.ts';
import type { Reviews } from './reviews.ts';
import { getScale, patchScale, updateScale } from './scale.ts';
import { update } from './update.ts';

/** How often a caller may be told to come back before deletecollection gives up on an object. */
const COLLECTION_PAGE = 500;

/**
 * The verbs, free of any transport: HTTP and the in-process client both stand on them. All of them validate and admit;
 * none of them authorizes. Errors are StatusError.
 */
export class Resources {
  readonly core: Core;
  readonly #reviews: Reviews;

  constructor(core: Core, reviews: Reviews) {
    this.core = core;
    this.#reviews = reviews;
  }

  /** The committed entry of an object. Throws NotFound. */
  get(kind: ServedKind, namespace: string, name: string): Entry<KubeObject> {
    const entry = this.core.store.get<KubeObject>(objectKey(kind, namespace, name));
    if (entry === null) throw notFound(kind.subject, name);
    return entry;
  }

  getScale(call: Call): Answer {
    return getScale(this.core, call);
  }

  list(kind: ServedKind, namespace: string, query: ListQuery): Listing {
    return list(this.core, kind, namespace, query);
  }

  /**
   * A refusal may rest on a write that is not yet durable: it is answered only when that write is, so that nobody learns
   * of it early, or asks again and again for what can only come after it.
   */
  async #settledRefusal<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      const { store } = this.core;
      if (store.pendingRevision > store.revision) await store.settled(store.pendingRevision);
      throw error;
    }
  }

  create(call: Call, body: Body): Promise<Answer> {
    return this.#settledRefusal(() => this.#create(call, body));
  }

  async #create(call: Call, body: Body): Promise<Answer> {
    const { definition } = call.kind;
    if (definition.persisted === false) {
      if (definition.kind === 'Binding') return bindFromCollection(this.core, call, body);
      return this.#reviews.review(this.core, call, body);
    }
    return create(this.core, call, body);
  }

  /** POST to a subresource that is an action. */
  createSub(call: Call, body: Body): Promise<Answer> {
    return this.#settledRefusal(() => this.#createSub(call, body));
  }

  async #createSub(call: Call, body: Body): Promise<Answer> {
    const { definition } = call.kind;
    if (definition.kind === 'Pod' && call.subresource === 'binding') return bind(this.core, call, body);
    if (definition.kind === 'Pod' && call.subresource === 'eviction') return evict(this.core, call, body);
    if (definition.kind === 'ServiceAccount' && call.subresource === 'token') {
      return this.#reviews.token(this.core, call, body);
    }
    throw new StatusError(
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
      {},
    );
  }

  update(call: Call, body: Body): Promise<Answer> {
    return this.#settledRefusal(async () =>
      call.subresource === 'scale' ? updateScale(this.core, call, body) : update(this.core, call, body),
    );
  }

  patch(call: Call, patch: Patch): Promise<Answer> {
    return this.#settledRefusal(async () =>
      call.subresource === 'scale' ? patchScale(this.core, call, patch) : patchObject(this.core, call, patch),
    );
  }

  delete(call: Call, deletion: Deletion): Promise<Answer> {
    return this.#settledRefusal(async () => remove(this.core, call, deletion));
  }

  /** Deletes everything the query selects; answers the objects it found (api.md 4.6). */
  async deleteCollection(call: Call, query: ListQuery, deletion: Deletion): Promise<Listing> {
    const listing = this.list(call.kind, call.namespace, query);
    for (let i = 0; i < listing.entries.length; i += COLLECTION_PAGE) {
      const page = listing.entries.slice(i, i + COLLECTION_PAGE);
      await Promise.all(
        page.map(({ value }) =>
          remove(
            this.core,
            { ...call, name: value.metadata.name ?? '', namespace: value.metadata.namespace ?? '' },
            deletion,
          ).catch((error: unknown) => {
            if (!(error instanceof StatusError) || error.reason !== 'NotFound') throw error;
          }),
        ),
      );
    }
    return listing;
  }
}
