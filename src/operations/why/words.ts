import { humanDuration } from '../../base/time.ts';

/** `a`, `a and b`, `a, b and c`; beyond `limit` the rest is counted: `a, b and 7 more`. */
export function listed(names: readonly string[], limit = 4): string {
  if (names.length <= 1) return names[0] ?? '';
  if (names.length > limit) return `${names.slice(0, limit - 1).join(', ')} and ${names.length - limit + 1} more`;
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** `1 pod`, `3 pods`. */
export const counted = (count: number, what: string, many = `${what}s`): string =>
  `${count} ${count === 1 ? what : many}`;

/** `ordinal 3`, `ordinals 3 to 5`, `ordinals 1 and 4`; the numbers in ascending order. */
export function ordinalsText(ordinals: readonly number[]): string {
  const first = ordinals[0];
  const last = ordinals.at(-1);
  if (ordinals.length <= 1) return `ordinal ${first}`;
  if (ordinals.length > 2 && last! - first! === ordinals.length - 1) return `ordinals ${first} to ${last}`;
  return `ordinals ${listed(ordinals.map(String), 8)}`;
}

/** Ages for sentences; unknown ones are said as such. */
export const ageText = (ms: number): string => (Number.isNaN(ms) ? 'an unknown time' : humanDuration(Math.max(0, ms)));

/** At most `limit` characters, without line breaks. */
export function shortened(text: string, limit = 160): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1).trimEnd()}…`;
}

/** Quotes an argument for a POSIX shell, where it needs that. */
export function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
