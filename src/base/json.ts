/** A JSON object: not null, not a list. */
export type JsonRecord = Record<string, unknown>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Structural equality of JSON values. Identity answers first: stored objects share unchanged subtrees. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && !deepEqual(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  let count = 0;
  const left = a as JsonRecord;
  const right = b as JsonRecord;
  for (const key in left) {
    const value = right[key];
    if (left[key] !== value && !deepEqual(left[key], value)) return false;
    if (value === undefined && !(key in right)) return false;
    count++;
  }
  for (const _ in right) if (--count < 0) return false;
  return count === 0;
}

/** Deep copy of a JSON value. */
export function clone<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const out = new Array(value.length);
    for (let i = 0; i < value.length; i++) out[i] = clone(value[i]);
    return out as T;
  }
  const out: JsonRecord = {};
  for (const key in value) setOwn(out, key, clone((value as JsonRecord)[key]));
  return out as T;
}

/** Freezes a JSON value in depth; a frozen subtree is taken as frozen all the way down. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const key in value) deepFreeze((value as JsonRecord)[key]);
  return value;
}

/** Assignment that a key named `__proto__` cannot turn into a change of prototype. */
export function setOwn(target: JsonRecord, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  else target[key] = value;
}

/** Own property or undefined; `constructor` and the like are not found on plain objects. */
export function getOwn(target: object, key: string): unknown {
  return Object.hasOwn(target, key) ? (target as JsonRecord)[key] : undefined;
}

/** JSON text with object keys in byte order, as Go encodes maps: equal values give equal texts. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const record = value as JsonRecord;
  const members = Object.keys(record)
    .filter((key) => record[key] !== undefined)
    .sort(compareText)
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(record[key])}`);
  return `{${members.join(',')}}`;
}

/** Order of UTF-8 bytes, as Go compares strings (UTF-16 order differs beyond the basic plane only). */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const xSurrogate = x >= 0xd800 && x < 0xe000;
    const ySurrogate = y >= 0xd800 && y < 0xe000;
    if (xSurrogate !== ySurrogate) return xSurrogate ? 1 : -1;
    return x < y ? -1 : 1;
  }
  return a.length < b.length ? -1 : 1;
}
