import { randomBytes, randomFillSync } from 'node:crypto';

/** The only source of chance (design D3). */
export interface Random {
  /** Uniform in [0, 1). */
  float(): number;
  bytes(count: number): Uint8Array;
}

const pool = new Uint8Array(4096);
const numbers = Buffer.from(pool.buffer);
let poolUsed = pool.length;

/** Where in the pool so many bytes begin that were not used yet. */
function draw(count: number): number {
  if (poolUsed + count > pool.length) {
    randomFillSync(pool);
    poolUsed = 0;
  }
  poolUsed += count;
  return poolUsed - count;
}

/** Cryptographic randomness of the machine, drawn in blocks. */
export const systemRandom: Random = {
  float: () => numbers.readUIntBE(draw(6), 6) / 2 ** 48,
  bytes(count) {
    if (count > pool.length) return randomBytes(count);
    const at = draw(count);
    return pool.slice(at, at + count);
  },
};

/** Uniform integer in [0, bound). */
export function randomInt(random: Random, bound: number): number {
  return Math.floor(random.float() * bound);
}

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

/** RFC 9562 version 4 UUID. */
export function uuid(random: Random): string {
  const b = random.bytes(16);
  b[6] = (b[6]! & 0x0f) | 0x40;
  b[8] = (b[8]! & 0x3f) | 0x80;
  let out = '';
  for (let i = 0; i < 16; i++) out += (i === 4 || i === 6 || i === 8 || i === 10 ? '-' : '') + HEX[b[i]!];
  return out;
}

const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** Suffix as `generateName` appends it: no vowels, no look-alikes. */
export function nameSuffix(random: Random, length = 5): string {
  let out = '';
  for (const byte of random.bytes(length)) out += SUFFIX_ALPHABET[byte % SUFFIX_ALPHABET.length];
  return out;
}
