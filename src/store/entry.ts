import { deepFreeze } from '../base/json.ts';
import type { BackendEntry, BackendEvent, Entry, StoreEvent } from './store.ts';

/** An entry read back from a backend: its value is parsed when somebody first looks, so that start-up parses nothing. */
export class StoredEntry implements Entry {
  readonly key: string;
  readonly revision: number;
  readonly bytes: Buffer;
  #value: unknown;

  constructor(stored: BackendEntry) {
    this.key = stored.key;
    this.revision = stored.revision;
    this.bytes = stored.bytes;
    this.#value = stored.value;
  }

  get value(): unknown {
    this.#value ??= deepFreeze(JSON.parse(this.bytes.toString('utf8')));
    return this.#value;
  }
}

export class CommittedEvent implements StoreEvent {
  readonly type: 'put' | 'delete';
  readonly revision: number;
  readonly key: string;
  readonly entry: Entry;
  readonly previous: Entry | null;
  #frames: Map<string, Buffer> | null = null;

  constructor(type: 'put' | 'delete', entry: Entry, previous: Entry | null) {
    this.type = type;
    this.revision = entry.revision;
    this.key = entry.key;
    this.entry = entry;
    this.previous = previous;
  }

  /** Made on first use: most events are never sent over the wire. */
  get frames(): Map<string, Buffer> {
    this.#frames ??= new Map();
    return this.#frames;
  }
}

export function storedEvent(event: BackendEvent): CommittedEvent {
  return new CommittedEvent(
    event.type,
    new StoredEntry(event),
    event.previous === null ? null : new StoredEntry(event.previous),
  );
}
