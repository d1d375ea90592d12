const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const DOT = 0x2e;

/** What one pass over valid JSON text tells without building anything. */
export interface JsonScan {
  /** Object members in the text: more than the parsed value has means duplicate keys. */
  readonly members: number;
  /** True when a number has a fraction or an exponent. */
  readonly numberForms: boolean;
}

/** Counts members and looks for unusual numbers; `bytes` must be valid JSON. */
export function scanJson(bytes: Uint8Array): JsonScan {
  let members = 0;
  let numberForms = false;
  const length = bytes.length;
  for (let i = 0; i < length; i++) {
    const c = bytes[i]!;
    if (c === QUOTE) {
      for (i++; i < length && bytes[i] !== QUOTE; i++) if (bytes[i] === BACKSLASH) i++;
    } else if (c === COLON) members++;
    else if (c === DOT) numberForms = true;
    else if ((c | 0x20) === 0x65 && isDigit(bytes[i - 1]!)) numberForms = true;
  }
  return { members, numberForms };
}

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}

/** Object members of a parsed value. */
export function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) count += countMembers(value[i]);
    return count;
  }
  for (const key in value) {
    count++;
    const inner = (value as Record<string, unknown>)[key];
    if (typeof inner === 'object') count += countMembers(inner);
  }
  return count;
}
