import { FieldErrors, invalidStatus } from '../../schema/field-errors.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { internalError } from '../../schema/status.ts';
import { type Cidr, cidrContains, formatV4, parseCidr, parseIp } from '../shared/cidr.ts';
import { carryAllocated, normalizeClusterIps } from './service-defaults.ts';
import { validateClusterIpFields } from './service-ips.ts';
import {
  allocatesNodePorts,
  isHeadless,
  needsClusterIp,
  needsHealthCheckPort,
  needsNodePort,
  type ServicePort,
} from './service-types.ts';

/** What one write has taken. `commit` gives back what the update no longer has; undoing twice is harmless. */
export interface Allocation {
  commit(): void;
  rollback(): void;
}

export interface AllocationRanges {
  /** IPv4 range of cluster IPs. */
  readonly serviceCidr: string;
  /** Inclusive. */
  readonly nodePorts: readonly [low: number, high: number];
}

/** A part of the range cluster installers use by default, clear of the pods' and the nodes' addresses. */
export const DEFAULT_RANGES: AllocationRanges = { serviceCidr: '10.96.0.0/16', nodePorts: [30000, 32767] };

/**
 * Numbers of one range in use. Automatic ones come from above the reserved band while there are any, so that fixed
 * ones, chosen low by convention, rarely meet them (KEP-3070, KEP-3668).
 */
class NumberPool {
  readonly #used = new Set<number>();
  readonly #low: number;
  readonly #high: number;
  readonly #band: number;
  #cursor: number;
  constructor(low: number, high: number, band: number) {
    this.#low = low;
    this.#high = high;
    this.#band = Math.min(low + band, high);
    this.#cursor = this.#band;
  }
  contains(value: number): boolean {
    return value >= this.#low && value <= this.#high;
  }
  take(value: number): boolean {
    if (this.#used.has(value)) return false;
    this.#used.add(value);
    return true;
  }
  takeNext(): number | null {
    return (
      this.#scan(this.#cursor, this.#high) ?? this.#scan(this.#band, this.#cursor) ?? this.#scan(this.#low, this.#band)
    );
  }
  release(value: number): void {
    this.#used.delete(value);
  }
  #scan(from: number, to: number): number | null {
    for (let value = from; value <= to; value++) {
      if (!this.take(value)) continue;
      if (value >= this.#band) this.#cursor = value === this.#high ? this.#band : value + 1;
      return value;
    }
    return null;
  }
}

function invalid(draft: Draft, field: string, value: unknown, detail: string): Error {
  const errors = new FieldErrors();
  errors.invalid(field, value, detail);
  return invalidStatus({ group: '', kind: 'Service' }, draft.metadata.name ?? '', errors.list);
}

function ownNodePorts(object: KubeObject | null): Set<number> {
  const ports: readonly ServicePort[] = object === null || !needsNodePort(object) ? [] : (object.spec.ports ?? []);
  const out = new Set(ports.map((port) => port.nodePort ?? 0));
  if (object !== null && needsHealthCheckPort(object)) out.add(object.spec.healthCheckNodePort ?? 0);
  out.delete(0);
  return out;
}

function ownIps(object: KubeObject | null): readonly string[] {
  return object === null || !needsClusterIp(object) || isHeadless(object) ? [] : (object.spec.clusterIPs ?? []);
}

function changesPrimary(draft: Draft, old: KubeObject | null): boolean {
  const before: string | undefined = old !== null && needsClusterIp(old) ? old.spec.clusterIPs?.[0] : undefined;
  return before !== undefined && before !== draft.spec.clusterIPs?.[0];
}

/** Cluster IPs and node ports of all Services (api.md 6.4). Keeps its state in memory: `restore` it at start. */
export class ServiceAllocator {
  readonly #ranges: AllocationRanges;
  readonly #cidr: Cidr;
  readonly #ips: NumberPool;
  readonly #ports: NumberPool;

