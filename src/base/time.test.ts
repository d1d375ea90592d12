import { describe, expect, it } from 'vitest';
import {
  formatGoDuration,
  humanDuration,
  parseGoDuration,
  parseTime,
  rfc3339,
  rfc3339Micro,
  rfc3339Nano,
} from './time.ts';

const at = Date.UTC(2026, 0, 2, 3, 4, 5, 67);

describe('RFC 3339', () => {
  it('prints seconds, micro- and nanoseconds', () => {
    expect(rfc3339(at)).toBe('2026-01-02T03:04:05Z');
    expect(rfc3339Micro(at)).toBe('2026-01-02T03:04:05.067000Z');
    expect(rfc3339Nano(at)).toBe('2026-01-02T03:04:05.067000000Z');
  });
  it('parses with fractions and offsets, and refuses what is not a time', () => {
    expect(parseTime('2026-01-02T03:04:05.067000Z')).toBe(at);
    expect(parseTime('2026-01-02T05:04:05+02:00')).toBe(at - 67);
    for (const bad of ['', '2026-01-02', '2026-02-30T00:00:00Z', '2026-01-02T24:00:00Z', 'now']) {
      expect(parseTime(bad)).toBeNaN();
    }
  });
});

describe('humanDuration', () => {
  const s = 1000;
  const h = 3600 * s;
  it.each([
    [-2 * s, '<invalid>'],
    [-s, '0s'],
    [119 * s, '119s'],
    [120 * s, '2m'],
    [125 * s, '2m5s'],
    [10 * 60 * s + s, '10m'],
    [179 * 60 * s, '179m'],
    [3 * h, '3h'],
    [3 * h + 60 * s, '3h1m'],
    [47 * h, '47h'],
    [49 * h, '2d1h'],
    [8 * 24 * h, '8d'],
    [365 * 24 * h, '365d'],
    [(2 * 365 + 1) * 24 * h, '2y1d'],
    [9 * 365 * 24 * h, '9y'],
  ])('%i ms is %s', (ms, text) => {
    expect(humanDuration(ms)).toBe(text);
  });
});

describe('Go durations', () => {
  it.each([
    ['1h30m', 5_400_000, '1h30m0s'],
    ['1.5s', 1500, '1.5s'],
    ['250ms', 250, '250ms'],
    ['2us', 0.002, '2µs'],
    ['-3s', -3000, '-3s'],
    ['0', 0, '0s'],
    ['90m', 5_400_000, '1h30m0s'],
  ])('%s', (text, ms, printed) => {
    expect(parseGoDuration(text)).toBeCloseTo(ms, 9);
    expect(formatGoDuration(ms)).toBe(printed);
  });
  it('reports as Go does', () => {
    expect(() => parseGoDuration('')).toThrow('time: invalid duration ""');
    expect(() => parseGoDuration('5')).toThrow('time: missing unit in duration "5"');
    expect(() => parseGoDuration('5x')).toThrow('time: unknown unit "x" in duration "5x"');
  });
});
