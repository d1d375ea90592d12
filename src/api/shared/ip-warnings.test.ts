import { expect, it } from 'vitest';
import { cidrWarnings, ipWarnings } from './ip-warnings.ts';

it('warns of addresses in unusual forms', () => {
  expect(ipWarnings('1.2.3.4', 'f')).toEqual([]);
  expect(ipWarnings('2001:db8::1', 'f')).toEqual([]);
  expect(ipWarnings('01.2.3.4', 'f')).toEqual([
    'f: non-standard IP address "01.2.3.4" will be considered invalid in a future Kubernetes release: use "1.2.3.4"',
  ]);
  expect(ipWarnings('::ffff:1.2.3.4', 'f')).toHaveLength(1);
  expect(ipWarnings('2001:0DB8:0:0:1::', 'f')).toEqual([
    'f: IPv6 address "2001:0DB8:0:0:1::" should be in RFC 5952 canonical format ("2001:db8:0:0:1::")',
  ]);
});

it('warns of ranges with bits beyond their prefix', () => {
  expect(cidrWarnings('10.0.0.0/8', 'f')).toEqual([]);
  expect(cidrWarnings('10.0.0.1/8', 'f')).toEqual([
    'f: CIDR value "10.0.0.1/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.1/32"?)',
  ]);
});
