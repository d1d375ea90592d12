import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import { below, mixSector, SECTOR_BYTES, type SectorFate, sectorFates } from './sector.ts';

/** What the disk does wrong; a test or a fault plan changes it while the disk is in use. Chances are in [0, 1]. */
export interface DiskFaults {
  /** A sync takes a uniform time between these. */
  minSyncMs: number;
  maxSyncMs: number;
  /** Chance that a sync stalls, and for how much longer. */
  stallChance: number;
  stallMs: number;
  /** Chance that a sync fails with EIO. What it should have written may be lost for good, as on a real kernel. */
  syncErrorChance: number;
  /** Writes that would end beyond this fail with ENOSPC. */
  capacityBytes: number;
  /** Chance that a crash flips a bit in a sector that was not synced. */
  bitFlipChance: number;
}

export const SOUND_DISK: DiskFaults = {
  minSyncMs: 0,
  maxSyncMs: 0,
  stallChance: 0,
  stallMs: 0,
  syncErrorChance: 0,
  capacityBytes: 1024 * 1024 * 1024,
  bitFlipChance: 0,
};

/** How often each thing happened, so that a run can prove it met the fault. */
export interface DiskCounters {
  syncs: number;
  syncErrors: number;
  stalls: number;
  full: number;
  crashes: number;
  kills: number;
  readonly sectors: Record<SectorFate, number>;
}

export class DiskError extends Error {
  readonly code: 'EIO' | 'ENOSPC';
  constructor(code: 'EIO' | 'ENOSPC', what: string) {
    super(`${code}: ${what}`);
    this.name = 'DiskError';
    this.code = code;
  }
}

/** The disk as one process sees it. After the process died its writes do nothing and its syncs never end. */
export interface OpenDisk {
  /** Puts bytes into the page cache. Throws DiskError ENOSPC, and then has written nothing. */
  write(offset: number, bytes: Buffer): void;
  /** Resolves when all that was written before the call is on the medium; rejects with DiskError EIO. */
  sync(): Promise<void>;
  /** What stands on the medium, past the page cache: a page whose sync failed looks written only in the cache. For reading at once. */
  readMedium(): Buffer;
}

const EMPTY = Buffer.alloc(SECTOR_BYTES);

/** A sync under way: the sectors it covers, with what the medium held before it. */
interface Flush {
  readonly sectors: ReadonlyMap<number, Buffer>;
}

/** Never settles. Made anew each time: a shared one would hold on to everybody who ever waited for it. */
const never = (): Promise<never> => new Promise(() => {});

/**
 * A block device with a page cache. **Invariant:** only what a successful sync covered is sure to survive `crash`; each
 * other sector independently survives, is lost, is torn, or comes back with a flipped bit. All chance comes from
 * `random`, all time from `clock`: the same seed and calls give the same bytes.
 */
export class SimulatedDisk {
  readonly faults: DiskFaults;
  readonly counters: DiskCounters = {
    syncs: 0,
    syncErrors: 0,
    stalls: 0,
    full: 0,
    crashes: 0,
    kills: 0,
    sectors: { kept: 0, lost: 0, torn: 0, flipped: 0 },
  };
  readonly #random: Random;
  readonly #clock: Clock;
  /** The page cache over the medium: what the process reads back. */
  #cache = Buffer.alloc(64 * SECTOR_BYTES);
  #sizeBytes = 0;
  /** Sectors written since the last sync began, with what the medium (or the running sync) holds for them. */
  #dirty = new Map<number, Buffer>();
  #flush: Flush | null = null;
  /** Sectors a failed sync forgot: clean in the cache, old on the medium. */
  readonly #forgotten = new Map<number, Buffer>();
  #generation = 0;

  constructor(random: Random, clock: Clock, faults: Partial<DiskFaults> = {}) {
    this.#random = random;
    this.#clock = clock;
    this.faults = { ...SOUND_DISK, ...faults };
  }

