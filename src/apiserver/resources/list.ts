import type { KubeObject } from '../../schema/object.ts';
import { badRequest, expired, type StatusError } from '../../schema/status.ts';
import { Compacted, type Entry } from '../../store/store.ts';
import type { Core } from '../core.ts';
import { listPrefix, objectKey, type ServedKind } from '../registry.ts';
import { decodeToken, encodeToken } from './continue-token.ts';
import { checkListQuery, type ListQuery, listRevision, tooLargeRevision } from './list-options.ts';
import { selectionOf } from './selection.ts';

export interface Listing {
  readonly revision: number;
  readonly entries: readonly Entry<KubeObject>[];
  readonly continue: string;
  /** Absent when unknown: with selectors, or on the last page. */
  readonly remaining: number | undefined;
}

/** Where a list looks, at which revision, from where on (api.md 3.1). */
function placeOf(core: Core, query: ListQuery): { revision: number; after: string | null; limit: number } {
  const limit = Math.max(0, query.limit ?? 0);
  const token = query.continue ? decodeToken(query.continue) : null;
  const asked = query.resourceVersion ?? '';
  if (token !== null) {
    if (asked !== '' && asked !== '0') {
      throw badRequest('specifying resource version is not allowed when using continue');
    }
    return { revision: token.revision < 0 ? core.store.revision : token.revision, after: token.after, limit };
  }
  const wanted = listRevision(asked);
  if (wanted > core.store.revision) throw tooLargeRevision(wanted, core.store.revision);
  const match = query.resourceVersionMatch ?? '';
  if (wanted === 0) return { revision: core.store.revision, after: null, limit: asked === '0' ? 0 : limit };
  const exact = match === 'Exact' || (match === '' && limit > 0);
  return { revision: exact ? wanted : core.store.revision, after: null, limit };
}

/** Lists a collection: consistent over all its pages. Throws Expired when the snapshot is gone. */
export function list(core: Core, kind: ServedKind, namespace: string, query: ListQuery): Listing {
  checkListQuery(query);
  // Component statuses are made up at every ask upstream: there is no revision of them, and here nothing to tell.
  if (kind.prefix === 'core/componentstatuses/')
    return { revision: 0, entries: [], continue: '', remaining: undefined };
  const selection = selectionOf(kind, query.labelSelector, query.fieldSelector);
  const { revision, after, limit } = placeOf(core, query);
  const pinned = namespace !== '' || !kind.definition.namespaced ? selection.name : undefined;
  if (pinned !== undefined && revision === core.store.revision && after === null) {
    const entry = core.store.get<KubeObject>(objectKey(kind, namespace, pinned));
    const entries = entry !== null && selection.matches(entry.value) ? [entry] : [];
    return { revision, entries, continue: '', remaining: undefined };
  }
  const prefix = listPrefix(kind, namespace);
  // Tokens hold the key below the collection: `namespace/name`.
  const start = after === null ? undefined : kind.prefix + after;
  try {
    const snapshot = core.store.list<KubeObject>(prefix, {
      revision,
      ...(start === undefined ? {} : { after: start }),
      ...(selection.everything && limit > 0 ? { limit } : {}),
    });
    if (selection.everything) return page(kind, revision, snapshot.entries, snapshot.remaining > 0, snapshot.remaining);
    const matching = snapshot.entries.filter((entry) => selection.matches(entry.value));
    const cut = limit > 0 && matching.length > limit;
    return page(kind, revision, cut ? matching.slice(0, limit) : matching, cut, undefined);
  } catch (error) {
    if (!(error instanceof Compacted)) throw error;
    throw compacted(core, after);
  }
}

function page(
  kind: ServedKind,
  revision: number,
  entries: readonly Entry<KubeObject>[],
  more: boolean,
  remaining: number | undefined,
): Listing {
  const last = entries.at(-1);
  return {
    revision,
    entries,
    continue: more && last !== undefined ? encodeToken({ revision, after: last.key.slice(kind.prefix.length) }) : '',
    remaining: more ? remaining : undefined,
  };
}

function compacted(core: Core, after: string | null): StatusError {
  void core;
  if (after === null) return expired('The resourceVersion for the provided list is too old.');
  const error = expired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  );
  Object.assign(error.status.metadata, { continue: encodeToken({ revision: -1, after }) });
  return error;
}