  constructor(ranges: AllocationRanges = DEFAULT_RANGES) {
    this.#ranges = ranges;
    const cidr = parseCidr(ranges.serviceCidr);
    if (cidr === null || cidr.ip.family !== 'IPv4') throw new Error(`not an IPv4 range: ${ranges.serviceCidr}`);
    this.#cidr = cidr;
    const size = 2 ** (32 - cidr.bits);
    const network = Number(cidr.ip.value) - (Number(cidr.ip.value) % size);
    this.#ips = new NumberPool(network + 1, network + size - 2, Math.min(Math.max(16, size / 16), 256));
    const [low, high] = ranges.nodePorts;
    this.#ports = new NumberPool(low, high, Math.min(Math.max(16, Math.floor((high - low + 1) / 32)), 128));
  }

  /**
   * Fills cluster IPs, families, node ports and the health check port of a Service that is created (`old` null) or
   * updated. Runs before validation, as upstream does.
   * @throws StatusError 422 for a value that is taken, out of range or not to be had; nothing is taken then.
   */
  allocate(draft: Draft, old: KubeObject | null): Allocation {
    // A write to /status carries the stored spec itself.
    if (old !== null && draft.spec === old.spec) return { commit() {}, rollback() {} };
    const taken: (() => void)[] = [];
    const rollback = (): void => {
      for (const undo of taken.splice(0).reverse()) undo();
    };
    try {
      this.#fill(draft, old, taken);
    } catch (error) {
      rollback();
      throw error;
    }
    return { rollback, commit: () => this.#releaseUnused(old, draft as KubeObject) };
  }

  /** After a Service is gone. */
  release(object: KubeObject): void {
    this.#releaseUnused(object, null);
  }

  /** Takes what stored Services have; a conflict among them is left as it is. */
  restore(objects: Iterable<KubeObject>): void {
    for (const object of objects) {
      for (const text of ownIps(object)) {
        const ip = parseIp(text);
        if (ip !== null && cidrContains(this.#cidr, ip)) this.#ips.take(Number(ip.value));
      }
      for (const port of ownNodePorts(object)) this.#ports.take(port);
    }
  }

  #fill(draft: Draft, old: KubeObject | null, taken: (() => void)[]): void {
    if (old === null) normalizeClusterIps(draft, null);
    else carryAllocated(draft, old);
    const service = draft as KubeObject;
    if (needsClusterIp(service)) {
      this.#fillFamilies(draft, old);
      this.#fillIps(draft, old, taken);
    }
    if (needsNodePort(service)) this.#fillNodePorts(draft, old, taken);
    if (needsHealthCheckPort(service)) this.#fillHealthCheckPort(draft, old, taken);
  }

  #fillFamilies(draft: Draft, old: KubeObject | null): void {
    const { spec } = draft;
    const service = draft as KubeObject;
    const errors = new FieldErrors();
    validateClusterIpFields(service, errors);
    const bare = isHeadless(service) && Object.keys(spec.selector ?? {}).length === 0;
    if (errors.list.length === 0 && !bare) {
      for (const [i, family] of (spec.ipFamilies ?? []).entries()) {
        if (family !== 'IPv4') errors.invalid(`spec.ipFamilies[${i}]`, family, 'not configured on this cluster');
      }
      if (spec.ipFamilyPolicy === 'RequireDualStack') {
        errors.invalid(
          'spec.ipFamilyPolicy',
          spec.ipFamilyPolicy,
          'this cluster is not configured for dual-stack services',
        );
      }
    }
    if (errors.list.length > 0) {
      throw invalidStatus({ group: '', kind: 'Service' }, draft.metadata.name ?? '', errors.list);
    }
    const kept = old !== null && needsClusterIp(old) ? old.spec : undefined;
    spec.ipFamilyPolicy ??= kept?.ipFamilyPolicy ?? (bare ? 'RequireDualStack' : 'SingleStack');
    const families: readonly string[] = spec.ipFamilies ?? kept?.ipFamilies ?? ['IPv4'];
    const second = families[0] === 'IPv4' ? 'IPv6' : 'IPv4';
    const widen = bare && spec.ipFamilyPolicy !== 'SingleStack' && families.length < 2;
    spec.ipFamilies = widen ? [families[0], second] : [...families];
  }

  #fillIps(draft: Draft, old: KubeObject | null, taken: (() => void)[]): void {
    const { spec } = draft;
    // Validation, which comes next, refuses a changed primary address along with whatever else is wrong.
    if (isHeadless(draft as KubeObject) || changesPrimary(draft, old)) return;
    const had = new Set(ownIps(old));
    const wanted: readonly string[] = spec.clusterIPs ?? [];
    for (const text of wanted) if (!had.has(text)) this.#takeIp(draft, text, wanted, taken);
    if (wanted.length > 0) return;
    const value = this.#ips.takeNext();
    if (value === null) throw internalError(`failed to allocate a serviceIP: range is full`);
    taken.push(() => this.#ips.release(value));
    const text = formatV4(BigInt(value));
    spec.clusterIP = text;
    spec.clusterIPs = [text];
  }

  #takeIp(draft: Draft, text: string, wanted: readonly string[], taken: (() => void)[]): void {
    const refuse = (why: string): Error =>
      invalid(draft, 'spec.clusterIPs', wanted, `failed to allocate IP ${text}: ${why}`);
    const ip = parseIp(text);
    const value = ip === null ? 0 : Number(ip.value);
    if (ip === null || !cidrContains(this.#cidr, ip)) {
      throw refuse('the provided network does not match the current range');
    }
    if (!this.#ips.contains(value)) {
      throw refuse(
        `the provided IP (${text}) is not in the valid range. The range of valid IPs is ${this.#ranges.serviceCidr}`,
      );
    }
    if (!this.#ips.take(value)) throw refuse('provided IP is already allocated');
    taken.push(() => this.#ips.release(value));
  }

  /** Ports of one number and several protocols share a node port. */
  #fillNodePorts(draft: Draft, old: KubeObject | null, taken: (() => void)[]): void {
    const ports: ServicePort[] = draft.spec.ports ?? [];
    const mine = ownNodePorts(old);
    const allocates = allocatesNodePorts(draft as KubeObject);
    const byPort = new Map<number, number>();
    for (const [i, port] of ports.entries()) {
      const asked = port.nodePort ?? 0;
      if (asked === 0 && !allocates) continue;
      const shared = byPort.get(port.port);
      const wanted = asked !== 0 ? asked : (shared ?? this.#askedFor(ports, port.port, mine));
      port.nodePort = wanted === 0 ? this.#nextPort(taken) : wanted;
      if (wanted !== 0) this.#takePort(draft, `spec.ports[${i}].nodePort`, wanted, mine, taken);
      mine.add(port.nodePort);
      byPort.set(port.port, shared ?? port.nodePort);
    }
  }

  #askedFor(ports: readonly ServicePort[], number: number, mine: ReadonlySet<number>): number {
    const asked = ports.find((port) => port.port === number && (port.nodePort ?? 0) !== 0)?.nodePort ?? 0;
    return mine.has(asked) ? 0 : asked;
  }

  #takePort(draft: Draft, field: string, port: number, mine: ReadonlySet<number>, taken: (() => void)[]): void {
    if (mine.has(port)) return;
    if (!this.#ports.contains(port)) {
      const [low, high] = this.#ranges.nodePorts;
      throw invalid(
        draft,
        field,
        port,
        `provided port is not in the valid range. The range of valid ports is ${low}-${high}`,
      );
    }
    if (!this.#ports.take(port)) throw invalid(draft, field, port, 'provided port is already allocated');
    taken.push(() => this.#ports.release(port));
  }

  #nextPort(taken: (() => void)[]): number {
    const port = this.#ports.takeNext();
    if (port === null) throw internalError('failed to allocate a nodePort: range is full');
    taken.push(() => this.#ports.release(port));
    return port;
  }

  #fillHealthCheckPort(draft: Draft, old: KubeObject | null, taken: (() => void)[]): void {
    const asked: number = draft.spec.healthCheckNodePort ?? 0;
    if (asked === 0) draft.spec.healthCheckNodePort = this.#nextPort(taken);
    else this.#takePort(draft, 'spec.healthCheckNodePort', asked, ownNodePorts(old), taken);
  }

  #releaseUnused(old: KubeObject | null, now: KubeObject | null): void {
    const kept = new Set(ownIps(now));
    for (const text of ownIps(old)) {
      const ip = parseIp(text);
      if (!kept.has(text) && ip !== null && cidrContains(this.#cidr, ip)) this.#ips.release(Number(ip.value));
    }
    const keptPorts = ownNodePorts(now);
    for (const port of ownNodePorts(old)) if (!keptPorts.has(port)) this.#ports.release(port);
  }
}
