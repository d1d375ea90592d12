const TWO_32 = 4294967296;
/** Texts up to this length are quicker written letter by letter than handed to the engine. */
const SHORT = 64;

/** Bytes a length takes as a varint. */
function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

/** Writes nested protobuf messages into one growing buffer; a length is filled in when its message is complete. */
export class ProtobufWriter {
  private buffer: Buffer;
  private position = 0;

  constructor(capacity = 1 << 16) {
    this.buffer = Buffer.allocUnsafe(capacity);
  }

  private reserve(length: number): void {
    if (this.position + length <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.position + length));
    this.buffer.copy(larger, 0, 0, this.position);
    this.buffer = larger;
  }

  private varint(value: number): void {
    this.reserve(10);
    if (value < 0x80) {
      this.buffer[this.position++] = value;
      return;
    }
    let rest = value;
    while (rest >= 0x80) {
      this.buffer[this.position++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.buffer[this.position++] = rest;
  }

  /** Two's complement of 64 bits: ten bytes. */
  private negative(value: number): void {
    this.reserve(10);
    let low = ((value % TWO_32) + TWO_32) % TWO_32;
    let high = (Math.floor(value / TWO_32) + TWO_32) % TWO_32;
    for (let i = 0; i < 9; i++) {
      this.buffer[this.position++] = (low % 0x80) | 0x80;
      low = Math.floor(low / 0x80) + (high % 0x80) * 0x2000000;
      high = Math.floor(high / 0x80);
    }
    this.buffer[this.position++] = low;
  }

  /** A string; anything else is left out. */
  text(field: number, value: unknown): this {
    if (typeof value !== 'string') return this;
    this.varint(field * 8 + 2);
    if (value.length <= SHORT && this.ascii(value)) return this;
    const length = Buffer.byteLength(value);
    this.varint(length);
    this.reserve(length);
    this.position += this.buffer.write(value, this.position);
    return this;
  }

  /** Length and letters of a short text; false, and nothing written, when it has others than ASCII. */
  private ascii(value: string): boolean {
    const { length } = value;
    this.reserve(length + 1);
    const { buffer, position } = this;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) return false;
      buffer[position + 1 + i] = code;
    }
    buffer[position] = length;
    this.position += length + 1;
    return true;
  }

  texts(field: number, values: unknown): this {
    if (Array.isArray(values)) for (const value of values) this.text(field, value);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.varint(field * 8 + 2);
    this.varint(value.length);
    this.reserve(value.length);
    this.buffer.set(value, this.position);
    this.position += value.length;
    return this;
  }

  flag(field: number, value: unknown): this {
    if (value !== true) return this;
    return this.boolean(field, true);
  }

  /** Also when it is false: optional booleans tell false from absent. */
  boolean(field: number, value: boolean): this {
    this.varint(field * 8);
    this.varint(value ? 1 : 0);
    return this;
  }

  /** A non-negative integer; anything else is left out. */
  integer(field: number, value: unknown): this {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) return this;
    return this.signed(field, value);
  }

  /** int32 or int64; exact up to 2^53. */
  signed(field: number, value: number): this {
    this.varint(field * 8);
    if (value < 0) this.negative(value);
    else this.varint(value);
    return this;
  }

  double(field: number, value: unknown): this {
    if (typeof value !== 'number') return this;
    this.varint(field * 8 + 1);
    this.reserve(8);
    this.position = this.buffer.writeDoubleLE(value, this.position);
    return this;
  }

  /** A message whose fields `build` writes into this writer. Most are short: one byte is kept for the length. */
  message(field: number, build: () => void): this {
    this.varint(field * 8 + 2);
    this.reserve(1);
    const start = this.position++;
    build();
    let length = this.position - start - 1;
    const more = varintSize(length) - 1;
    if (more > 0) {
      this.reserve(more);
      this.buffer.copyWithin(start + 1 + more, start + 1, this.position);
      this.position += more;
    }
    for (let i = 0; i <= more; i++) {
      this.buffer[start + i] = (length % 0x80) | (i < more ? 0x80 : 0);
      length = Math.floor(length / 0x80);
    }
    return this;
  }

  /** Forgets what was written, to be used again. */
  clear(): this {
    this.position = 0;
    return this;
  }

  /** What was written, in a buffer of its own size. */
  finish(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.position));
  }
}
