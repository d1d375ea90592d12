import { parseIp } from '../api/shared/cidr.ts';
import type { KubeObject } from '../schema/object.ts';
import { type Address, type Member, type ServiceNames, serviceNames } from './service-names.ts';

const SERVICE_NAME = 'kubernetes.io/service-name';

interface ServiceEntry {
  service: KubeObject | null;
  readonly slices: Map<string, KubeObject>;
  names: ServiceNames | null;
}

export type RecordType = 'A' | 'AAAA' | 'SRV' | 'PTR' | 'CNAME' | 'TXT' | 'SOA' | 'NS' | 'ANY';

export type ZoneRecord = { readonly name: string } & (
  | { readonly type: 'A' | 'AAAA' | 'CNAME' | 'PTR' | 'NS' | 'TXT'; readonly data: string }
  | { readonly type: 'SRV'; readonly data: { readonly port: number; readonly target: string } }
);

export interface ZoneAnswer {
  readonly code: 'NOERROR' | 'NXDOMAIN' | 'REFUSED';
  readonly answers: readonly ZoneRecord[];
  readonly additionals: readonly ZoneRecord[];
}

/** A line for hosts files. */
export interface HostEntry {
  readonly ip: string;
  readonly names: readonly string[];
}

/** As many as resolvers follow. */
const ALIASES_LIMIT = 8;
const REFUSED: ZoneAnswer = { code: 'REFUSED', answers: [], additionals: [] };
const NXDOMAIN: ZoneAnswer = { code: 'NXDOMAIN', answers: [], additionals: [] };
const EMPTY: ZoneAnswer = { code: 'NOERROR', answers: [], additionals: [] };
const PUBLIC_SUFFIX =
  /\.(com|org|net|io|dev|edu|gov|info|co|cloud|app|ai|eu|de|uk|fr|ru|cn|jp|us|ch|nl|at|be|it|es|se|no|pl)$/;

/** The address a pod's name spells, with dashes for dots or colons; null when it is none. */
function podAddress(label: string): Address | null {
  const v4 = label.replaceAll('-', '.');
  if (parseIp(v4) !== null) return { ip: v4, family: 4 };
  const v6 = label.replaceAll('-', ':');
  return parseIp(v6) === null ? null : { ip: v6, family: 6 };
}

const addressType = (address: Address): 'A' | 'AAAA' => (address.family === 4 ? 'A' : 'AAAA');

/** The address that a reverse name asks for; null when it is none. */
export function reverseAddress(name: string): string | null {
  const v4 = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa$/.exec(name);
  if (v4 !== null) return `${v4[4]}.${v4[3]}.${v4[2]}.${v4[1]}`;
  if (!name.endsWith('.ip6.arpa')) return null;
  const digits = name.slice(0, -9).split('.').reverse().join('');
  return digits.length === 32 ? expandV6(digits) : null;
}

const expandV6 = (digits: string): string => (digits.match(/.{4}/g) ?? []).join(':');

/** IPv6 written in full, so that texts compare. */
function fullAddress(ip: string): string {
  if (!ip.includes(':')) return ip;
  const [head = '', tail] = ip.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = tail === undefined ? [] : new Array(8 - left.length - right.length).fill('0');
  return expandV6(
    [...left, ...middle, ...right]
      .map((part) => part.padStart(4, '0'))
      .join('')
      .toLowerCase(),
  );
}

/**
 * The cluster's names, built from Services and EndpointSlices as they change: a name exists in the same moment its
 * endpoint does. Nothing is cached beyond one Service, so there is no denial that outlives its reason.
 */
export class Zone {
  readonly domain: string;
  #serial = 1;
  readonly #services = new Map<string, ServiceEntry>();
  readonly #byNamespace = new Map<string, Set<string>>();
  readonly #reverse = new Map<string, Map<string, readonly string[]>>();
  readonly #reverseOf = new Map<string, readonly string[]>();
  readonly #unreversed = new Set<string>();
  readonly #listeners = new Set<(namespace: string) => void>();

  constructor(domain = 'cluster.local') {
    this.domain = domain.toLowerCase();
  }

  /** Raised by every change. */
  get serial(): number {
    return this.#serial;
  }

