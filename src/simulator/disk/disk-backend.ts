import { type LogRecord, replay } from '../../store/backends/lmdb-log.ts';
import type { Backend, BackendState, BackendWrite } from '../../store/store.ts';
import type { KnownValues } from './known-values.ts';
import { encodeFrame, frameOf, type RecoveredLog, recoverLog } from './log-format.ts';
import type { OpenDisk, SimulatedDisk } from './simulated-disk.ts';

export interface DiskBackendOptions {
  /** Past events `load` answers, so that watches go on after a restart; the log itself keeps everything. */
  readonly historyEvents?: number;
  readonly known?: KnownValues;
}

/**
 * The store's bytes as an append-only log on a simulated disk. One batch is one frame, synced before `commit` resolves; the
 * log is never compacted, since a simulation is short. Belongs to one process: after `crash` or `kill` of the disk make
 * a new one and `load` it.
 */
export class DiskBackend implements Backend {
  readonly #disk: OpenDisk;
  readonly #historyEvents: number;
  readonly #known: KnownValues | undefined;
  #endBytes = 0;
  #checksum = 0;

  constructor(disk: SimulatedDisk, options: DiskBackendOptions = {}) {
    this.#disk = disk.open();
    this.#historyEvents = options.historyEvents ?? 10_000;
    this.#known = options.known;
  }

  /**
   * What the log says. Reads past the page cache: a batch that was written but never acknowledged may be found here, and
   * what somebody has read from it must not get lost. The sync before saves what a killed process left in the cache.
   * Rejects with DiskError, or LogDamaged.
   */
  async load(): Promise<BackendState> {
    await this.sync(this.#disk);
    const { frames, endBytes } = this.recover(this.#disk.readMedium());
    this.#endBytes = endBytes;
    this.#checksum = frames.at(-1)?.checksum ?? 0;
    const records = frames.flatMap((frame): readonly LogRecord[] => frame.records);
    const { entries, events } = replay(records, 0);
    const kept = Math.max(0, events.length - this.#historyEvents);
    const known = this.#known;
    return {
      revision: frames.at(-1)?.revision ?? 0,
      entries: known === undefined ? entries : entries.map((entry) => known.recall(entry)),
      history: { oldest: events[kept - 1]?.revision ?? 0, events: events.slice(kept) },
    };
  }

  /** Rejects with DiskError; the store then refuses writes until it is reopened. */
  async commit(batch: readonly BackendWrite[], revision: number): Promise<void> {
    const frame = encodeFrame(batch, revision, this.#checksum);
    this.#known?.written(this.#endBytes, frame, frameOf(batch, revision, frame));
    this.#disk.write(this.#endBytes, frame);
    await this.sync(this.#disk);
    this.#endBytes += frame.length;
    this.#checksum = frame.readUInt32LE(4);
  }

  /** How the log becomes durable, and below how it is read: apart, so that a test can plant a bug in one of them. */
  protected sync(disk: OpenDisk): Promise<void> {
    return disk.sync();
  }

  protected recover(image: Buffer): RecoveredLog {
    const known = this.#known;
    return known === undefined ? recoverLog(image) : recoverLog(image, (from, offset) => known.frameAt(from, offset));
  }

  async close(): Promise<void> {}
}
