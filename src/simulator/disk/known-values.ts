import type { BackendEntry, Entry } from '../../store/store.ts';
import type { Frame } from './log-format.ts';

interface KnownFrame {
  readonly bytes: Buffer;
  readonly frame: Frame;
}

/**
 * What was read before a restart, for what comes back with the very same bytes: reading it again at each of many restarts
 * would cost more than the restart.
 */
export class KnownValues {
  readonly #entries = new Map<string, Entry>();
  readonly #frames = new Map<number, KnownFrame>();

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

  written(offset: number, bytes: Buffer, frame: Frame): void {
    this.#frames.set(offset, { bytes, frame });
  }

  /** The frame at this place of the image, where every byte of it is known. */
  frameAt(image: Buffer, offset: number): Frame | null {
    const known = this.#frames.get(offset);
    if (known === undefined) return null;
    const { bytes, frame } = known;
    const end = offset + bytes.length;
    return end <= image.length && bytes.compare(image, offset, end) === 0 ? frame : null;
  }
}
