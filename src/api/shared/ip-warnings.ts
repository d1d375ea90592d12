import { quote } from '../../schema/field-errors.ts';
import { formatV4, type IpAddress, parseCidr, parseIp } from './cidr.ts';

const PLAIN_V4 = /^(0|[1-9]\d*)(\.(0|[1-9]\d*)){3}$/;

/** RFC 5952: groups without leading zeros, the first longest run of two zero groups or more as `::`. */
function formatV6(value: bigint): string {
  const groups = [7n, 6n, 5n, 4n, 3n, 2n, 1n, 0n].map((n) => ((value >> (n * 16n)) & 0xffffn).toString(16));
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === '0') end++;
    if (end - i > length) [start, length] = [i, end - i];
  }
  if (start < 0) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}

const format = (ip: IpAddress): string => (ip.family === 'IPv4' ? formatV4(ip.value) : formatV6(ip.value));

/** Whether Go's strict parser refuses the text, or takes it for an IPv4 address in IPv6's clothes. */
const isOdd = (text: string, ip: IpAddress): boolean => ip.family === 'IPv4' && !PLAIN_V4.test(text);

/** What is said of a valid address in a form that is not the usual one. */
export function ipWarnings(text: string, field: string): readonly string[] {
  const ip = parseIp(text);
  if (ip === null) return [];
  const usual = quote(format(ip));
  if (isOdd(text, ip)) {
    const rule = 'will be considered invalid in a future Kubernetes release';
    return [`${field}: non-standard IP address ${quote(text)} ${rule}: use ${usual}`];
  }
  if (quote(text) === usual) return [];
  return [`${field}: IPv6 address ${quote(text)} should be in RFC 5952 canonical format (${usual})`];
}

/** The same of a range, and of bits beyond its prefix. */
export function cidrWarnings(text: string, field: string): readonly string[] {
  const cidr = parseCidr(text);
  if (cidr === null) return [];
  const { ip, bits } = cidr;
  const all = ip.family === 'IPv4' ? 32 : 128;
  const host = BigInt(all - bits);
  const network = `${format({ ...ip, value: (ip.value >> host) << host })}/${bits}`;
  const out: string[] = [];
  if (network !== `${format(ip)}/${bits}`) {
    const one = `${format(ip)}/${all}`;
    out.push(
      `${field}: CIDR value ${quote(text)} is ambiguous in this context (should be ${quote(network)} or ${quote(one)}?)`,
    );
  }
  if (isOdd(text.split('/', 1)[0]!, ip)) {
    const rule = 'will be considered invalid in a future Kubernetes release';
    out.push(`${field}: non-standard CIDR value ${quote(text)} ${rule}: use ${quote(network)}`);
  } else if (out.length === 0 && text !== network) {
    out.push(`${field}: IPv6 CIDR value ${quote(text)} should be in RFC 5952 canonical format (${quote(network)})`);
  }
  return out;
}
