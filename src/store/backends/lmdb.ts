import type { Database, RootDatabase } from 'lmdb';
import type { Backend, BackendState, BackendWrite } from '../store.ts';
import { decodeRecord, encodeRecord, type LogRecord, replay } from './lmdb-log.ts';

export interface LmdbOptions {
  /** Directory of the database; made when absent. */
  readonly path: string;
  /** Past revisions kept on disk beside the current ones, so that watches go on after a restart. */
  readonly historyEvents?: number;
  readonly historyBytes?: number;
}

/** A revision still in the history, and what leaving it lets go of. */
interface Kept {
  readonly revision: number;
  readonly previous: number;
  readonly removed: boolean;
  readonly size: number;
}

/** Batches up to this size may be committed in place, */
const IN_PLACE_WRITES = 8;
/** as long as that blocks for less than this. */
const IN_PLACE_MS = 1.5;
const OLDEST = 'oldest';
const REVISION = 'revision';

/**
 * A log of revisions in LMDB: every write is stored once, under its revision. A superseded revision is removed when the
 * event that superseded it leaves the history. One batch is one transaction, fsynced before `commit` resolves.
 */
export class LmdbBackend implements Backend {
  readonly #root: RootDatabase<Buffer, number>;
  readonly #meta: Database<number, string>;
  readonly #maxEvents: number;
  readonly #maxBytes: number;
  #kept: Kept[] = [];
  #head = 0;
  #keptBytes = 0;
  #oldest = 0;
  /** How long a commit in place takes, smoothed. */
  #syncMs = 0;

  /** Opens the database; the library is loaded only now. Rejects when the directory cannot be written. */
  static async open(options: LmdbOptions): Promise<LmdbBackend> {
    const { open } = await import('lmdb');
    const root = open<Buffer, number>({
      path: options.path,
      encoding: 'binary',
      cache: false,
      // A commit must mean "on disk": with overlapping syncs it would mean "visible".
      overlappingSync: false,
      // One event turn of ours is one batch of ours already.
      eventTurnBatching: false,
      maxDbs: 4,
      maxReaders: 8,
      noSubdir: false,
    });
    const meta = root.openDB<number, string>('meta', { encoding: 'json', cache: false });
    return new LmdbBackend(root, meta, options);
  }

  private constructor(root: RootDatabase<Buffer, number>, meta: Database<number, string>, options: LmdbOptions) {
    this.#root = root;
    this.#meta = meta;
    this.#maxEvents = options.historyEvents ?? 10_000;
    this.#maxBytes = options.historyBytes ?? 16 * 1024 * 1024;
  }

  async load(): Promise<BackendState> {
    this.#oldest = this.#meta.get(OLDEST) ?? 0;
    const { entries, events } = replay(this.#records(), this.#oldest);
    return {
      revision: this.#meta.get(REVISION) ?? 0,
      entries,
      history: { oldest: this.#oldest, events },
    };
  }

  *#records(): Generator<LogRecord> {
    for (const { key, value } of this.#root.getRange({ start: 0, snapshot: true })) {
      if (typeof key !== 'number') continue;
      const record = decodeRecord(key, value);
      if (record.revision > this.#oldest) this.#keep(record, value.length);
      yield record;
    }
  }

  #keep(record: { revision: number; previous: number; removed: boolean }, size: number): void {
    this.#kept.push({ revision: record.revision, previous: record.previous, removed: record.removed, size });
    this.#keptBytes += size;
  }

  /**
   * A few writes on a quick disk are committed in place: handing them to the writer thread takes several times as long
   * as the sync itself. Larger batches, and any on a slow disk, leave the event loop free.
   */
  async commit(batch: readonly BackendWrite[], revision: number): Promise<void> {
    const write = (): void => this.#write(batch, revision);
    if (batch.length <= IN_PLACE_WRITES && this.#syncMs < IN_PLACE_MS) {
      const began = performance.now();
      this.#root.transactionSync(write);
      this.#syncMs += (performance.now() - began - this.#syncMs) / 8;
      return;
    }
    // Forgotten slowly, so that a disk that was slow for a while is tried again.
    this.#syncMs *= 0.99;
    if (!(await this.#root.batch(write))) throw new Error('the database refused a batch');
  }

  #write(batch: readonly BackendWrite[], revision: number): void {
    for (const write of batch) {
      const record = encodeRecord(write);
      this.#root.put(write.revision, record);
      this.#keep({ revision: write.revision, previous: write.previous, removed: write.bytes === null }, record.length);
    }
    this.#trim();
    this.#meta.put(OLDEST, this.#oldest);
    this.#meta.put(REVISION, revision);
  }

  /** Lets the oldest events go until the bounds hold. */
  #trim(): void {
    while (this.#kept.length - this.#head > this.#maxEvents || this.#keptBytes > this.#maxBytes) {
      const gone = this.#kept[this.#head]!;
      this.#head++;
      this.#keptBytes -= gone.size;
      this.#oldest = gone.revision;
      if (gone.previous !== 0) this.#root.remove(gone.previous);
      if (gone.removed) this.#root.remove(gone.revision);
    }
    if (this.#head > 4096) {
      this.#kept = this.#kept.slice(this.#head);
      this.#head = 0;
    }
  }

  async close(): Promise<void> {
    await this.#root.close();
  }
}
