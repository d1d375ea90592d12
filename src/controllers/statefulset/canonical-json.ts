/**
 * JSON as Go's encoder writes a map: keys sorted by code unit, no spaces, `<`, `>`, `&` and the two line separators
 * escaped. Names of revisions are hashes of exactly these bytes.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') {
    return typeof value === 'string' ? goString(value) : JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const record = value as Readonly<Record<string, unknown>>;
  const parts: string[] = [];
  for (const key of Object.keys(record).sort(byUtf8)) {
    if (record[key] !== undefined) parts.push(`${goString(key)}:${canonicalJson(record[key])}`);
  }
  return `{${parts.join(',')}}`;
}

const ESCAPED = /[<>&\u2028\u2029]/g;

function goString(text: string): string {
  const json = JSON.stringify(text);
  return json.replace(ESCAPED, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Go compares bytes of UTF-8; that differs from UTF-16 order only where surrogates are involved. */
function byUtf8(a: string, b: string): number {
  const plain = a < b ? -1 : a > b ? 1 : 0;
  return /[\ud800-\udfff]/.test(a + b) ? Buffer.compare(Buffer.from(a), Buffer.from(b)) : plain;
}
