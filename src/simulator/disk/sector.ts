import type { Random } from '../../base/random.ts';

/** What a sound drive writes as a whole or not at all. */
export const SECTOR_BYTES = 512;

/** Uniform integer in [0, bound). */
export const below = (random: Random, bound: number): number => Math.floor(random.float() * bound);

/** What becomes of a sector that was written but not synced when the power goes. */
export type SectorFate = 'kept' | 'lost' | 'torn' | 'flipped';

/**
 * Fates of `count` neighbouring sectors in one loss of power: all lost, all kept, a prefix kept with a tear at its end, or
 * each for itself, since a drive may write in any order. On top of that a kept sector may come back with a flipped bit.
 */
export function sectorFates(random: Random, count: number, bitFlipChance: number): SectorFate[] {
  const pattern = below(random, 4);
  const kept = pattern === 2 ? below(random, count + 1) : pattern === 1 ? count : 0;
  return Array.from({ length: count }, (_, i) => {
    const fate = pattern === 3 ? oneOf(random) : i < kept ? 'kept' : i === kept && pattern === 2 ? 'torn' : 'lost';
    return fate === 'kept' && bitFlipChance > 0 && random.float() < bitFlipChance ? 'flipped' : fate;
  });
}

function oneOf(random: Random): SectorFate {
  const draw = random.float();
  if (draw < 0.5) return 'kept';
  return draw < 0.9 ? 'lost' : 'torn';
}

/** The content after the crash. A torn sector has a prefix of the new bytes before the rest of the old ones. */
export function mixSector(random: Random, fate: SectorFate, old: Buffer, written: Buffer): Buffer {
  if (fate === 'lost') return old;
  if (fate === 'kept') return written;
  const mixed = Buffer.from(written);
  if (fate === 'torn') {
    const tear = below(random, SECTOR_BYTES);
    old.copy(mixed, tear, tear);
  } else {
    const bit = below(random, SECTOR_BYTES * 8);
    mixed[bit >> 3]! ^= 1 << (bit & 7);
  }
  return mixed;
}
