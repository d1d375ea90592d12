import type { Clock } from '../../base/clock.ts';

/** Of what a volume is on: bytes and inodes; used is what the volume itself holds. */
export interface VolumeUsage {
  readonly capacityBytes: number;
  readonly availableBytes: number;
  readonly usedBytes: number;
  readonly inodes: number;
  readonly inodesFree: number;
  readonly inodesUsed: number;
}

/** Looks at the directory of a volume. May take as long as walking through all its files. */
export type MeasureVolume = (path: string) => Promise<VolumeUsage>;

/** As long as the kubelet keeps its figures. */
const KEEP_MS = 60_000;

interface Measured {
  readonly at: number;
  readonly usage: Promise<VolumeUsage | null>;
}

/** How full volumes are, measured when somebody asks, and kept for a minute: nobody asks, nothing is done. */
export class VolumeStats {
  readonly #measure: MeasureVolume;
  readonly #clock: Clock;
  readonly #measured = new Map<string, Measured>();

  constructor(measure: MeasureVolume, clock: Clock) {
    this.#measure = measure;
    this.#clock = clock;
  }

  /** Null: it cannot be measured now. Never rejects; who asks meanwhile shares the answer. */
  of(path: string): Promise<VolumeUsage | null> {
    const now = this.#clock.monotonic();
    const known = this.#measured.get(path);
    if (known !== undefined && now - known.at < KEEP_MS) return known.usage;
    for (const [other, { at }] of this.#measured) if (now - at >= KEEP_MS) this.#measured.delete(other);
    const usage = this.#measure(path).catch(() => null);
    this.#measured.set(path, { at: now, usage });
    return usage;
  }
}
