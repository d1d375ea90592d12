import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RuntimeError } from '../runtime.ts';
import { LoopbackNetwork, NamespaceNetwork, type Network, type PodNetwork } from './network.ts';

/** `auto`: namespaces as root where the machine lets us make them, else loopback. */
export type NetworkChoice = 'auto' | 'namespaces' | 'loopback';

/**
 * The pod network of a data directory, shared by the runtimes of all its nodes: an address belongs to one pod at a time,
 * whichever node it is on. It goes when the last runtime closes it and no pod is left.
 */
export class SharedNetwork {
  readonly #choice: NetworkChoice;
  readonly #instance: string;
  readonly #taken = new Set<string>();
  #network: Network;
  #opened: Promise<void> | null = null;
  #users = 0;

  /** `instance` names the network, so that it is found again; normally the data directory. */
  constructor(instance: string, choice: NetworkChoice) {
    const root = process.getuid?.() === 0;
    if (choice === 'namespaces' && !root)
      throw new Error('pod networks of their own need root; use --network loopback');
    this.#instance = instance;
    this.#choice = choice;
    this.#network = choice === 'loopback' || !root ? new LoopbackNetwork(instance) : new NamespaceNetwork(instance);
  }

  get mode(): Network['mode'] {
    return this.#network.mode;
  }

  get description(): string {
    return this.#network.description;
  }

  get gateway(): string {
    return this.#network.gateway;
  }

  /** Each user opens and closes it. Throws RuntimeError where namespaces were asked for and cannot be made. */
  open(): Promise<void> {
    this.#users++;
    this.#opened ??= this.#network.open().catch(async (error: unknown) => {
      if (this.#choice !== 'auto' || this.#network.mode === 'loopback') throw error;
      this.#network = new LoopbackNetwork(this.#instance);
      await this.#network.open();
    });
    return this.#opened;
  }

  /** The range for addresses of Services, once open; `wanted` is what it was before, kept where nobody else has it. */
  serviceRange(wanted: string | null): Promise<string> {
    return this.#network.serviceRange(wanted);
  }

  /** Whether an address is a pod's or the machine's own. */
  isInside(address: string): boolean {
    return this.#network.isInside(address);
  }

  /** An address a pod has already. */
  keep(ip: string): void {
    this.#taken.add(ip);
  }

  async add(uid: string): Promise<PodNetwork> {
    const ip = this.#pick(uid);
    this.#taken.add(ip);
    try {
      return await this.#network.add(uid, ip);
    } catch (error) {
      await this.#network.remove(uid).catch(() => undefined);
      this.#taken.delete(ip);
      throw error;
    }
  }

  async remove(uid: string, network: PodNetwork): Promise<void> {
    await this.#network.remove(uid);
    this.#taken.delete(network.ip);
  }

  async close(): Promise<void> {
    this.#users--;
    if (this.#users > 0 || this.#taken.size > 0) return;
    this.#opened = null;
    await this.#network.close();
  }

  /** Starts from the uid, so that a pod tends to keep what it had. */
  #pick(uid: string): string {
    const start = createHash('sha256').update(uid).digest().readUInt16BE(0);
    for (let step = 0; step < 65536; step++) {
      const number = (start + step) % 65536;
      const last = number & 255;
      if (number < 256 || last === 0 || last === 255) continue;
      const candidate = this.#network.address(number);
      if (!this.#taken.has(candidate)) return candidate;
    }
    throw new RuntimeError('CreatePodSandboxError', 'no address is left for another pod');
  }
}

/** Addresses of the pods an earlier process left in the directory of a runtime. */
export function addressesIn(directory: string): string[] {
  const folder = join(directory, 'sandboxes');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map(
      (name) =>
        JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
          readonly hostNetwork: boolean;
          readonly network: PodNetwork;
        },
    )
    .filter((record) => !record.hostNetwork)
    .map((record) => record.network.ip);
}
