import { expect, it } from 'vitest';
import { fnv32, fnv32a, fnv64a, sha256Hex } from './hash.ts';

it('hashes as published', () => {
  expect(fnv32('foobar')).toBe(0x31f0b262);
  expect(fnv32a('foobar')).toBe(0xbf9cf968);
  expect(fnv64a('foobar')).toBe(0x85944171f73967e8n);
  expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});
