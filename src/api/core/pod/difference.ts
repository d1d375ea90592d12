import { deepEqual, isRecord } from '../../../base/json.ts';

const MAX_LINES = 20;

/**
 * Says where two values differ, a line a place: `- path: old` and `+ path: new`. Meant for people: upstream prints a
 * Go diff here, which no client parses.
 */
export function describeDifference(old: unknown, current: unknown, path: string): string {
  const lines: string[] = [];
  const visit = (a: unknown, b: unknown, at: string): void => {
    if (deepEqual(a, b) || lines.length >= MAX_LINES) return;
    if (isRecord(a) && isRecord(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) visit(a[key], b[key], `${at}.${key}`);
      return;
    }
    if (Array.isArray(a) && Array.isArray(b)) {
      for (let i = 0; i < Math.max(a.length, b.length); i++) visit(a[i], b[i], `${at}[${i}]`);
      return;
    }
    if (a !== undefined) lines.push(`- ${at}: ${JSON.stringify(a)}`);
    if (b !== undefined) lines.push(`+ ${at}: ${JSON.stringify(b)}`);
  };
  visit(old, current, path);
  return `${lines.join('\n')}\n`;
}
