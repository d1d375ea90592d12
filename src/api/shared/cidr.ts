import type { FieldErrors } from '../../schema/field-errors.ts';
import { validateIp } from './ip.ts';

/** An address as a number, to compare it with ranges. */
export interface IpAddress {
  readonly family: 'IPv4' | 'IPv6';
  readonly value: bigint;
}

export interface Cidr {
  readonly ip: IpAddress;
  readonly bits: number;
}

const V4_PART = /^\d{1,3}$/;

function parseV4(text: string): bigint | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  let value = 0;
  for (const part of parts) {
    if (!V4_PART.test(part) || Number(part) > 255) return null;
    value = value * 256 + Number(part);
  }
  return BigInt(value);
}

function parseGroups(text: string): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (i === parts.length - 1 && part.includes('.')) {
      const v4 = parseV4(part);
      if (v4 === null) return null;
      groups.push(Number(v4 >> 16n), Number(v4 & 0xffffn));
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}

function parseV6(text: string): bigint | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = parseGroups(halves[0]!);
  const tail = halves.length === 2 ? parseGroups(halves[1]!) : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return groups.reduce((sum, group) => sum * 65536n + BigInt(group), 0n);
}

/** Null when the text is no address. A v4-mapped address counts as IPv4, as Go parses it. */
export function parseIp(text: string): IpAddress | null {
  const v4 = parseV4(text);
  if (v4 !== null) return { family: 'IPv4', value: v4 };
  const v6 = text.includes(':') ? parseV6(text) : null;
  if (v6 === null) return null;
  if (v6 >> 32n === 0xffffn) return { family: 'IPv4', value: v6 & 0xffffffffn };
  return { family: 'IPv6', value: v6 };
}

/** Null when the text is no address with a prefix length. */
export function parseCidr(text: string): Cidr | null {
  const [address, bits, ...rest] = text.split('/');
  const ip = parseIp(address ?? '');
  if (ip === null || bits === undefined || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(bits)) return null;
  return Number(bits) <= (ip.family === 'IPv4' ? 32 : 128) ? { ip, bits: Number(bits) } : null;
}

export function cidrContains(cidr: Cidr, ip: IpAddress): boolean {
  if (cidr.ip.family !== ip.family) return false;
  const shift = BigInt((ip.family === 'IPv4' ? 32 : 128) - cidr.bits);
  return cidr.ip.value >> shift === ip.value >> shift;
}

export function formatV4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
}

export function validateCidr(text: string, field: string, errors: FieldErrors): void {
  if (parseCidr(text) === null) {
    errors.invalid(field, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)');
  }
}

const SPECIAL_TEXTS: readonly (readonly [readonly string[], string])[] = [
  [['0.0.0.0/32', '::/128'], 'may not be unspecified (0.0.0.0 or ::)'],
  [['127.0.0.0/8', '::1/128'], 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  [['169.254.0.0/16', 'fe80::/10'], 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
  [['224.0.0.0/24', 'ff02::/16'], 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
];

/** Half of the loopback range is the pod network of nodes that cannot make another: there, everyone is on one machine. */
export const LOOPBACK_PODS = '127.128.0.0/9';

const loopbackPods = parseCidr(LOOPBACK_PODS)!;
const SPECIAL = SPECIAL_TEXTS.map(([ranges, message]) => [ranges.map((range) => parseCidr(range)!), message] as const);

/** An endpoint must be reachable from elsewhere: no unspecified, loopback (but for LOOPBACK_PODS) or link-local address. */
export function validateEndpointIp(text: string, field: string, errors: FieldErrors): void {
  const ip = parseIp(text);
  if (ip === null) {
    validateIp(text, field, errors);
    return;
  }
  if (cidrContains(loopbackPods, ip)) return;
  for (const [ranges, message] of SPECIAL) {
    if (ranges.some((range) => cidrContains(range, ip))) errors.invalid(field, text, message);
  }
}
