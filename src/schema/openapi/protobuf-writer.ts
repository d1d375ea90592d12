/** Bytes kept for the length of a message, written as a padded varint: lengths up to 2^28 - 1. */
const LENGTH_BYTES = 4;

/** Writes nested protobuf messages into one growing buffer; a length is filled in when its message is complete. */
export class ProtobufWriter {
  private buffer = Buffer.allocUnsafe(1 << 16);
  private position = 0;

  private reserve(length: number): void {
    if (this.position + length <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.position + length));
    this.buffer.copy(larger, 0, 0, this.position);
    this.buffer = larger;
  }

  private varint(value: number): void {
    this.reserve(10);
    let rest = value;
    while (rest >= 0x80) {
      this.buffer[this.position++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.buffer[this.position++] = rest;
  }

  /** A string; anything else is left out. */
  text(field: number, value: unknown): this {
    if (typeof value !== 'string') return this;
    this.varint(field * 8 + 2);
    const length = Buffer.byteLength(value);
    this.varint(length);
    this.reserve(length);
    this.position += this.buffer.write(value, this.position);
    return this;
  }

  texts(field: number, values: unknown): this {
    if (Array.isArray(values)) for (const value of values) this.text(field, value);
    return this;
  }

  flag(field: number, value: unknown): this {
    if (value !== true) return this;
    this.varint(field * 8);
    this.varint(1);
    return this;
  }

  /** A non-negative integer; anything else is left out. */
  integer(field: number, value: unknown): this {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) return this;
    this.varint(field * 8);
    this.varint(value);
    return this;
  }

  double(field: number, value: unknown): this {
    if (typeof value !== 'number') return this;
    this.varint(field * 8 + 1);
    this.reserve(8);
    this.position = this.buffer.writeDoubleLE(value, this.position);
    return this;
  }

  /** A message whose fields `build` writes into this writer. */
  message(field: number, build: () => void): this {
    this.varint(field * 8 + 2);
    this.reserve(LENGTH_BYTES);
    const start = this.position;
    this.position += LENGTH_BYTES;
    build();
    let length = this.position - start - LENGTH_BYTES;
    for (let i = 0; i < LENGTH_BYTES; i++) {
      this.buffer[start + i] = (length % 0x80) | (i < LENGTH_BYTES - 1 ? 0x80 : 0);
      length = Math.floor(length / 0x80);
    }
    return this;
  }

  /** What was written, in a buffer of its own size. */
  finish(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.position));
  }
}
