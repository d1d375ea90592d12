import type { Answer, DecodedPacket, Packet } from 'dns-packet';
import type { RecordType, Zone, ZoneRecord } from './zone.ts';

/** Seconds an answer may be kept; denials may not be kept at all (SOA minimum 0). */
const TTL = 5;
const AUTHORITATIVE = 1 << 10;
const RECURSION_DESIRED = 1 << 8;
const CODES = { NOERROR: 0, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;

function record(from: ZoneRecord): Answer {
  const base = { name: from.name, ttl: TTL, class: 'IN' as const };
  if (from.type === 'SRV') {
    return { ...base, type: 'SRV', data: { priority: 0, weight: 100, port: from.data.port, target: from.data.target } };
  }
  return { ...base, type: from.type, data: from.data } as Answer;
}

function startOfAuthority(zone: Zone): Answer {
  return {
    name: zone.domain,
    type: 'SOA',
    class: 'IN',
    ttl: TTL,
    data: {
      mname: `ns.dns.${zone.domain}`,
      rname: `hostmaster.${zone.domain}`,
      serial: zone.serial,
      refresh: 7200,
      retry: 1800,
      expire: 86_400,
      minimum: 0,
    },
  };
}

/** The reply to one request: authoritative for the cluster's zone, REFUSED for the rest of the world (RFC 1035, 2308). */
export function reply(request: DecodedPacket, zone: Zone): Packet {
  const question = request.questions?.[0];
  const flags = AUTHORITATIVE | ((request.flags ?? 0) & RECURSION_DESIRED);
  const base: Packet = { id: request.id ?? 0, type: 'response', questions: request.questions ?? [] };
  if (question === undefined || (request as { opcode?: string }).opcode !== 'QUERY')
    return { ...base, flags: flags | CODES.NOTIMP };
  const type = question.type as RecordType;
  const name = question.name.toLowerCase().replace(/\.$/, '');
  if (name === zone.domain && (type === 'SOA' || type === 'NS')) {
    const answer: Answer =
      type === 'SOA'
        ? startOfAuthority(zone)
        : { name: zone.domain, type: 'NS', class: 'IN', ttl: TTL, data: `ns.dns.${zone.domain}` };
    return { ...base, flags, answers: [answer] };
  }
  const found = zone.resolve(name, type);
  const opt = request.additionals?.some((additional) => additional.type === 'OPT') ? [OPT] : [];
  if (found.code === 'REFUSED') return { ...base, flags: (flags & ~AUTHORITATIVE) | CODES.REFUSED, additionals: opt };
  const denial = found.answers.length === 0;
  return {
    ...base,
    flags: flags | CODES[found.code],
    // The question's own spelling comes back: some resolvers check it.
    answers: found.answers.map(
      (answer) => ({ ...record(answer), name: answer.name === name ? question.name : answer.name }) as Answer,
    ),
    additionals: [...found.additionals.map(record), ...opt],
    authorities: denial ? [startOfAuthority(zone)] : [],
  };
}

const OPT = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: 1232,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
} as unknown as Answer;
