import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, clone, compareText, deepEqual, deepFreeze } from './json.ts';

describe('JSON values', () => {
  it('compares structurally', () => {
    expect(deepEqual({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 })).toBe(true);
    expect(deepEqual({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(deepEqual({ a: 1, b: 2 }, { a: 1 })).toBe(false);
    expect(deepEqual([], {})).toBe(false);
    expect(deepEqual(null, {})).toBe(false);
  });
  it('a clone is equal, apart, and canonically the same text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const copy = clone(value);
        expect(deepEqual(copy, value)).toBe(true);
        expect(canonicalJson(copy)).toBe(canonicalJson(value));
        expect(Object.isFrozen(deepFreeze(copy))).toBe(true);
      }),
    );
  });
  it('orders text by UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
    );
  });
});
