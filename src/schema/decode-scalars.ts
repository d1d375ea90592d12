import { canonicalQuantity } from '../base/quantity.ts';
import { formatGoDuration, parseGoDuration, parseTime, rfc3339 } from '../base/time.ts';
import { goTimeError, MICRO_LAYOUT, SECOND_LAYOUT } from './decode-time.ts';
import type { Scalar } from './types.ts';

/** A JSON value of the wrong type: what it was (`string`, `number 1.5`) and the Go type it should have been. */
export class Mismatch extends Error {
  readonly was: string;
  readonly goType: string;
  constructor(was: string, goType: string) {
    super(`json: cannot unmarshal ${was} into Go value of type ${goType}`);
    this.name = 'Mismatch';
    this.was = was;
    this.goType = goType;
  }
}

/** JSON type of a value as encoding/json names it. */
export function jsonTypeName(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return value === null ? 'null' : typeof value;
}

function mismatch(value: unknown, goType: string): Mismatch {
  return new Mismatch(jsonTypeName(value), goType);
}

function decodeInteger(value: unknown, goType: string, fits: (n: number) => boolean): number {
  if (typeof value !== 'number') throw mismatch(value, goType);
  if (!fits(value)) throw new Mismatch(`number ${value}`, goType);
  return value === 0 ? 0 : value;
}

const fitsInt32 = (n: number): boolean => n === (n | 0);
const fitsInt64 = (n: number): boolean => Number.isInteger(n) && n >= -(2 ** 63) && n <= 2 ** 63;

const WELL_FORMED_BASE64 = /^(?:[A-Za-z0-9+/]{4})*$/;

/** Base64 as encoding/base64 reads it (line ends ignored) and writes it back. */
function decodeBytes(value: unknown, goType: string): string {
  if (typeof value !== 'string') throw mismatch(value, goType);
  if (WELL_FORMED_BASE64.test(value)) return value;
  const text = value.replace(/[\r\n]/g, '');
  const match = /^[A-Za-z0-9+/]*/.exec(text)![0];
  const padding = text.length - match.length;
  const valid = text.length % 4 === 0 && padding <= 2 && text.endsWith('='.repeat(padding));
  if (!valid) {
    const at = match.length === text.length ? text.length - (text.length % 4) : match.length;
    throw new RangeError(`illegal base64 data at input byte ${at}`);
  }
  return Buffer.from(text, 'base64').toString('base64');
}

function decodeQuantity(value: unknown): string {
  if (typeof value === 'string') return canonicalQuantity(value.trim());
  return canonicalQuantity(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

/** Bodies repeat the same few times; `-` is never one. */
let lastTime = '-';

/** Seconds and `Z`; null for Go's zero time. */
function decodeTime(value: unknown): string | null {
  if (typeof value !== 'string') throw mismatch(value, 'string');
  if (value === lastTime) return value;
  const ms = parseTime(value);
  if (Number.isNaN(ms)) throw new RangeError(goTimeError(value, SECOND_LAYOUT));
  const text = rfc3339(ms);
  if (text === '0001-01-01T00:00:00Z') return null;
  lastTime = text;
  return text;
}

/** Six digits and `Z`; more precision than a millisecond survives because the digits are carried over as text. */
function decodeMicroTime(value: unknown): string | null {
  if (typeof value !== 'string') throw mismatch(value, 'string');
  const ms = parseTime(value);
  const digits = /\.(\d{6})(?:Z|[+-])/.exec(value)?.[1];
  if (Number.isNaN(ms) || digits === undefined) throw new RangeError(goTimeError(value, MICRO_LAYOUT));
  const text = `${rfc3339(ms).slice(0, 19)}.${digits}Z`;
  return text === '0001-01-01T00:00:00.000000Z' ? null : text;
}

function decodeDuration(value: unknown): string {
  if (typeof value !== 'string') throw mismatch(value, 'string');
  return formatGoDuration(parseGoDuration(value));
}

function decodeIntOrString(value: unknown): number | string {
  return typeof value === 'string' ? value : decodeInteger(value, 'int32', fitsInt32);
}

/**
 * Decodes one non-null scalar to what the server would print back.
 * @throws Mismatch for a wrong JSON type, RangeError (Go's text) for a bad value
 */
export function decodeScalar(scalar: Scalar, value: unknown, goType: string): unknown {
  switch (scalar) {
    case 'string':
      if (typeof value !== 'string') throw mismatch(value, goType);
      return value;
    case 'boolean':
      if (typeof value !== 'boolean') throw mismatch(value, goType);
      return value;
    case 'int32':
      return decodeInteger(value, goType, fitsInt32);
    case 'int64':
      return decodeInteger(value, goType, fitsInt64);
    case 'float64':
      if (typeof value !== 'number') throw mismatch(value, goType);
      return value;
    case 'bytes':
      return decodeBytes(value, goType);
    case 'quantity':
      return decodeQuantity(value);
    case 'intOrString':
      return decodeIntOrString(value);
    case 'time':
      return decodeTime(value);
    case 'microTime':
      return decodeMicroTime(value);
    case 'duration':
      return decodeDuration(value);
    case 'any':
      return value;
  }
}

/** Scalars with an UnmarshalJSON of their own: their errors end the decoding at once. */
export const SELF_DECODING: ReadonlySet<Scalar> = new Set([
  'quantity',
  'intOrString',
  'time',
  'microTime',
  'duration',
  'any',
]);

/** What Go writes for the zero value. */
export function zeroScalar(scalar: Scalar): unknown {
  switch (scalar) {
    case 'string':
      return '';
    case 'boolean':
      return false;
    case 'quantity':
      return '0';
    case 'duration':
      return '0s';
    case 'bytes':
    case 'time':
    case 'microTime':
    case 'any':
      return null;
    case 'int32':
    case 'int64':
    case 'float64':
    case 'intOrString':
      return 0;
  }
}
