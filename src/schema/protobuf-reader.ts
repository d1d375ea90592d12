/** A protobuf body that is cut short or not protobuf at all. */
export class ProtobufError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProtobufError';
  }
}

/** Wire types of the protobuf encoding. */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/** Cursor over protobuf bytes between `position` and `end`. */
export class ProtobufReader {
  readonly bytes: Buffer;
  position: number;
  readonly end: number;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  /** Field number * 8 + wire type. */
  tag(): number {
    return this.varint();
  }

  /** Signed 64-bit varint; exact up to 2^53. */
  varint(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.position >= this.end) throw new ProtobufError('unexpected EOF');
      const byte = this.bytes[this.position++]!;
      const part = byte & 0x7f;
      if (shift < 28) low |= part << shift;
      else if (shift === 28) {
        low |= part << 28;
        high |= part >> 4;
      } else high |= part << (shift - 32);
      if (byte < 0x80) return high === 0 ? low >>> 0 : (high | 0) * 4294967296 + (low >>> 0);
    }
    throw new ProtobufError('proto: integer overflow');
  }

  double(): number {
    this.need(8);
    const value = this.bytes.readDoubleLE(this.position);
    this.position += 8;
    return value;
  }

  float(): number {
    this.need(4);
    const value = this.bytes.readFloatLE(this.position);
    this.position += 4;
    return value;
  }

  /** End of a length-delimited value that starts at `position`. */
  private limit(): number {
    const length = this.varint();
    this.need(length);
    return this.position + length;
  }

  text(): string {
    const end = this.limit();
    const text = this.bytes.toString('utf8', this.position, end);
    this.position = end;
    return text;
  }

  raw(): Buffer {
    const end = this.limit();
    const raw = this.bytes.subarray(this.position, end);
    this.position = end;
    return raw;
  }

  message(): ProtobufReader {
    const end = this.limit();
    const inner = new ProtobufReader(this.bytes, this.position, end);
    this.position = end;
    return inner;
  }

  skip(wireType: number): void {
    if (wireType === VARINT) this.varint();
    else if (wireType === FIXED64) this.advance(8);
    else if (wireType === BYTES) this.position = this.limit();
    else if (wireType === FIXED32) this.advance(4);
    else throw new ProtobufError(`proto: illegal wireType ${wireType}`);
  }

  private advance(length: number): void {
    this.need(length);
    this.position += length;
  }

  private need(length: number): void {
    if (length < 0 || this.position + length > this.end) throw new ProtobufError('unexpected EOF');
  }
}
