import type { ResourceId } from '../../schema/object.ts';

/** One persisted kind as the server serves it now. */
export interface CatalogEntry extends ResourceId {
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** What the server serves, custom resources included: from its registry in process, from discovery over HTTP. */
export interface ResourceCatalog {
  /** Preferred versions only: each stored object appears once. */
  list(): readonly CatalogEntry[];
  /** Called after kinds came or went. Returns the function that ends it. */
  onChange(listener: () => void): () => void;
}