  setService(service: KubeObject): void {
    this.#entry(service.metadata.namespace ?? '', service.metadata.name ?? '').service = service;
    this.#changed(service.metadata.namespace ?? '', service.metadata.name ?? '');
  }

  removeService(service: KubeObject): void {
    const key = `${service.metadata.namespace}/${service.metadata.name}`;
    const entry = this.#services.get(key);
    if (entry === undefined) return;
    entry.service = null;
    this.#changed(service.metadata.namespace ?? '', service.metadata.name ?? '');
  }

  setSlice(slice: KubeObject): void {
    const name = slice.metadata.labels?.[SERVICE_NAME];
    const namespace = slice.metadata.namespace ?? '';
    if (name === undefined) return;
    this.#entry(namespace, name).slices.set(slice.metadata.name ?? '', slice);
    this.#changed(namespace, name);
  }

  removeSlice(slice: KubeObject): void {
    const name = slice.metadata.labels?.[SERVICE_NAME];
    const namespace = slice.metadata.namespace ?? '';
    if (
      name === undefined ||
      this.#services.get(`${namespace}/${name}`)?.slices.delete(slice.metadata.name ?? '') !== true
    )
      return;
    this.#changed(namespace, name);
  }

  /** Called with the namespace of every change, after it. Returns the function that removes the listener. */
  onChange(listener: (namespace: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Answers a question; names in any case, with or without the dot at the end. */
  resolve(question: string, type: RecordType): ZoneAnswer {
    return this.#resolve(question, type, 0);
  }

  #resolve(question: string, type: RecordType, aliases: number): ZoneAnswer {
    const name = question.toLowerCase().replace(/\.$/, '');
    const reverse = reverseAddress(name);
    if (reverse !== null) return this.#pointer(name, reverse, type);
    if (name === this.domain) return EMPTY;
    // No name of one label is anybody's: a resolver that asks for it has come to the end of its search list.
    if (!name.endsWith(`.${this.domain}`)) return name.includes('.') ? REFUSED : NXDOMAIN;
    const labels = name.slice(0, -this.domain.length - 1).split('.');
    if (labels.length === 1 && labels[0] === 'dns-version') {
      return type === 'TXT' || type === 'ANY' ? this.#of([{ name, type: 'TXT', data: '1.1.0' }]) : EMPTY;
    }
    if (labels.at(-1) === 'pod') return this.#podName(name, labels, type);
    if (labels.at(-1) !== 'svc') return NXDOMAIN;
    if (labels.length === 1) return EMPTY;
    const namespace = labels.at(-2)!;
    if (labels.length === 2) return this.#byNamespace.has(namespace) ? EMPTY : NXDOMAIN;
    const service = labels.at(-3)!;
    const names = this.#names(`${namespace}/${service}`);
    if (names === null) return NXDOMAIN;
    const rest = labels.slice(0, -3);
    if (names.kind === 'external') return rest.length > 0 ? NXDOMAIN : this.#alias(name, names.target, type, aliases);
    return this.#ofService(name, rest, names, `${service}.${namespace}.svc.${this.domain}`, type);
  }

  /**
   * Whether a pod of the namespace gets on with this name: it resolves (`name`), or someone who is ready answers there
   * (`connection`). Names that are no business of the cluster are taken to be fine.
   */
  resolves(host: string, namespace: string, need: 'name' | 'connection'): boolean {
    const name = host.toLowerCase().replace(/\.$/, '');
    const candidates = [
      `${name}.${namespace}.svc.${this.domain}`,
      `${name}.svc.${this.domain}`,
      `${name}.${this.domain}`,
      name,
    ];
    for (const candidate of candidates) {
      if (this.resolve(candidate, 'ANY').answers.length === 0) continue;
      if (need === 'name') return true;
      return this.#answers(candidate);
    }
    return PUBLIC_SUFFIX.test(name) && !name.endsWith(`.${this.domain}`);
  }

  /** What hosts files of the namespace's pods need: own names in short too, those of others qualified. */
  hostsFor(namespace: string): readonly HostEntry[] {
    const out: HostEntry[] = [];
    const own = [...(this.#byNamespace.get(namespace) ?? [])];
    for (const key of own) this.#hosts(key, true, out);
    for (const [other, keys] of this.#byNamespace) {
      if (other === namespace) continue;
      for (const key of keys) this.#hosts(key, false, out);
    }
    return out;
  }

  #hosts(key: string, short: boolean, out: HostEntry[]): void {
    const names = this.#names(key);
    if (names === null) return;
    const [namespace = '', service = ''] = key.split('/');
    const forms = (prefix: string): string[] => {
      const base = `${prefix}.${namespace}`;
      return [`${base}.svc.${this.domain}`, `${base}.svc`, base, ...(short ? [prefix] : [])];
    };
    if (names.kind === 'cluster') for (const { ip } of names.addresses) out.push({ ip, names: forms(service) });
    // A hosts file knows no aliases: one for a name of the cluster has the addresses of that.
    if (names.kind === 'external' && names.target.endsWith(`.${this.domain}`)) {
      for (const { type, data } of this.resolve(names.target, 'ANY').answers)
        if (type === 'A' || type === 'AAAA') out.push({ ip: data, names: forms(service) });
    }
    if (names.kind !== 'headless') return;
    for (const { ip, label } of names.members)
      out.push({ ip, names: [...forms(`${label}.${service}`), ...forms(service)] });
  }

  #answers(name: string): boolean {
    const labels = name.slice(0, -this.domain.length - 1).split('.');
    if (labels.at(-1) !== 'svc') return true;
    const names = this.#names(`${labels.at(-2)}/${labels.at(-3)}`);
    if (names === null || names.kind === 'external') return names !== null;
    const label = labels.length > 3 ? labels[0]! : null;
    const members = label === null || label.startsWith('_') ? names.members : (names.byLabel.get(label) ?? []);
    return members.some((member) => member.serving);
  }

  /** Aliases may lead to aliases, and in a circle. */
  #alias(name: string, target: string, type: RecordType, aliases: number): ZoneAnswer {
    const follow = type !== 'CNAME' && aliases < ALIASES_LIMIT && target.endsWith(`.${this.domain}`);
    const followed = follow ? this.#resolve(target, type, aliases + 1).answers : [];
    return this.#of([{ name, type: 'CNAME', data: target }, ...followed]);
  }

