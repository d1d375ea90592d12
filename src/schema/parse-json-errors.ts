/** Finds what Go's scanner would complain about in text that is no JSON (encoding/json, SyntaxError). */
class SyntaxScanner {
  private readonly text: string;
  private position = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The complaint, or null for valid JSON. */
  run(): string | null {
    const error = this.value('looking for beginning of value');
    if (error !== null) return error;
    this.space();
    return this.position < this.text.length ? this.invalid('after top-level value') : null;
  }

  private space(): void {
    while (/[ \t\r\n]/.test(this.text[this.position] ?? '')) this.position++;
  }

  private invalid(context: string): string {
    const point = this.text.codePointAt(this.position);
    if (point === undefined) return 'unexpected end of JSON input';
    // Go scans bytes: beyond ASCII it names the first byte of the character.
    const byte = point < 0x80 ? point : Buffer.from(String.fromCodePoint(point))[0]!;
    return `invalid character ${quoteByte(byte)} ${context}`;
  }

  private value(context: string): string | null {
    this.space();
    const c = this.text[this.position];
    if (c === '{') return this.object();
    if (c === '[') return this.list();
    if (c === '"') return this.string();
    if (c === 't') return this.literal('true');
    if (c === 'f') return this.literal('false');
    if (c === 'n') return this.literal('null');
    if (c !== undefined && /[-0-9]/.test(c)) return this.number();
    return this.invalid(context);
  }

  private object(): string | null {
    this.position++;
    this.space();
    if (this.text[this.position] === '}') return this.step();
    for (;;) {
      this.space();
      if (this.text[this.position] !== '"') return this.invalid('looking for beginning of object key string');
      const key = this.string();
      if (key !== null) return key;
      this.space();
      if (this.text[this.position] !== ':') return this.invalid('after object key');
      this.position++;
      const value = this.value('looking for beginning of value');
      if (value !== null) return value;
      this.space();
      if (this.text[this.position] === '}') return this.step();
      if (this.text[this.position] !== ',') return this.invalid('after object key:value pair');
      this.position++;
    }
  }

  private list(): string | null {
    this.position++;
    this.space();
    if (this.text[this.position] === ']') return this.step();
    for (;;) {
      const value = this.value('looking for beginning of value');
      if (value !== null) return value;
      this.space();
      if (this.text[this.position] === ']') return this.step();
      if (this.text[this.position] !== ',') return this.invalid('after array element');
      this.position++;
    }
  }

  private step(): null {
    this.position++;
    return null;
  }

  private string(): string | null {
    for (this.position++; ; this.position++) {
      const c = this.text[this.position];
      if (c === undefined) return this.invalid('');
      if (c === '"') return this.step();
      if (c < ' ') return this.invalid('in string literal');
      if (c !== '\\') continue;
      this.position++;
      const letter = this.text[this.position] ?? '';
      if (!/^["\\/bfnrtu]$/.test(letter)) return this.invalid('in string escape code');
      for (let i = 0; letter === 'u' && i < 4; i++) {
        this.position++;
        if (!/^[0-9a-fA-F]$/.test(this.text[this.position] ?? '')) {
          return this.invalid('in \\u hexadecimal character escape');
        }
      }
    }
  }

  private literal(word: string): string | null {
    for (const letter of word) {
      if (this.text[this.position] !== letter) return this.invalid(`in literal ${word} (expecting '${letter}')`);
      this.position++;
    }
    return null;
  }

  private digits(context: string): string | null {
    if (!/[0-9]/.test(this.text[this.position] ?? '')) return this.invalid(context);
    while (/[0-9]/.test(this.text[this.position] ?? '')) this.position++;
    return null;
  }

  private number(): string | null {
    if (this.text[this.position] === '-') this.position++;
    if (this.text[this.position] === '0') this.position++;
    else {
      const error = this.digits('in numeric literal');
      if (error !== null) return error;
    }
    if (this.text[this.position] === '.') {
      this.position++;
      const error = this.digits('after decimal point in numeric literal');
      if (error !== null) return error;
    }
    if (!/[eE]/.test(this.text[this.position] ?? '')) return null;
    this.position++;
    if (/[-+]/.test(this.text[this.position] ?? '')) this.position++;
    return this.digits('in exponent of numeric literal');
  }
}

function quoteByte(byte: number): string {
  if (byte === 0x27) return "'\\''";
  if (byte === 0x22) return "'\"'";
  return `'${JSON.stringify(String.fromCharCode(byte))
    .slice(1, -1)
    .replace(/^\\u00([01].)$/, '\\x$1')}'`;
}

/** Go's message for text JSON.parse refused: `unexpected end of JSON input`, `invalid character '}' …`. */
export function jsonSyntaxError(text: string): string {
  return new SyntaxScanner(text).run() ?? 'unexpected end of JSON input';
}
