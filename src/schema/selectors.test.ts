import { describe, expect, it } from 'vitest';
import {
  formatLabelSelector,
  formatLabels,
  labelSelectorMatcher,
  labelSetMatcher,
  parseFieldSelector,
  parseLabelSelector,
} from './selectors.ts';

describe('label selectors as text', () => {
  const labels = { app: 'web', tier: '', n: '5' };
  it.each([
    ['', true],
    ['app=web', true],
    ['app==web,tier', true],
    ['app!=web', false],
    ['other!=x', true],
    ['app in (db, web)', true],
    ['app notin (db,web)', false],
    ['other notin (x)', true],
    ['!other', true],
    ['! app', false],
    ['tier=', true],
    ['tier in (,x)', true],
    ['n>4,n<6', true],
    ['n>5', false],
    ['app>1', false],
    ['in=x', false],
  ])('%s', (text, matches) => {
    expect(parseLabelSelector(text).matches(labels)).toBe(matches);
  });

  it.each([
    ['=', "found '=', expected: !, identifier, or 'end of string'"],
    ['a=b,', "found '', expected: identifier after ','"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    [
      'a in ()',
      "unable to parse requirement: values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty",
    ],
    ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['a=b c', "found 'c', expected: ',' or 'end of string'"],
    ['!', "unable to parse requirement: found '', expected: identifier"],
    [
      'a>x',
      `unable to parse requirement: values[0]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer`,
    ],
  ])('%s is refused', (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(message);
  });

  it('names what is wrong with keys and values', () => {
    expect(() => parseLabelSelector('_a=b')).toThrow(
      'unable to parse requirement: <nil>: Invalid value: "_a": name part must',
    );
    expect(() => parseLabelSelector('a=_')).toThrow(
      'unable to parse requirement: values[0][a]: Invalid value: "_": a valid label',
    );
  });
});

describe('LabelSelector objects', () => {
  it('absent matches nothing, empty everything', () => {
    expect(labelSelectorMatcher(undefined).matches({ a: 'b' })).toBe(false);
    expect(labelSelectorMatcher({}).matches({ a: 'b' })).toBe(true);
    expect(labelSetMatcher({}).matches({})).toBe(false);
    expect(labelSetMatcher({ a: 'b' }).matches({ a: 'b', c: 'd' })).toBe(true);
  });
  it('prints sorted by key', () => {
    const selector = {
      matchLabels: { b: '1' },
      matchExpressions: [
        { key: 'c', operator: 'NotIn', values: ['y', 'x'] },
        { key: 'a', operator: 'DoesNotExist' },
      ],
    };
    expect(formatLabelSelector(selector)).toBe('!a,b=1,c notin (x,y)');
    expect(formatLabelSelector(undefined)).toBe('<none>');
    expect(formatLabelSelector({ matchExpressions: [{ key: 'a', operator: 'Near' }] })).toBe('<error>');
    expect(formatLabels({ b: '1', a: '2' })).toBe('a=2,b=1');
  });
  it('does not find inherited properties', () => {
    expect(parseLabelSelector('constructor').matches({})).toBe(false);
  });
});

describe('field selectors', () => {
  it('reads terms, operators and escapes', () => {
    const matcher = parseFieldSelector('b!=x\\,y,a.c==1,,d=\\=\\\\');
    expect(matcher.requirements).toEqual([
      { key: 'a.c', operator: '=', value: '1' },
      { key: 'b', operator: '!=', value: 'x,y' },
      { key: 'd', operator: '=', value: '=\\' },
    ]);
    expect(matcher.exact('a.c')).toBe('1');
    expect(matcher.matches((key) => ({ 'a.c': '1', d: '=\\' })[key] ?? '')).toBe(true);
    expect(matcher.toString()).toBe('a.c=1,b!=x\\,y,d=\\=\\\\');
  });
  it('refuses what it does not understand', () => {
    expect(() => parseFieldSelector('a=b,c')).toThrow("invalid selector: 'a=b,c'; can't understand 'c'");
    expect(() => parseFieldSelector('a=\\x')).toThrow('invalid field selector: invalid escape sequence: \\x');
    expect(() => parseFieldSelector('a=b=c')).toThrow('invalid field selector: unescaped character in value: 61');
  });
});
