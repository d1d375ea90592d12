import type { BackendEntry, Entry } from '../../store/store.ts';

/**
 * Values that were parsed before a restart, for entries that come back with the very same bytes: parsing them again at each
 * of many restarts would cost more than the restart.
 */
export class KnownValues {
  readonly #entries = new Map<string, Entry>();

  seen(entry: Entry): void {
    this.#entries.set(entry.key, entry);
  }

  /** The entry with its value, where its bytes are known. */
  recall(stored: BackendEntry): BackendEntry {
    const known = this.#entries.get(stored.key);
    return known?.revision === stored.revision && known.bytes.equals(stored.bytes)
      ? { ...stored, value: known.value }
      : stored;
  }
}
