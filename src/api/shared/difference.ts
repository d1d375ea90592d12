import { deepEqual } from '../../base/json.ts';
import type { Json } from './json.ts';

const show = (value: Json): string => (value === undefined ? '<absent>' : JSON.stringify(value));

function collect(before: Json, after: Json, path: string, out: string[]): void {
  if (deepEqual(before ?? null, after ?? null)) return;
  const both = [before, after].every((value) => typeof value === 'object' && value !== null && !Array.isArray(value));
  if (!both) {
    out.push(`- ${path}: ${show(before)}`, `+ ${path}: ${show(after)}`);
    return;
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    collect(before[key], after[key], path === '' ? key : `${path}.${key}`, out);
  }
}

/** What an update that is refused would have changed: a line with the old value and one with the new for each field. */
export function difference(before: Json, after: Json): string {
  const out: string[] = [];
  collect(before, after, '', out);
  return out.join('\n');
}
