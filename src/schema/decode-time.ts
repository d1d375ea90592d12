/** Layouts as Go prints them in parse errors. */
export const SECOND_LAYOUT = '2006-01-02T15:04:05Z07:00';
export const MICRO_LAYOUT = '2006-01-02T15:04:05.000000Z07:00';

interface Element {
  readonly layout: string;
  readonly pattern: RegExp;
  /** Name in `… out of range` and the highest value allowed. */
  readonly range?: readonly [string, number, number];
}

const ELEMENTS: readonly Element[] = [
  { layout: '2006', pattern: /^\d{4}/ },
  { layout: '-', pattern: /^-/ },
  { layout: '01', pattern: /^\d\d/, range: ['month', 1, 12] },
  { layout: '-', pattern: /^-/ },
  { layout: '02', pattern: /^\d\d/, range: ['day', 1, 31] },
  { layout: 'T', pattern: /^T/ },
  { layout: '15', pattern: /^\d\d/, range: ['hour', 0, 23] },
  { layout: ':', pattern: /^:/ },
  { layout: '04', pattern: /^\d\d/, range: ['minute', 0, 59] },
  { layout: ':', pattern: /^:/ },
  { layout: '05', pattern: /^\d\d/, range: ['second', 0, 59] },
];

/**
 * Go's text for a time that does not parse (package time, ParseError): the layout element at which it fails, what was
 * left of the value there, or which part is out of range.
 */
export function goTimeError(value: string, layout: string): string {
  const head = `parsing time ${JSON.stringify(value)}`;
  const failed = (element: string, rest: string): string =>
    `${head} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(element)}`;
  let rest = value;
  for (const { layout: element, pattern, range } of ELEMENTS) {
    const match = pattern.exec(rest)?.[0];
    if (match === undefined) return failed(element, rest);
    if (range !== undefined && (Number(match) < range[1] || Number(match) > range[2])) {
      return `${head}: ${range[0]} out of range`;
    }
    rest = rest.slice(match.length);
  }
  if (layout === MICRO_LAYOUT) {
    if (!/^\.\d{6}(?!\d)/.test(rest)) return failed('.000000', rest);
    rest = rest.slice(7);
  } else {
    rest = rest.replace(/^[.,]\d+/, '');
  }
  const zone = /^(?:Z|[+-]\d\d:\d\d)/.exec(rest)?.[0];
  if (zone === undefined) return failed('Z07:00', rest);
  if (rest.length > zone.length) return `${head}: extra text: ${JSON.stringify(rest.slice(zone.length))}`;
  return `${head}: day out of range`;
}
