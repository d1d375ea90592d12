import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addQuantity,
  canonicalQuantity,
  compareQuantity,
  formatQuantity,
  parseQuantity,
  QUANTITY_FORMAT_ERROR,
  quantityMilli,
  quantityValue,
  roundUpQuantity,
  subQuantity,
} from './quantity.ts';

describe('canonical form', () => {
  it.each([
    ['0', '0'],
    ['0Ki', '0'],
    ['1000m', '1'],
    ['0.5', '500m'],
    ['.5', '500m'],
    ['1.', '1'],
    ['+2', '2'],
    ['-1.5', '-1500m'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['1023', '1023'],
    ['1023Ki', '1023Ki'],
    ['0.5Ki', '512'],
    ['0.1Ki', '102400m'],
    ['1000k', '1M'],
    ['1500', '1500'],
    ['12e6', '12e6'],
    ['1E', '1E'],
    ['1E3', '1e3'],
    ['100e1', '1e3'],
    ['1e-3', '1e-3'],
    ['0.1n', '1n'],
    ['0.0000000001', '1n'],
    ['100000', '100k'],
    ['0.5Mi', '512Ki'],
    ['16Ei', '9223372036854775807'],
  ])('%s is printed as %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  it('is stable and keeps the value', () => {
    const suffix = fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'e-3');
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 999 }), suffix, (whole, fraction, unit) => {
        const text = `${whole}.${fraction}${unit}`;
        const canonical = canonicalQuantity(text);
        expect(canonicalQuantity(canonical)).toBe(canonical);
        expect(compareQuantity(canonical, text)).toBe(0);
      }),
    );
  });
});

describe('errors', () => {
  it.each(['', 'x', '1.1.M', '1+1.0M', ' 1', '1 ', 'aoeu', '1Zi'])('%j has the wrong format', (text) => {
    expect(() => parseQuantity(text)).toThrow(QUANTITY_FORMAT_ERROR);
  });
  it.each(['0.1mi', '.5i', '1i', '-3.01i', '-3.01e-', '1e99999999'])('%j has no known suffix', (text) => {
    expect(() => parseQuantity(text)).toThrow("unable to parse quantity's suffix");
  });
  it.each(['.', '+', 'M'])('%j has no number', (text) => {
    expect(() => parseQuantity(text)).toThrow('unable to parse numeric part of quantity');
  });
});

describe('arithmetic', () => {
  it('adds and subtracts exactly, in the format of the first that is not zero', () => {
    expect(formatQuantity(addQuantity('1Gi', '1G'))).toBe('2073741824');
    expect(formatQuantity(addQuantity('0', '1Gi'))).toBe('1Gi');
    expect(formatQuantity(subQuantity('1', '1m'))).toBe('999m');
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (a, b) => {
        const sum = addQuantity(`${a}m`, `${b}Ki`);
        expect(compareQuantity(subQuantity(sum, `${b}Ki`), `${a}m`)).toBe(0);
      }),
    );
  });
  it('rounds up, away from zero', () => {
    expect(quantityValue('1m')).toBe(1);
    expect(quantityValue('-1m')).toBe(-1);
    expect(quantityMilli('1.0001')).toBe(1001);
    expect(quantityMilli('2')).toBe(2000);
    expect(formatQuantity(roundUpQuantity('1u', -3))).toBe('1m');
  });
});
