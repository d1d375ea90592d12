import type { Clock } from '../../base/clock.ts';
import type { VolumeBackend } from '../../controllers/provisioner/controller.ts';
import type { Journal, JournalEntry } from '../observe/journal.ts';
import type { SeededRandom } from '../time/seeded-random.ts';

/** What is wrong with the storage system; faults change it. */
export interface VolumeFaults {
  failChance: number;
  delayMs: number;
}

/** A volume as the storage system has it. */
interface Stored {
  sizeBytes: number;
  /** What the nodes that mount it see of it. */
  fileSystemBytes: number;
  readonly attachedTo: Set<string>;
  /** What it began with: the content of the volume it is a copy of. */
  readonly base: string;
  /** How often somebody has written to it. */
  writes: number;
}

/** Of the failures, the share that comes after the work was done: an answer that was lost. */
const FAILS_AFTERWARDS = 0.3;

/**
 * A storage system outside the cluster: it does what it is told, late or not at all, one thing after the other for each volume,
 * and tells the journal of what it did. What a volume holds is the history of its writes (`pvc-a:3>pvc-b:1`: one write to b, which
 * began as a copy of a after three).
 */
export class SimulatedVolumes {
  readonly faults: VolumeFaults = { failChance: 0, delayMs: 0 };
  /** What controllers and agents use. */
  readonly backend: VolumeBackend;
  readonly #clock: Clock;
  readonly #random: SeededRandom;
  readonly #journal: Journal;
  readonly #stored = new Map<string, Stored>();
  /** The last thing asked of each volume. */
  readonly #busy = new Map<string, Promise<unknown>>();
  /** Volumes that pods have mounted, by uid. */
  readonly #mounted = new Map<string, readonly string[]>();
  /** Volumes that were there and are gone; null where only volumes made here exist. */
  readonly #deleted: Set<string> | null;

  /** With `declared`, a volume that was not made here was there before, as the volumes of a user's cluster are. */
  constructor(clock: Clock, random: SeededRandom, journal: Journal, declared: boolean) {
    this.#deleted = declared ? new Set() : null;
    this.#clock = clock;
    this.#random = random;
    this.#journal = journal;
    journal.on((entry) => this.#written(entry));
    this.backend = {
      create: ({ name, sizeBytes, copyOf }) =>
        this.#do('create', name, () => {
          this.#create(name, sizeBytes, copyOf);
          return { path: `/simulated/${name}` };
        }),
      delete: (name) =>
        this.#do('delete', name, () => {
          this.#deleted?.add(name);
          if (this.#stored.delete(name)) this.#tell('deleted', name);
        }),
      attach: (name, node) => this.#do('attach', name, () => this.#attach(name, node)),
      detach: (name, node) =>
        this.#do('detach', name, () => {
          if (this.#stored.get(name)?.attachedTo.delete(node)) this.#tell('detached', name, node);
        }),
      expand: (name, sizeBytes) =>
        this.#do('expand', name, () => {
          const stored = this.#of(name);
          stored.sizeBytes = Math.max(stored.sizeBytes, sizeBytes);
          return true;
        }),
      growFileSystem: (name, sizeBytes) =>
        this.#do('grow the file system of', name, () => {
          const stored = this.#of(name);
          stored.fileSystemBytes = Math.max(stored.fileSystemBytes, Math.min(sizeBytes, stored.sizeBytes));
        }),
    };
  }

  /** Bytes a volume has, and bytes that can be seen of it; null when there is none of the name. */
  sizes(name: string): { readonly volume: number; readonly fileSystem: number } | null {
    const stored = this.#stored.get(name);
    return stored === undefined ? null : { volume: stored.sizeBytes, fileSystem: stored.fileSystemBytes };
  }

  heal(): void {
    this.faults.failChance = 0;
    this.faults.delayMs = 0;
  }

  async #do<T>(what: string, name: string, act: () => T): Promise<T> {
    const work = (this.#busy.get(name) ?? Promise.resolve()).then(async () => {
      const { delayMs, failChance } = this.faults;
      if (delayMs > 0)
        await new Promise<void>((resolve) => this.#clock.setTimer(this.#random.float() * delayMs, resolve));
      if (!this.#random.chance(failChance)) return act();
      if (this.#random.chance(FAILS_AFTERWARDS)) act();
      throw new Error(`the storage system failed to ${what} a volume`);
    });
    this.#busy.set(
      name,
      work.catch(() => undefined),
    );
    return work;
  }

  #of(name: string): Stored {
    const stored = this.#stored.get(name);
    if (stored !== undefined) return stored;
    if (this.#deleted?.has(name) !== false) throw new Error(`the storage system has no volume ${name}`);
    const found: Stored = { sizeBytes: 0, fileSystemBytes: 0, attachedTo: new Set(), base: '', writes: 0 };
    this.#stored.set(name, found);
    return found;
  }

  #create(name: string, sizeBytes: number, copyOf: string | null): void {
    if (this.#stored.has(name)) return;
    let base = '';
    if (copyOf !== null) {
      const source = this.#of(copyOf);
      base = `${source.base}${copyOf}:${source.writes}>`;
    }
    this.#stored.set(name, { sizeBytes, fileSystemBytes: sizeBytes, attachedTo: new Set(), base, writes: 0 });
    this.#tell('created', name, undefined, base);
  }

  #attach(name: string, node: string): void {
    const { attachedTo } = this.#of(name);
    if (attachedTo.has(node)) return;
    attachedTo.add(node);
    this.#tell('attached', name, node);
  }

  #tell(what: 'created' | 'deleted' | 'attached' | 'detached', volume: string, node?: string, base?: string): void {
    this.#journal.add({
      kind: 'storage',
      what,
      volume,
      ...(node === undefined ? {} : { node }),
      ...(base === undefined ? {} : { base }),
    });
  }

  /** A container that starts writes to all it has mounted. */
  #written(entry: JournalEntry): void {
    if (entry.kind === 'mounted') this.#mounted.set(entry.podUid, entry.volumes ?? []);
    else if (entry.kind === 'unmounted') this.#mounted.delete(entry.podUid);
    else if (entry.kind === 'started') {
      for (const name of this.#mounted.get(entry.container.podUid) ?? []) {
        const stored = this.#stored.get(name);
        if (stored !== undefined) stored.writes++;
      }
    }
  }
}
