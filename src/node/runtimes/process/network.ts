import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { RuntimeError } from '../runtime.ts';
import { ipBatch, runIp } from './ip-command.ts';

/** Pod networks are 10.100.0.0/16 to 10.199.0.0/16. */
const FIRST_NET = 100;
const NETS = 100;
/** Ranges of Services, in the order they are tried: the one clusters have by convention, then what pods never have. */
const SERVICE_RANGES = [
  ...Array.from({ length: 4 }, (_, step) => `10.${96 + step}.0.0/16`),
  ...Array.from({ length: 50 }, (_, step) => `10.${200 + step}.0.0/16`),
];
/** The weakest metric but a few: any other route goes before it. */
const GUARD_METRIC = '4278198272';

export interface PodNetwork {
  readonly ip: string;
  /** Path of the network namespace, null for the host's. */
  readonly namespace: string | null;
}

/** How pods get addresses (design section 5). */
export interface Network {
  readonly mode: 'namespaces' | 'loopback';
  readonly description: string;
  /** Address of the machine as pods see it. Known once open. */
  readonly gateway: string;
  /** Once before use. */
  open(): Promise<void>;
  /** Address number 0 to 65535 of the network. */
  address(number: number): string;
  /**
   * Takes a range for addresses of Services, which from now on are this machine's own: `wanted` (what it was before)
   * when nobody else has it. Once open.
   */
  serviceRange(wanted: string | null): Promise<string>;
  /** Whether an address is a pod's or the machine's own: who may talk to Services. */
  isInside(address: string): boolean;
  add(uid: string, ip: string): Promise<PodNetwork>;
  remove(uid: string): Promise<void>;
  /** Gives back what the pods shared; call it when none is left. */
  close(): Promise<void>;
}

/** One address of 127.128.0.0/9 a pod (LOOPBACK_PODS: endpoints may have these); a process must bind POD_IP. */
export class LoopbackNetwork implements Network {
  readonly mode = 'loopback';
  readonly description = 'each pod has an address of 127.0.0.0/8 on this machine; processes must bind POD_IP';
  readonly #base: number;

  constructor(instance: string) {
    this.#base = 128 + (createHash('sha256').update(instance).digest()[0]! % 120);
  }

