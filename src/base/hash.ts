import { createHash } from 'node:crypto';

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

const bytesOf = (data: Uint8Array | string): Uint8Array => (typeof data === 'string' ? Buffer.from(data) : data);

/** FNV-1, 32 bit (multiply, then xor): names of ControllerRevisions. Unsigned. */
export function fnv32(data: Uint8Array | string, start: number = OFFSET): number {
  let hash = start;
  for (const byte of bytesOf(data)) hash = Math.imul(hash, PRIME) ^ byte;
  return hash >>> 0;
}

/** FNV-1a, 32 bit (xor, then multiply): pod-template-hash. Unsigned. */
export function fnv32a(data: Uint8Array | string, start: number = OFFSET): number {
  let hash = start;
  for (const byte of bytesOf(data)) hash = Math.imul(hash ^ byte, PRIME);
  return hash >>> 0;
}

const OFFSET64 = 0xcbf29ce484222325n;
const PRIME64 = 0x100000001b3n;

/** FNV-1a, 64 bit. */
export function fnv64a(data: Uint8Array | string): bigint {
  let hash = OFFSET64;
  for (const byte of bytesOf(data)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME64);
  return hash;
}

/** SHA-256 in lower-case hexadecimal. */
export function sha256Hex(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}
