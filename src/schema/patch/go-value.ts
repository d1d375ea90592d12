import { compareText } from '../../base/json.ts';

/** A decoded JSON value as Go's `%v` prints it: `map[a:1 b:[x <nil>]]`, keys sorted. It stands in error texts. */
export function goValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`;
  if (typeof value === 'object') {
    const record = value as Record<string, unknown>;
    const keys = Object.keys(record).sort(compareText);
    return `map[${keys.map((key) => `${key}:${goValue(record[key])}`).join(' ')}]`;
  }
  return String(value);
}

/** Go type of a decoded JSON value, as error texts name it. */
export function goType(value: unknown): string {
  if (value === null || value === undefined) return '%!s(<nil>)';
  if (Array.isArray(value)) return '[]interface {}';
  switch (typeof value) {
    case 'object':
      return 'map[string]interface {}';
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) ? 'int64' : 'float64';
    default:
      return 'string';
  }
}
