const pad = (value: number, width: number): string => String(value).padStart(width, '0');

let lastSecond = Number.NaN;
let lastText = '';

/** RFC 3339 with seconds: `2026-01-02T03:04:05Z`. */
export function rfc3339(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== lastSecond) {
    lastText = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
    lastSecond = second;
  }
  return lastText;
}

function withFraction(ms: number, digits: number): string {
  const second = Math.floor(ms / 1000);
  const fraction = Math.floor((ms - second * 1000) * 10 ** (digits - 3) + 1e-6);
  return `${rfc3339(ms).slice(0, 19)}.${pad(fraction, digits)}Z`;
}

/** RFC 3339 with six digits, as MicroTime prints it. */
export function rfc3339Micro(ms: number): string {
  return withFraction(ms, 6);
}

/** RFC 3339 with nine digits: time stamps of container logs. */
export function rfc3339Nano(ms: number): string {
  return withFraction(ms, 9);
}

const RFC3339 =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:[.,]\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** Times read lately: those of an object come again with every write of it. */
const parsed = new Map<string, number>();
const MOST_PARSED = 1024;

/** Milliseconds since the epoch of an RFC 3339 time; NaN when it is not one. */
export function parseTime(text: string | undefined | null): number {
  if (text === undefined || text === null) return Number.NaN;
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const ms = parse(text);
  // What is no time may be of any length.
  if (Number.isNaN(ms)) return ms;
  if (parsed.size >= MOST_PARSED) parsed.clear();
  parsed.set(text, ms);
  return ms;
}

function parse(text: string): number {
  if (!RFC3339.test(text)) return Number.NaN;
  const ms = Date.parse(text.replace(',', '.'));
  // Date.parse rolls 30 February over into March; a time that does not exist is not a time.
  const day = Number(text.slice(8, 10));
  if (day > 28 && new Date(Date.parse(`${text.slice(0, 10)}T00:00:00Z`)).getUTCDate() !== day) return Number.NaN;
  return ms;
}

/** Ages as kubectl and Table cells print them: two units at most, coarser as it gets longer. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds <= 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return joined(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return joined(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 24 * 8) return joined(days, 'd', hours % 24, 'h');
  if (hours < 24 * 365 * 2) return `${days}d`;
  const years = Math.floor(days / 365);
  return hours < 24 * 365 * 8 ? joined(years, 'y', days % 365, 'd') : `${years}y`;
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Milliseconds of a Go duration: `1h30m`, `1.5s`, `-2ms`, `0`.
 * @throws RangeError with Go's text
 */
export function parseGoDuration(text: string): number {
  const invalid = (why: string): RangeError => new RangeError(`time: ${why} ${JSON.stringify(text)}`);
  const sign = text.startsWith('-') ? -1 : 1;
  let rest = /^[+-]/.test(text) ? text.slice(1) : text;
  if (rest === '0') return 0;
  if (rest === '') throw invalid('invalid duration');
  let ms = 0;
  while (rest !== '') {
    const match = /^(\d*)(?:\.(\d*))?([^\d.]*)/.exec(rest)!;
    if ((match[1] ?? '') === '' && (match[2] ?? '') === '') throw invalid('invalid duration');
    const unit = match[3]!;
    if (unit === '') throw invalid('missing unit in duration');
    const scale = Object.hasOwn(UNIT_MS, unit) ? UNIT_MS[unit] : undefined;
    if (scale === undefined) throw invalid(`unknown unit ${JSON.stringify(unit)} in duration`);
    ms += Number(`${match[1] === '' ? '0' : match[1]}.${match[2] ?? '0'}0`) * scale;
    rest = rest.slice(match[0].length);
  }
  return sign * ms;
}

const trimmed = (value: number, digits: number): string => String(Number(value.toFixed(digits)));

/** Go's text of a duration: `1h0m0s`, `1.5s`, `250ms`, `0s`. */
export function formatGoDuration(ms: number): string {
  if (ms < 0) return `-${formatGoDuration(-ms)}`;
  const nanos = Math.round(ms * 1e6);
  if (nanos === 0) return '0s';
  if (nanos < 1e3) return `${nanos}ns`;
  if (nanos < 1e6) return `${trimmed(nanos / 1e3, 3)}µs`;
  if (nanos < 1e9) return `${trimmed(nanos / 1e6, 6)}ms`;
  const minutes = Math.floor(nanos / 6e10);
  const seconds = `${trimmed((nanos - minutes * 6e10) / 1e9, 9)}s`;
  if (minutes === 0) return seconds;
  return minutes < 60 ? `${minutes}m${seconds}` : `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}