  #ofService(name: string, rest: readonly string[], names: ServiceNames, full: string, type: RecordType): ZoneAnswer {
    if (rest.length === 0) {
      const addresses = names.kind === 'cluster' ? names.addresses : names.members;
      // The specification: a headless name without a ready endpoint does not exist.
      if (addresses.length === 0) return NXDOMAIN;
      if (type === 'SRV') return this.#serviceRecords(names, full, () => true, name);
      return this.#addresses(name, addresses, type);
    }
    if (rest.length === 1) {
      const members = names.kind === 'headless' ? names.byLabel.get(rest[0]!) : undefined;
      return members === undefined ? NXDOMAIN : this.#addresses(name, members, type);
    }
    if (rest.length !== 2) return NXDOMAIN;
    const [port, protocol] = rest;
    const wanted = names.ports.some((p) => `_${p.name}` === port && `_${p.protocol.toLowerCase()}` === protocol);
    if (!wanted) return NXDOMAIN;
    if (type !== 'SRV' && type !== 'ANY') return EMPTY;
    return this.#serviceRecords(
      names,
      full,
      (p) => `_${p.name}` === port && `_${p.protocol.toLowerCase()}` === protocol,
      name,
    );
  }

  #serviceRecords(
    names: ServiceNames,
    full: string,
    wanted: (port: { name: string; protocol: string }) => boolean,
    name: string,
  ): ZoneAnswer {
    const answers: ZoneRecord[] = [];
    const additionals: ZoneRecord[] = [];
    const extra = (target: string, address: Address): void => {
      additionals.push({ name: target, type: addressType(address), data: address.ip });
    };
    for (const port of names.ports.filter(wanted)) {
      if (port.members === null) {
        answers.push({ name, type: 'SRV', data: { port: port.port, target: full } });
        for (const address of names.addresses) extra(full, address);
        continue;
      }
      for (const member of port.members) {
        const target = `${member.label}.${full}`;
        answers.push({ name, type: 'SRV', data: { port: port.port, target } });
        extra(target, member);
      }
    }
    return answers.length === 0 ? NXDOMAIN : { code: 'NOERROR', answers, additionals };
  }

  #addresses(name: string, addresses: readonly Address[], type: RecordType): ZoneAnswer {
    const wanted = addresses.filter((address) => type === 'ANY' || addressType(address) === type);
    const seen = new Set<string>();
    const answers: ZoneRecord[] = [];
    for (const address of wanted) {
      if (seen.has(address.ip)) continue;
      seen.add(address.ip);
      answers.push({ name, type: addressType(address), data: address.ip });
    }
    return this.#of(answers);
  }

  #podName(name: string, labels: readonly string[], type: RecordType): ZoneAnswer {
    const address = labels.length === 3 ? podAddress(labels[0]!) : null;
    return address === null ? NXDOMAIN : this.#addresses(name, [address], type);
  }

  #pointer(name: string, address: string, type: RecordType): ZoneAnswer {
    this.#reverseAll();
    const found = this.#reverse.get(address);
    if (found === undefined) return REFUSED;
    if (type !== 'PTR' && type !== 'ANY') return EMPTY;
    return this.#of([...found.values()].flat().map((data) => ({ name, type: 'PTR' as const, data })));
  }

  #of(answers: readonly ZoneRecord[]): ZoneAnswer {
    return answers.length === 0 ? EMPTY : { code: 'NOERROR', answers, additionals: [] };
  }

  #entry(namespace: string, name: string): ServiceEntry {
    const key = `${namespace}/${name}`;
    let entry = this.#services.get(key);
    if (entry === undefined) {
      entry = { service: null, slices: new Map(), names: null };
      this.#services.set(key, entry);
      const keys = this.#byNamespace.get(namespace);
      if (keys === undefined) this.#byNamespace.set(namespace, new Set([key]));
      else keys.add(key);
    }
    return entry;
  }

  #names(key: string): ServiceNames | null {
    const entry = this.#services.get(key);
    if (entry === undefined || entry.service === null) return null;
    entry.names ??= serviceNames(entry.service, entry.slices.values());
    return entry.names;
  }

  #changed(namespace: string, name: string): void {
    const key = `${namespace}/${name}`;
    const entry = this.#services.get(key);
    if (entry !== undefined) entry.names = null;
    if (entry !== undefined && entry.service === null && entry.slices.size === 0) {
      this.#services.delete(key);
      const keys = this.#byNamespace.get(namespace);
      keys?.delete(key);
      if (keys?.size === 0) this.#byNamespace.delete(namespace);
    }
    this.#unreversed.add(key);
    this.#serial++;
    for (const listener of this.#listeners) listener(namespace);
  }

  #reverseAll(): void {
    for (const key of this.#unreversed) {
      for (const ip of this.#reverseOf.get(key) ?? []) {
        const keys = this.#reverse.get(ip);
        keys?.delete(key);
        if (keys?.size === 0) this.#reverse.delete(ip);
      }
      this.#reverseOf.delete(key);
      const names = this.#names(key);
      if (names === null || names.kind === 'external') continue;
      const [namespace = '', service = ''] = key.split('/');
      const full = `${service}.${namespace}.svc.${this.domain}`;
      const byAddress = new Map<string, string[]>();
      const add = (address: Address, name: string): void => {
        const ip = fullAddress(address.ip);
        byAddress.set(ip, [...(byAddress.get(ip) ?? []), name]);
      };
      if (names.kind === 'cluster') for (const address of names.addresses) add(address, full);
      // Only members with a name of their own point back; addresses alone say nothing.
      else for (const member of names.members) if (hasOwnName(member)) add(member, `${member.label}.${full}`);
      for (const [ip, list] of byAddress) {
        const keys = this.#reverse.get(ip) ?? new Map<string, readonly string[]>();
        keys.set(key, list);
        this.#reverse.set(ip, keys);
      }
      this.#reverseOf.set(key, [...byAddress.keys()]);
    }
    this.#unreversed.clear();
  }
}

const hasOwnName = (member: Member): boolean => member.label !== member.ip.replace(/[.:]/g, '-');
