import { sleep } from '../../base/clock.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { type Backend, type Encode, type Expectation, StoreConflict } from '../../store/store.ts';
import { SeededRandom } from '../time/seeded-random.ts';
import { VirtualClock } from '../time/virtual-clock.ts';
import { DurabilityOracle } from './durability-oracle.ts';
import { type DiskCounters, DiskError, type DiskFaults, SimulatedDisk } from './simulated-disk.ts';

export interface CrashRunOptions {
  readonly seed: number;
  /** Deaths of the machine or of the process alone. */
  readonly crashes: number;
  /** A backend of a new process on the disk. */
  readonly backend: (disk: SimulatedDisk, historyEvents: number) => Backend;
  readonly faults?: Partial<DiskFaults>;
}

export interface CrashReport {
  readonly breaches: readonly string[];
  readonly counters: DiskCounters;
  readonly acknowledged: number;
  /** Writes accepted but neither acknowledged nor there afterwards, and those that were there nevertheless. */
  readonly lost: number;
  readonly unacknowledgedSurvivors: number;
  readonly compacted: number;
  readonly conflicts: number;
}

const PREFIX = 'core/things/';
const KEYS = 24;
const WRITERS = 6;
const HISTORY_EVENTS = 150;
const LONGEST_LIFE_MS = 250;
const ROUGH_DISK: Partial<DiskFaults> = {
  minSyncMs: 1,
  maxSyncMs: 15,
  stallChance: 0.05,
  stallMs: 100,
  syncErrorChance: 0.02,
  bitFlipChance: 0.1,
};

/** Concurrent writers on a store whose machine dies again and again, all from one seed, in virtual time. */
export async function runCrashes(options: CrashRunOptions): Promise<CrashReport> {
  return new CrashRun(options).run();
}

class CrashRun {
  readonly #options: CrashRunOptions;
  readonly #clock = new VirtualClock();
  readonly #random: SeededRandom;
  readonly #disk: SimulatedDisk;
  readonly #oracle = new DurabilityOracle(PREFIX, HISTORY_EVENTS);
  #life = 0;
  #conflicts = 0;

  constructor(options: CrashRunOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    const faults = { ...ROUGH_DISK, ...options.faults };
    this.#disk = new SimulatedDisk(this.#random.fork('disk'), this.#clock, faults);
  }

  async run(): Promise<CrashReport> {
    const oracle = this.#oracle;
    let savedRevision = 0;
    for (let crash = 0; crash <= this.#options.crashes && oracle.breaches.length === 0; crash++) {
      const store = await this.#open();
      if (store === null) break;
      oracle.reopened(store);
      oracle.resumed(store, savedRevision);
      oracle.resumed(store, this.#random.int(0, store.revision));
      if (crash === this.#options.crashes) break;
      if (this.#random.chance(0.3)) savedRevision = store.revision;
      await this.#live(store);
    }
    return {
      breaches: oracle.breaches,
      counters: this.#disk.counters,
      acknowledged: oracle.acknowledgedCount,
      lost: oracle.lostCount,
      unacknowledgedSurvivors: oracle.unacknowledgedSurvivors,
      compacted: oracle.compactedCount,
      conflicts: this.#conflicts,
    };
  }

  /** Starts the process, as often as it takes when the disk fails it; sometimes the operator had to make room first. */
  async #open(): Promise<MemoryStore | null> {
    const oracle = this.#oracle;
    this.#disk.faults.capacityBytes = this.#disk.sizeBytes + this.#random.int(8, 150) * 1024;
    for (;;) {
      const backend = this.#options.backend(this.#disk, HISTORY_EVENTS);
      try {
        return await this.#clock.settle(MemoryStore.open({ backend, schedule: (commit) => this.#clock.defer(commit) }));
      } catch (error) {
        if (error instanceof DiskError) continue;
        oracle.unusable(error as Error);
        return null;
      }
    }
  }

  async #live(store: MemoryStore): Promise<void> {
    const life = ++this.#life;
    const began = store.revision;
    store.watch(PREFIX, store.revision, (events) => {
      if (life === this.#life) this.#oracle.seen(events);
    });
    for (let i = 0; i < WRITERS; i++) void this.#write(store, life);
    const end = this.#clock.now() + this.#random.float() * LONGEST_LIFE_MS;
    await this.#clock.run(this.#clock.now() + this.#random.float() * (end - this.#clock.now()));
    // A client whose watch broke while the store lives on.
    this.#oracle.resumed(store, this.#random.int(began, store.revision));
    await this.#clock.run(end);
    this.#life++;
    if (this.#random.chance(0.7)) this.#disk.crash();
    else this.#disk.kill();
  }

  async #write(store: MemoryStore, life: number): Promise<void> {
    while (life === this.#life) {
      await sleep(this.#clock, this.#random.float() * 20);
      if (life !== this.#life) return;
      try {
        const entry = await this.#writeOnce(store);
        if (life !== this.#life) return;
        this.#oracle.acknowledged(entry.revision);
      } catch (error) {
        // The disk failed: the store refuses everything until it is reopened.
        if (!(error instanceof StoreConflict)) return;
        this.#conflicts++;
      }
    }
  }

  #writeOnce(store: MemoryStore): Promise<{ readonly revision: number }> {
    const random = this.#random;
    const key = `${PREFIX}ns/k${random.int(0, KEYS - 1)}`;
    // What a client can read may be behind what is on its way: then the write must be refused.
    const current = random.chance(0.5) ? store.get(key) : store.getPending(key);
    const expect: Expectation =
      current === null ? { kind: 'absent' } : { kind: 'revision', revision: current.revision };
    const type = current !== null && random.chance(0.3) ? 'delete' : 'put';
    const padding = 'x'.repeat(random.chance(0.2) ? random.int(0, 3000) : random.int(0, 200));
    const encode: Encode<unknown> = (revision) => {
      const value = { draw: random.int(0, 1_000_000), revision, padding };
      const bytes = Buffer.from(JSON.stringify(value));
      this.#oracle.begun({ revision, type, key, text: bytes.toString('utf8') }, expect);
      return { value, bytes };
    };
    return type === 'put' ? store.put(key, expect, encode) : store.delete(key, expect, encode);
  }
}
