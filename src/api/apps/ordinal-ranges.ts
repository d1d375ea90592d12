/** Ordinals from `first` to `last`, both included. */
export interface OrdinalRange {
  readonly first: number;
  readonly last: number;
}

/** Keeps what comes beyond the reserved ones within int32, as pod names need it. */
const MAX_ORDINAL = 1_000_000_000;
const ADVICE = `write ordinals from 0 to ${MAX_ORDINAL} and ranges of them joined by commas, as in "1,4-6"`;

/**
 * `1,4-6` as ranges, ascending and merged; an empty text has none.
 * @throws Error saying what cannot be read and what to write
 */
export function parseOrdinalRanges(text: string): readonly OrdinalRange[] {
  if (text === '') return [];
  const ranges = text.split(',').map(parseRange);
  ranges.sort((a, b) => a.first - b.first);
  const merged: OrdinalRange[] = [];
  for (const range of ranges) {
    const before = merged.at(-1);
    if (before === undefined || range.first > before.last + 1) merged.push(range);
    else merged[merged.length - 1] = { first: before.first, last: Math.max(before.last, range.last) };
  }
  return merged;
}

function parseRange(part: string): OrdinalRange {
  const match = /^\s*([0-9]{1,10})\s*(?:-\s*([0-9]{1,10})\s*)?$/.exec(part);
  if (match === null) throw new Error(`${JSON.stringify(part.trim())} is no ordinal; ${ADVICE}`);
  const first = Number(match[1]);
  const last = match[2] === undefined ? first : Number(match[2]);
  if (last < first || last > MAX_ORDINAL) throw new Error(`${JSON.stringify(part.trim())} is no range; ${ADVICE}`);
  return { first, last };
}
