import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { RuntimeError } from '../runtime.ts';
import { HELPER_ENVIRONMENT } from './support.ts';

/** Pod networks are 10.100.0.0/16 to 10.199.0.0/16. */
const FIRST_NET = 100;
const NETS = 100;
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
    const links = await ip_(['-o', '-4', 'addr', 'show']);
    const own = new RegExp(` ${this.#bridge} +inet (10\\.\\d+)\\.`).exec(links)?.[1];
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
    if (existsSync(`/sys/class/net/${this.#bridge}`)) await ip_(['link', 'delete', this.#bridge]);
    // An address of its own: else it has that of one of the pods, and with each that comes or goes the others may lose
    // their way to the gateway, and with it to DNS, until they ask for it anew.
    const hardware = `02:50:${this.#tag.slice(0, 2)}:${this.#tag.slice(2, 4)}:${this.#tag.slice(4, 6)}:01`;
    await batch([
      `link add ${this.#bridge} address ${hardware} type bridge`,
      `addr add ${this.gateway}/16 dev ${this.#bridge}`,
      `link set ${this.#bridge} up`,
    ]);
    // Should the bridge lose its own route, nothing for a pod may leave by the default route.
    await ip_(['route', 'replace', 'unreachable', `${this.#prefix}.0.0/16`, 'metric', GUARD_METRIC]);
  }

  address(number: number): string {
    return `${this.#prefix}.${number >> 8}.${number & 255}`;
  }

  async add(uid: string, ip: string): Promise<PodNetwork> {
    const name = this.#name(uid);
    const veth = `p${this.#tag}${createHash('sha256').update(uid).digest('hex').slice(0, 8)}`;
    await ip_(['netns', 'add', name]);
    await batch([
      `link add ${veth} type veth peer name eth0 netns ${name}`,
      `link set ${veth} master ${this.#bridge} up`,
    ]);
    await batch(
      [`link set lo up`, `addr add ${ip}/16 dev eth0`, `link set eth0 up`, `route add default via ${this.gateway}`],
      ['-n', name],
    );
    return { ip, namespace: `/run/netns/${name}` };
  }

  async remove(uid: string): Promise<void> {
    const name = this.#name(uid);
    if (existsSync(`/run/netns/${name}`)) await ip_(['netns', 'delete', name]);
  }

  async close(): Promise<void> {
    if (!existsSync(`/sys/class/net/${this.#bridge}`)) return;
    await ip_(['link', 'delete', this.#bridge]);
    await ip_(['route', 'delete', 'unreachable', `${this.#prefix}.0.0/16`, 'metric', GUARD_METRIC]).catch(() => '');
  }

  #name(uid: string): string {
    return `perdure-${this.#tag}-${createHash('sha256').update(uid).digest('hex').slice(0, 12)}`;
  }
}

async function batch(lines: readonly string[], options: readonly string[] = []): Promise<void> {
  await ip_([...options, '-batch', '-'], lines.join('\n'));
}

function ip_(args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile('ip', args, { env: { ...HELPER_ENVIRONMENT } }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new RuntimeError('CreatePodSandboxError', `ip ${args.join(' ')}: ${stderr.trim() || error.message}`));
    });
    // A program that fails early does not read: its exit says why.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** Connects from the host's side. */
export function dial(host: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, allowHalfOpen: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

const RELAY = `const s=require('net').connect({host:'127.0.0.1',port:+process.argv[1],allowHalfOpen:true});
s.on('connect',()=>{process.stderr.write('ok');process.stdin.pipe(s);s.pipe(process.stdout,{end:false})});
s.on('end',()=>process.stdout.write('',()=>process.exit(0)));
s.on('error',e=>{process.stderr.write(e.message);process.exit(1)});`;

/**
 * Connects to 127.0.0.1 inside a network namespace. A socket belongs to the namespace it was created in, so a helper
 * process relays it: for programs that listen on loopback only.
 */
export function dialInside(namespace: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const child = spawn('nsenter', [`--net=${namespace}`, process.execPath, '-e', RELAY, String(port)], {
      stdio: 'pipe',
    });
    child.once('error', reject);
    child.stderr.once('data', (said: Buffer) => {
      if (said.toString() !== 'ok') {
        reject(new Error(said.toString()));
        return;
      }
      const duplex = Duplex.from({ readable: child.stdout, writable: child.stdin });
      duplex.once('close', () => child.kill());
      resolve(duplex);
    });
    child.once('exit', () => reject(new Error('the relay into the pod ended')));
  });
}
