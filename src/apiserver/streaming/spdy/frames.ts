/** Frame layout of SPDY/3.1 (draft-mbelshe-httpbis-spdy-00, section 2). Numbers are big-endian. */
export const FRAME = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const;

export const FLAG_FIN = 1;
export const RESET = { protocolError: 1, invalidStream: 2, refusedStream: 3, cancel: 5, internalError: 6 } as const;

/** A length field has 24 bits; control frames may have no more than this. */
export const MAX_FRAME_BYTES = 1 << 20;

export type SpdyFrame =
  | { readonly kind: 'data'; readonly streamId: number; readonly flags: number; readonly payload: Buffer }
  | { readonly kind: 'control'; readonly type: number; readonly flags: number; readonly payload: Buffer };

/** Header of a data frame; the payload follows. */
export function dataFrameHeader(streamId: number, length: number, fin: boolean): Buffer {
  const out = Buffer.alloc(8);
  out.writeUInt32BE(streamId & 0x7fffffff, 0);
  out.writeUInt32BE(((fin ? FLAG_FIN : 0) << 24) | length, 4);
  return out;
}

export function controlFrame(type: number, flags: number, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = Buffer.alloc(8);
  head.writeUInt16BE(0x8003, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt32BE(((flags & 0xff) << 24) | length, 4);
  return Buffer.concat([head, ...parts]);
}

/** Words of 32 bits, as most control payloads are made of. */
export function words(...values: readonly number[]): Buffer {
  const out = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) out.writeUInt32BE(value >>> 0, 4 * index);
  return out;
}

/** Cuts a byte stream into frames. Throws RangeError on a frame above MAX_FRAME_BYTES or of another version. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #bytes = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** Next whole frame, or null until more bytes come. */
  next(): SpdyFrame | null {
    if (this.#bytes < 8) return null;
    const head = this.#peek(8);
    const first = head.readUInt32BE(0);
    const second = head.readUInt32BE(4);
    const length = second & 0xffffff;
    if (length > MAX_FRAME_BYTES && first >>> 31 === 1) throw new RangeError(`SPDY control frame of ${length} bytes`);
    if (this.#bytes < 8 + length) return null;
    const payload = this.#take(8 + length).subarray(8);
    const flags = second >>> 24;
    if (first >>> 31 === 0) return { kind: 'data', streamId: first, flags, payload };
    const version = (first >>> 16) & 0x7fff;
    if (version !== 3) throw new RangeError(`SPDY version ${version} instead of 3`);
    return { kind: 'control', type: first & 0xffff, flags, payload };
  }

  #peek(count: number): Buffer {
    if (this.#chunks[0]!.length < count) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0]!;
  }

  #take(count: number): Buffer {
    if (this.#chunks[0]!.length < count) this.#chunks = [Buffer.concat(this.#chunks)];
    const first = this.#chunks[0]!;
    const taken = first.subarray(0, count);
    if (first.length === count) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(count);
    this.#bytes -= count;
    return taken;
  }
}
