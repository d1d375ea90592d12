import { parseTime } from '../../base/time.ts';

/** One line of a CRI log file. */
export interface LogLine {
  /** As written, RFC 3339 with nanoseconds. */
  readonly time: string;
  readonly stream: string;
  /** The text was longer than a line may be: the next line goes on. */
  readonly partial: boolean;
  readonly text: string;
}

/** Null for what is no CRI log line. */
export function parseLine(line: string): LogLine | null {
  const a = line.indexOf(' ');
  const b = line.indexOf(' ', a + 1);
  const c = line.indexOf(' ', b + 1);
  if (a < 0 || b < 0) return null;
  const tag = c < 0 ? line.slice(b + 1) : line.slice(b + 1, c);
  return {
    time: line.slice(0, a),
    stream: line.slice(a + 1, b),
    partial: tag.startsWith('P'),
    text: c < 0 ? '' : line.slice(c + 1),
  };
}

/** Nine digits of nanoseconds, always: `2006-01-02T15:04:05.000000000Z`. */
export function fixedNanos(time: string): string {
  const match = /^(.*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(time);
  return match === null ? time : `${match[1]}.${(match[2] ?? '').padEnd(9, '0').slice(0, 9)}${match[3]}`;
}

/** What the reader of a log gets for a line; '' when it is older than asked for. */
export function renderLine(line: LogLine, timestamps: boolean, sinceMs: number | null): string {
  if (sinceMs !== null && parseTime(line.time) < sinceMs) return '';
  return `${timestamps ? `${fixedNanos(line.time)} ` : ''}${line.text}${line.partial ? '' : '\n'}`;
}
