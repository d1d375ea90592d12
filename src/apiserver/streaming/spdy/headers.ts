import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib';
import { SPDY3_DICTIONARY } from './dictionary.ts';

/** Header names are lower case; several values of one name are kept in order. */
export type SpdyHeaders = ReadonlyMap<string, readonly string[]>;

/** More than any client of this protocol sends; what inflates beyond it is an attack. */
const MAX_BLOCK_BYTES = 64 * 1024;

export function encodeHeaderBlock(headers: SpdyHeaders): Buffer {
  const parts: Buffer[] = [uint32(headers.size)];
  for (const [name, values] of headers) {
    const key = Buffer.from(name.toLowerCase(), 'latin1');
    const value = Buffer.from(values.join('\0'), 'latin1');
    parts.push(uint32(key.length), key, uint32(value.length), value);
  }
  return Buffer.concat(parts);
}

/** Throws RangeError on a block that ends early. */
export function decodeHeaderBlock(block: Buffer): SpdyHeaders {
  const headers = new Map<string, readonly string[]>();
  let offset = 4;
  const text = (): string => {
    const length = block.readUInt32BE(offset);
    const end = offset + 4 + length;
    if (end > block.length) throw new RangeError('SPDY header block ends early');
    const value = block.toString('latin1', offset + 4, end);
    offset = end;
    return value;
  };
  for (let left = block.readUInt32BE(0); left > 0; left--) {
    const name = text().toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), ...text().split('\0')]);
  }
  return headers;
}

function uint32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value, 0);
  return out;
}

/**
 * One direction of header compression: a zlib stream that lives as long as the connection, so that blocks must pass in
 * the order of their frames. Calls wait for each other.
 */
export class HeaderCodec {
  readonly #zlib: Deflate | Inflate;
  #last: Promise<unknown> = Promise.resolve();

  constructor(direction: 'compress' | 'decompress') {
    const options = { dictionary: SPDY3_DICTIONARY, flush: constants.Z_SYNC_FLUSH, highWaterMark: 2 * MAX_BLOCK_BYTES };
    this.#zlib = direction === 'compress' ? createDeflate(options) : createInflate(options);
  }

  /** Rejects on corrupt input and on blocks that grow beyond 64 KiB; the codec is useless afterwards. */
  run(block: Buffer): Promise<Buffer> {
    const result = this.#last.then(() => this.#pass(block));
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** The output buffer is larger than the limit, so that the write is done only when all of its output is there. */
  #pass(block: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const zlib = this.#zlib;
      zlib.once('error', reject);
      zlib.write(block, () => {
        zlib.off('error', reject);
        const chunks: Buffer[] = [];
        for (let chunk = zlib.read(); chunk !== null; chunk = zlib.read()) chunks.push(chunk as Buffer);
        const out = Buffer.concat(chunks);
        if (out.length > MAX_BLOCK_BYTES) reject(new RangeError('SPDY header block is too large'));
        else resolve(out);
      });
    });
  }

  close(): void {
    this.#zlib.on('error', () => undefined);
    this.#zlib.destroy();
  }
}
