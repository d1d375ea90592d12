import type { KubeObject } from '../../schema/object.ts';
import { expired, type StatusError } from '../../schema/status.ts';
import { Compacted, type Entry, type StoreEvent, type Watch } from '../../store/store.ts';
import type { Core } from '../core.ts';
import { listPrefix, objectKey, type ServedKind } from '../registry.ts';
import type { Selection } from './selection.ts';

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One event as a watcher of this selection sees it. */
export interface WatchChange {
  readonly type: ChangeType;
  /** State to show: for DELETED the last one, with the revision of the change. */
  readonly entry: Entry<KubeObject>;
  /** Where frames of it may be kept for other watchers; null for synthetic events. */
  readonly event: StoreEvent<KubeObject> | null;
}

/** The old state with the revision of the change that took it out of the selection; made once per event. */
const departures = new WeakMap<StoreEvent<KubeObject>, Entry<KubeObject>>();

function departed(event: StoreEvent<KubeObject>): Entry<KubeObject> {
  const known = departures.get(event);
  if (known !== undefined) return known;
  const old = event.previous!.value;
  const value: KubeObject = { ...old, metadata: { ...old.metadata, resourceVersion: String(event.revision) } };
  const entry = { key: event.key, revision: event.revision, value, bytes: Buffer.from(JSON.stringify(value)) };
  departures.set(event, entry);
  return entry;
}

/** What one stored event means under a selection, or null (api.md 3.3). */
export function changeOf(event: StoreEvent<KubeObject>, selection: Selection): WatchChange | null {
  const { previous, entry } = event;
  if (selection.everything) {
    const type = event.type === 'delete' ? 'DELETED' : previous === null ? 'ADDED' : 'MODIFIED';
    return { type, entry, event };
  }
  const before = previous !== null && selection.matches(previous.value);
  if (event.type === 'delete') return before ? { type: 'DELETED', entry, event } : null;
  const now = selection.matches(entry.value);
  if (now) return { type: before ? 'MODIFIED' : 'ADDED', entry, event };
  return before ? { type: 'DELETED', entry: departed(event), event: null } : null;
}

export interface WatchPlace {
  readonly kind: ServedKind;
  readonly namespace: string;
  readonly selection: Selection;
}

/** Store prefix of a watch: one key when the selection pins it. */
export function watchPrefix({ kind, namespace, selection }: WatchPlace): string {
  const pinned = selection.name;
  if (pinned !== undefined && (namespace !== '' || !kind.definition.namespaced))
    return objectKey(kind, namespace, pinned);
  return listPrefix(kind, namespace);
}

/**
 * Delivers what happens after `revision`, in batches, at commit. `raw` gets the store's own batch, shared by all
 * watchers of the place. Throws Expired when the history does not reach back.
 */
export function watchChanges(
  core: Core,
  place: WatchPlace,
  revision: number,
  onChanges: (changes: readonly WatchChange[], raw: readonly StoreEvent<KubeObject>[]) => void,
): Watch {
  const { selection } = place;
  try {
    return core.store.watch<KubeObject>(watchPrefix(place), revision, (events) => {
      const changes: WatchChange[] = [];
      for (const event of events) {
        const change = changeOf(event, selection);
        if (change !== null) changes.push(change);
      }
      if (changes.length > 0) onChanges(changes, events);
    });
  } catch (error) {
    if (error instanceof Compacted) throw tooOld(error);
    throw error;
  }
}

export function tooOld(error: Compacted): StatusError {
  return expired(`too old resource version: ${error.requested} (${error.oldest})`);
}