  get gateway(): string {
    return this.address(1);
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  address(number: number): string {
    return `127.${this.#base}.${number >> 8}.${number & 255}`;
  }

  /** Of the lower half of 127.0.0.0/8, which pods do not have; clear of 127.0.0.0/16, where everybody listens. */
  serviceRange(): Promise<string> {
    return Promise.resolve(`127.${this.#base - 120}.0.0/16`);
  }

  /** Nobody else can reach these addresses. */
  isInside(): boolean {
    return true;
  }

  add(_uid: string, ip: string): Promise<PodNetwork> {
    return Promise.resolve({ ip, namespace: null });
  }

  remove(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A network namespace a pod, joined by a bridge of this instance's own. Needs root. */
export class NamespaceNetwork implements Network {
  readonly mode = 'namespaces';
  readonly #tag: string;
  #prefix: string;
  /** Addresses of the machine before the bridge was there. */
  #links = '';
  #found = false;
  #services: string | null = null;

  constructor(instance: string) {
    const digest = createHash('sha256').update(instance).digest();
    this.#tag = digest.toString('hex').slice(0, 6);
    this.#prefix = `10.${FIRST_NET + (digest[3]! % NETS)}`;
  }

  get description(): string {
    return `each pod has a network namespace and an address of ${this.#prefix}.0.0/16 on bridge ${this.#bridge}`;
  }

  get #bridge(): string {
    return `perdure-${this.#tag}`;
  }

  get gateway(): string {
    return `${this.#prefix}.0.1`;
  }

  async open(): Promise<void> {
    const links = await runIp(['-o', '-4', 'addr', 'show']);
    this.#links = links;
    const own = new RegExp(` ${this.#bridge} +inet (10\\.\\d+)\\.`).exec(links)?.[1];
    this.#found = own !== undefined;
    if (own !== undefined) {
      this.#prefix = own;
      return;
    }
    // Whoever else has the addresses, another Perdure or the machine's own network, keeps them.
    const first = Number(this.#prefix.slice(3)) - FIRST_NET;
    const free = Array.from({ length: NETS }, (_, step) => `10.${FIRST_NET + ((first + step) % NETS)}`).find(
      (prefix) => !links.includes(` inet ${prefix}.`),
    );
    if (free === undefined)
      throw new RuntimeError('CreatePodSandboxError', 'no network 10.100.0.0 to 10.199.0.0 is free');
    this.#prefix = free;
    if (existsSync(`/sys/class/net/${this.#bridge}`)) await runIp(['link', 'delete', this.#bridge]);
    // An address of its own: else it has that of one of the pods, and with each that comes or goes the others may lose
    // their way to the gateway, and with it to DNS, until they ask for it anew.
    const hardware = `02:50:${this.#tag.slice(0, 2)}:${this.#tag.slice(2, 4)}:${this.#tag.slice(4, 6)}:01`;
    await ipBatch([
      `link add ${this.#bridge} address ${hardware} type bridge`,
      `addr add ${this.gateway}/16 dev ${this.#bridge}`,
      `link set ${this.#bridge} up`,
      // Should the bridge lose its own route, nothing for a pod may leave by the default route.
      guard('replace', `${this.#prefix}.0.0/16`),
    ]);
  }

  async serviceRange(wanted: string | null): Promise<string> {
    this.#services ??= (await this.#heldRange()) ?? (await this.#takeRange(wanted));
    return this.#services;
  }

  /** What a process before this one took: it lives as long as the bridge. */
  async #heldRange(): Promise<string | null> {
    if (!this.#found) return null;
    const routes = await runIp(['-4', 'route', 'show', 'table', 'local', 'type', 'local', 'dev', this.#bridge]);
    return /^(?:local )?(\d+\.\d+\.0\.0\/16)/m.exec(routes)?.[1] ?? null;
  }

  async #takeRange(wanted: string | null): Promise<string> {
    for (const range of wanted === null ? SERVICE_RANGES : [wanted, ...SERVICE_RANGES]) {
      if (this.#links.includes(` inet ${range.split('.').slice(0, 2).join('.')}.`)) continue;
      try {
        // A local route makes every address of the range ours at once; two of one range there cannot be.
        await ipBatch([`route add local ${range} dev ${this.#bridge}`, guard('replace', range)]);
        return range;
      } catch (error) {
        if (!(error as Error).message.includes('File exists')) throw error;
      }
    }
    throw new RuntimeError('CreatePodSandboxError', 'no range for addresses of Services is free');
  }

  isInside(address: string): boolean {
    const own = [this.#prefix, this.#services?.split('.').slice(0, 2).join('.') ?? '127', '127'];
    return own.some((prefix) => address.startsWith(`${prefix}.`));
  }

  address(number: number): string {
    return `${this.#prefix}.${number >> 8}.${number & 255}`;
  }

  async add(uid: string, ip: string): Promise<PodNetwork> {
    const name = this.#name(uid);
    const veth = `p${this.#tag}${createHash('sha256').update(uid).digest('hex').slice(0, 8)}`;
    await runIp(['netns', 'add', name]);
    await ipBatch([
      `link add ${veth} type veth peer name eth0 netns ${name}`,
      `link set ${veth} master ${this.#bridge} up`,
    ]);
    await ipBatch(
      [`link set lo up`, `addr add ${ip}/16 dev eth0`, `link set eth0 up`, `route add default via ${this.gateway}`],
      ['-n', name],
    );
    return { ip, namespace: `/run/netns/${name}` };
  }

  async remove(uid: string): Promise<void> {
    const name = this.#name(uid);
    if (existsSync(`/run/netns/${name}`)) await runIp(['netns', 'delete', name]);
  }

  async close(): Promise<void> {
    if (!existsSync(`/sys/class/net/${this.#bridge}`)) return;
    await runIp(['link', 'delete', this.#bridge]);
    const ranges = [`${this.#prefix}.0.0/16`, ...(this.#services === null ? [] : [this.#services])];
    this.#services = null;
    for (const range of ranges) await ipBatch([guard('delete', range)]).catch(() => undefined);
  }

  #name(uid: string): string {
    return `perdure-${this.#tag}-${createHash('sha256').update(uid).digest('hex').slice(0, 12)}`;
  }
}

const guard = (verb: 'replace' | 'delete', range: string): string =>
  `route ${verb} unreachable ${range} metric ${GUARD_METRIC}`;
