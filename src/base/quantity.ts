/** Which family of suffixes a quantity was written with, and is printed with again. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** Exact number `unscaled × 10^scale`. */
export interface Quantity {
  readonly unscaled: bigint;
  readonly scale: number;
  readonly format: QuantityFormat;
}

export const QUANTITY_FORMAT_ERROR =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

const NANO = -9;
/** Binary quantities are capped here, as upstream caps them. */
const MAX_BINARY = 2n ** 63n - 1n;
/** Larger exponents have no use and would cost memory in arithmetic. */
const MAX_EXPONENT = 1000;
const SHAPE = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/;
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const DECIMAL_BY_EXPONENT = new Map(Object.entries(DECIMAL).map(([suffix, exponent]) => [exponent, suffix]));
const BINARY_BY_EXPONENT = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

const pow10 = (exponent: number): bigint => 10n ** BigInt(exponent);
const abs = (value: bigint): bigint => (value < 0n ? -value : value);

function divideUp(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  if (quotient * divisor === value) return quotient;
  return value < 0n ? quotient - 1n : quotient + 1n;
}

interface Suffix {
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

function suffixOf(text: string): Suffix {
  const binary = BINARY[text];
  if (binary !== undefined) return { base: 2, exponent: binary, format: 'BinarySI' };
  const decimal = DECIMAL[text];
  if (decimal !== undefined) return { base: 10, exponent: decimal, format: 'DecimalSI' };
  if (/^[eE][-+]?\d+$/.test(text)) {
    const exponent = Number(text.slice(1));
    if (Math.abs(exponent) <= MAX_EXPONENT) return { base: 10, exponent, format: 'DecimalExponent' };
  }
  throw new RangeError("unable to parse quantity's suffix");
}

/**
 * Parses `500m`, `1.5Gi`, `1e3`. Finer than nano is rounded up (away from zero).
 * @throws RangeError with upstream's text (apimachinery resource.Quantity)
 */
export function parseQuantity(text: string): Quantity {
  const match = SHAPE.exec(text);
  if (text === '' || match === null) throw new RangeError(QUANTITY_FORMAT_ERROR);
  const whole = match[2]!;
  const fraction = match[3] ?? '';
  const suffix = suffixOf(match[4]!);
  if (whole === '' && fraction === '') throw new RangeError('unable to parse numeric part of quantity');
  let unscaled = BigInt(whole + fraction);
  let scale = -fraction.length;
  let format = suffix.format;
  if (suffix.base === 10) scale += suffix.exponent;
  else unscaled <<= BigInt(suffix.exponent);
  if (scale < NANO) {
    unscaled = divideUp(unscaled, pow10(NANO - scale));
    scale = NANO;
  }
  if (format === 'BinarySI') {
    const one = pow10(-scale);
    if (unscaled > MAX_BINARY * one) unscaled = MAX_BINARY * one;
    if (unscaled > 0n && unscaled < one) format = 'DecimalSI';
  }
  return { unscaled: match[1] === '-' ? -unscaled : unscaled, scale, format };
}

type QuantityLike = string | Quantity;
const asQuantity = (value: QuantityLike): Quantity => (typeof value === 'string' ? parseQuantity(value) : value);

function aligned(a: Quantity, b: Quantity): readonly [bigint, bigint, number] {
  if (a.scale === b.scale) return [a.unscaled, b.unscaled, a.scale];
  const scale = Math.min(a.scale, b.scale);
  return [a.unscaled * pow10(a.scale - scale), b.unscaled * pow10(b.scale - scale), scale];
}

/** -1, 0 or 1. */
export function compareQuantity(a: QuantityLike, b: QuantityLike): -1 | 0 | 1 {
  if (a === b) return 0;
  const [x, y] = aligned(asQuantity(a), asQuantity(b));
  return x < y ? -1 : x > y ? 1 : 0;
}

function combine(a: Quantity, b: Quantity, sign: bigint): Quantity {
  const [x, y, scale] = aligned(a, b);
  return { unscaled: x + sign * y, scale, format: a.unscaled === 0n ? b.format : a.format };
}

/** Sum; keeps the format of `a` unless it is zero. */
export function addQuantity(a: QuantityLike, b: QuantityLike): Quantity {
  return combine(asQuantity(a), asQuantity(b), 1n);
}

/** Difference; keeps the format of `a` unless it is zero. */
export function subQuantity(a: QuantityLike, b: QuantityLike): Quantity {
  return combine(asQuantity(a), asQuantity(b), -1n);
}

function formatDecimal(q: Quantity): string {
  let { unscaled, scale } = q;
  while (unscaled % 10n === 0n) {
    unscaled /= 10n;
    scale++;
  }
  while (scale % 3 !== 0) {
    unscaled *= 10n;
    scale--;
  }
  if (scale === 0) return String(unscaled);
  if (q.format === 'DecimalExponent') return `${unscaled}e${scale}`;
  const suffix = DECIMAL_BY_EXPONENT.get(scale);
  if (suffix !== undefined) return `${unscaled}${suffix}`;
  return scale > 18 ? `${unscaled * pow10(scale - 18)}E` : `${unscaled}e${scale}`;
}

/** Canonical text: largest suffix that leaves an integer, no fraction, format kept where that loses nothing. */
export function formatQuantity(q: Quantity): string {
  if (q.unscaled === 0n) return '0';
  if (q.format !== 'BinarySI') return formatDecimal(q);
  const one = q.scale < 0 ? pow10(-q.scale) : 1n;
  const integer = q.scale >= 0 ? q.unscaled * pow10(q.scale) : q.unscaled / one;
  if (q.unscaled % one !== 0n || abs(integer) < 1024n) return formatDecimal({ ...q, format: 'DecimalSI' });
  let value = integer;
  let steps = 0;
  while (steps < BINARY_BY_EXPONENT.length - 1 && value % 1024n === 0n) {
    value /= 1024n;
    steps++;
  }
  return `${value}${BINARY_BY_EXPONENT[steps]}`;
}

const CACHE_LIMIT = 4096;

function cached<T>(compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const hit = known.get(text);
    if (hit !== undefined) return hit;
    const value = compute(text);
    if (known.size >= CACHE_LIMIT) known.clear();
    known.set(text, value);
    return value;
  };
}

