import { expect, it } from 'vitest';
import { decodeToken, encodeToken } from './continue-token.ts';

const token = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const refusal = (text: string): unknown => {
  try {
    return decodeToken(text);
  } catch (error) {
    return (error as Error).message.replace('invalid continue token: continue key is not valid: ', '');
  }
};

it('reads the tokens it writes', () => {
  expect(decodeToken(encodeToken({ revision: 7, after: 'ns/name' }))).toEqual({ revision: 7, after: 'ns/name' });
  expect(decodeToken(token({ v: 'meta.k8s.io/v1', rv: -1, start: 'a\0' }))).toEqual({ revision: -1, after: 'a' });
});

it('says what is wrong about others in the words of Go', () => {
  expect(refusal('abc')).toBe("invalid character 'i' looking for beginning of value");
  expect(refusal('a=b')).toBe('illegal base64 data at input byte 1');
  expect(refusal('abcde')).toBe('illegal base64 data at input byte 4');
  expect(refusal(token({ v: 'v2', rv: 1, start: 'a' }))).toBe('server does not recognize this encoded version v2');
  expect(refusal(token({ v: 'meta.k8s.io/v1', start: 'a' }))).toMatch(/^incorrect encoded start resourceVersion/);
  expect(refusal(token({ v: 'meta.k8s.io/v1', rv: 1 }))).toMatch(/^encoded start key empty/);
  expect(refusal(token({ v: 'meta.k8s.io/v1', rv: 1, start: '../a' }))).toBe('../a');
});
