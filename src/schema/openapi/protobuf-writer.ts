/** Builds protobuf messages; a message is a list of chunks that nest by concatenation. */
export class MessageWriter {
  private readonly chunks: Buffer[] = [];
  private length = 0;

  private push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.length += chunk.length;
  }

  private varint(value: number): void {
    const bytes: number[] = [];
    let rest = value;
    while (rest >= 0x80) {
      bytes.push((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    bytes.push(rest);
    this.push(Buffer.from(bytes));
  }

  text(field: number, value: unknown): this {
    if (typeof value === 'string') this.bytes(field, Buffer.from(value));
    return this;
  }

  texts(field: number, values: unknown): this {
    if (Array.isArray(values)) for (const value of values) this.text(field, value);
    return this;
  }

  flag(field: number, value: unknown): this {
    if (value === true) {
      this.varint(field * 8);
      this.varint(1);
    }
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
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    this.push(bytes);
    return this;
  }

  message(field: number, inner: MessageWriter): this {
    this.bytes(field, inner.finish());
    return this;
  }

  private bytes(field: number, bytes: Buffer): void {
    this.varint(field * 8 + 2);
    this.varint(bytes.length);
    this.push(bytes);
  }

  finish(): Buffer {
    return Buffer.concat(this.chunks, this.length);
  }
}