function scaled(q: Quantity, scale: number): number {
  if (q.unscaled === 0n) return 0;
  if (q.scale >= scale) return Number(q.unscaled * pow10(q.scale - scale));
  return Number(divideUp(q.unscaled, pow10(scale - q.scale)));
}

const cachedCanonical = cached((text) => formatQuantity(parseQuantity(text)));
const cachedValue = cached((text) => scaled(parseQuantity(text), 0));
const cachedMilli = cached((text) => scaled(parseQuantity(text), -3));

/** The text as the API server prints it back: `1000m` is `1`. Throws as parseQuantity. */
export function canonicalQuantity(text: string): string {
  return cachedCanonical(text);
}

/** In whole units, rounded up away from zero. */
export function quantityValue(value: QuantityLike): number {
  return typeof value === 'string' ? cachedValue(value) : scaled(value, 0);
}

/** In thousandths, rounded up away from zero. */
export function quantityMilli(value: QuantityLike): number {
  return typeof value === 'string' ? cachedMilli(value) : scaled(value, -3);
}

/** From a whole number of units. */
export function quantityOf(value: number, format: QuantityFormat = 'DecimalSI'): Quantity {
  return { unscaled: BigInt(value), scale: 0, format };
}

/** From a number of thousandths. */
export function quantityOfMilli(milli: number, format: QuantityFormat = 'DecimalSI'): Quantity {
  return { unscaled: BigInt(milli), scale: -3, format };
}

/** Rounds up (away from zero) to multiples of 10^scale: defaulting of resource lists rounds to milli. */
export function roundUpQuantity(value: QuantityLike, scale: number): Quantity {
  const q = asQuantity(value);
  if (q.scale >= scale) return q;
  return { unscaled: divideUp(q.unscaled, pow10(scale - q.scale)), scale, format: q.format };
}