  /** Bytes up to the end of the last sector ever written. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The disk for a new process; the one before must be dead. */
  open(): OpenDisk {
    const generation = this.#generation;
    const alive = (): boolean => generation === this.#generation;
    return {
      write: (offset, bytes) => {
        if (alive()) this.#write(offset, bytes);
      },
      sync: () => (alive() ? this.#sync(alive) : never()),
      readMedium: () => this.#medium(),
    };
  }

  #write(offset: number, bytes: Buffer): void {
    const end = offset + bytes.length;
    if (end > this.faults.capacityBytes) {
      this.counters.full++;
      throw new DiskError('ENOSPC', `no space for ${bytes.length} bytes at ${offset}`);
    }
    this.#reserve(end);
    const last = Math.ceil(end / SECTOR_BYTES);
    for (let sector = Math.floor(offset / SECTOR_BYTES); sector < last; sector++) {
      if (!this.#dirty.has(sector)) this.#dirty.set(sector, this.#forgotten.get(sector) ?? this.#copy(sector));
      this.#forgotten.delete(sector);
    }
    bytes.copy(this.#cache, offset);
    this.#sizeBytes = Math.max(this.#sizeBytes, last * SECTOR_BYTES);
  }

  #reserve(end: number): void {
    if (end <= this.#cache.length) return;
    const grown = Buffer.alloc(Math.max(Math.ceil(end / SECTOR_BYTES) * SECTOR_BYTES, this.#cache.length * 2));
    this.#cache.copy(grown);
    this.#cache = grown;
  }

  /** What stands there now. Most writes go where nothing was: those share one empty sector. */
  #copy(sector: number): Buffer {
    if (sector * SECTOR_BYTES >= this.#sizeBytes) return EMPTY;
    return Buffer.from(this.#cache.subarray(sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES));
  }

  async #sync(alive: () => boolean): Promise<void> {
    if (this.#flush !== null) throw new Error('one sync at a time');
    const flush: Flush = { sectors: this.#dirty };
    this.#flush = flush;
    this.#dirty = new Map();
    const fails = this.#random.float() < this.faults.syncErrorChance;
    const delayMs = this.#syncDelayMs();
    if (delayMs > 0) await new Promise<void>((resolve) => this.#clock.setTimer(delayMs, resolve));
    if (!alive()) return never();
    this.#flush = null;
    if (!fails) {
      this.counters.syncs++;
      return;
    }
    this.counters.syncErrors++;
    this.#forget(flush);
    throw new DiskError('EIO', 'sync failed');
  }

  #syncDelayMs(): number {
    const { minSyncMs, maxSyncMs, stallChance, stallMs } = this.faults;
    const delayMs = minSyncMs + (maxSyncMs > minSyncMs ? this.#random.float() * (maxSyncMs - minSyncMs) : 0);
    if (stallChance === 0 || this.#random.float() >= stallChance) return delayMs;
    this.counters.stalls++;
    return delayMs + stallMs;
  }

  /** After EIO the kernel calls the pages clean; about half of them never reached the medium. */
  #forget(flush: Flush): void {
    for (const [sector, old] of flush.sectors) {
      if (below(this.#random, 2) === 0) continue;
      const newer = this.#dirty.get(sector);
      if (newer === undefined) this.#forgotten.set(sector, old);
      else this.#dirty.set(sector, old);
    }
  }

  /** Loss of power: the process and the page cache are gone. */
  crash(): void {
    this.#generation++;
    this.counters.crashes++;
    for (const [sector, old] of this.#forgotten) this.#set(sector, old);
    this.#forgotten.clear();
    const flushed = this.#settle(this.#flush?.sectors ?? new Map(), (sector) => this.#dirty.get(sector));
    for (const [sector, content] of flushed) if (this.#dirty.has(sector)) this.#dirty.set(sector, content);
    const written = this.#settle(this.#dirty, () => undefined);
    for (const [sector, content] of [...flushed, ...written]) this.#set(sector, content);
    this.#dirty = new Map();
    this.#flush = null;
  }

  /** Draws what the medium holds for sectors whose old content is given; `newer` overrules the cache as the new one. */
  #settle(sectors: ReadonlyMap<number, Buffer>, newer: (sector: number) => Buffer | undefined): [number, Buffer][] {
    const fates = sectorFates(this.#random, sectors.size, this.faults.bitFlipChance);
    return [...sectors].map(([sector, old], i) => {
      const fate = fates[i]!;
      this.counters.sectors[fate]++;
      return [sector, mixSector(this.#random, fate, old, newer(sector) ?? this.#copy(sector))];
    });
  }

  #set(sector: number, content: Buffer): void {
    content.copy(this.#cache, sector * SECTOR_BYTES);
  }

  /** The process alone dies (SIGKILL): what it wrote stays in the page cache, not on the medium. */
  kill(): void {
    this.#generation++;
    this.counters.kills++;
    for (const [sector, old] of this.#flush?.sectors ?? []) this.#dirty.set(sector, old);
    this.#flush = null;
  }

  #medium(): Buffer {
    // Nothing differs from the cache: what is synced is not written again.
    if (this.#dirty.size === 0 && this.#flush === null && this.#forgotten.size === 0) {
      return this.#cache.subarray(0, this.#sizeBytes);
    }
    const medium = Buffer.allocUnsafeSlow(this.#sizeBytes);
    this.#cache.copy(medium, 0, 0, this.#sizeBytes);
    for (const layer of [this.#dirty, this.#flush?.sectors ?? [], this.#forgotten]) {
      for (const [sector, old] of layer) old.copy(medium, sector * SECTOR_BYTES);
    }
    return medium;
  }
}
