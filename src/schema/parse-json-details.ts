export type JsonPath = readonly (string | number)[];

/** A number of the body whose text was not a plain integer (`1.0`, `1e3`), by the path to it. */
export interface NumberForm {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** What JSON.parse does not tell: keys written twice, and numbers with a fraction or an exponent. */
export interface JsonDetails {
  /** Path of each second writing of a key, in the order of the text. */
  readonly duplicates: readonly JsonPath[];
  readonly forms: readonly NumberForm[];
}

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const ATOM = /[-+.0-9A-Za-z]+/y;

/** Walks valid JSON text; only used when a scan has found something unusual in it. */
class DetailReader {
  readonly duplicates: JsonPath[] = [];
  readonly forms: NumberForm[] = [];
  private readonly text: string;
  private position = 0;
  private readonly path: (string | number)[] = [];

  constructor(text: string) {
    this.text = text;
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text)?.[0] ?? '';
    this.position += match.length;
    return match;
  }

  private peek(): string {
    this.take(SPACE);
    return this.text[this.position] ?? '';
  }

  value(): void {
    const next = this.peek();
    if (next === '{') this.object();
    else if (next === '[') this.list();
    else if (next === '"') this.take(STRING);
    else {
      const atom = this.take(ATOM);
      if (/^-?\d.*[.eE]/.test(atom)) this.forms.push({ path: [...this.path], text: atom });
    }
  }

  private object(): void {
    const seen = new Set<string>();
    this.position++;
    while (this.peek() !== '}') {
      const key = JSON.parse(this.take(STRING)) as string;
      this.path.push(key);
      if (seen.has(key)) this.duplicates.push([...this.path]);
      seen.add(key);
      this.peek();
      this.position++;
      this.value();
      this.path.pop();
      if (this.peek() === ',') this.position++;
    }
    this.position++;
  }

  private list(): void {
    this.position++;
    for (let i = 0; this.peek() !== ']'; i++) {
      this.path.push(i);
      this.value();
      this.path.pop();
      if (this.peek() === ',') this.position++;
    }
    this.position++;
  }
}

/** Duplicate keys and number forms of valid JSON text. */
export function jsonDetails(text: string): JsonDetails {
  const reader = new DetailReader(text);
  reader.value();
  return reader;
}
