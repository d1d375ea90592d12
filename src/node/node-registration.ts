import type { Clock } from '../base/clock.ts';
import { deepEqual } from '../base/json.ts';
import type { Client, Target } from '../client/client.ts';
import { revisionOf } from '../client/meta.ts';
import type { KubeObject } from '../schema/object.ts';
import { isStatus } from '../schema/status.ts';
import { type NodeProfile, newNode, nodeLabels, nodeStatus } from './node-object.ts';
import type { Runtime } from './runtimes/runtime.ts';

const NODES: Target = { group: '', version: 'v1', resource: 'nodes' };
const REPORT_MS = 300_000;
const ATTEMPTS = 5;

/** Keeps the Node object of one agent: registers it and reports its status when it changes, or every five minutes. */
export class NodeRegistration {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #runtime: Runtime;
  readonly #profile: NodeProfile;
  readonly #adopted: boolean;
  node: KubeObject | null = null;
  #reportedAt = 0;
  #busy = false;

  /** `adopted`: the Node was made by someone else, who also owns its labels, taints and size. */
  constructor(options: { client: Client; clock: Clock; runtime: Runtime; profile: NodeProfile; adopted: boolean }) {
    this.#client = options.client;
    this.#clock = options.clock;
    this.#runtime = options.runtime;
    this.#profile = options.profile;
    this.#adopted = options.adopted;
  }

  /** Creates the Node or takes over the one that is there; then posts a first status. Throws what the API answers. */
  async register(): Promise<KubeObject> {
    let node: KubeObject;
    if (this.#adopted) node = await this.#client.get(NODES, this.#profile.name);
    else {
      try {
        node = await this.#client.create(NODES, newNode(this.#profile));
      } catch (error) {
        if (!isStatus(error, 'AlreadyExists')) throw error;
        node = await this.#relabel(await this.#client.get(NODES, this.#profile.name));
      }
    }
    this.node = node;
    await this.report(true);
    return this.node;
  }

  /** Posts status if it is due; `force` posts whatever it is, and throws what the API answers. */
  async report(force = false, ready = true): Promise<void> {
    if (this.#busy || this.node === null) return;
    this.#busy = true;
    try {
      for (let attempt = 1; ; attempt++) {
        const now = this.#clock.now();
        const status = nodeStatus(this.#profile, this.#runtime, this.node.status, now, ready);
        const given = this.node.status?.nodeInfo;
        if (this.#adopted && given?.kubeletVersion) status.nodeInfo = given;
        if (!force && now - this.#reportedAt < REPORT_MS && sameButTimes(status, this.node.status)) return;
        try {
          this.node = await this.#client.update(NODES, { ...this.node, status }, 'status');
          this.#reportedAt = now;
          return;
        } catch (error) {
          if (attempt >= ATTEMPTS || !isStatus(error, 'Conflict')) throw error;
          this.node = await this.#client.get(NODES, this.#profile.name);
        }
      }
    } finally {
      this.#busy = false;
    }
  }

  /** A newer version from the informer. */
  seen(node: KubeObject): void {
    if (this.node === null || node.metadata.uid !== this.node.metadata.uid) return;
    // Events come later than answers to our own writes.
    if (revisionOf(node) > revisionOf(this.node)) this.node = node;
  }

  async #relabel(node: KubeObject): Promise<KubeObject> {
    const labels = { ...node.metadata.labels, ...nodeLabels(this.#profile) };
    if (deepEqual(labels, node.metadata.labels)) return node;
    return this.#client.patch(NODES, this.#profile.name, 'merge', { metadata: { labels } });
  }
}

/** Equal but for heartbeat times. */
function sameButTimes(a: Record<string, unknown>, b: KubeObject['status']): boolean {
  const strip = (status: KubeObject['status']) => ({
    ...status,
    conditions: (status?.conditions ?? []).map(({ lastHeartbeatTime: _, ...rest }: Record<string, unknown>) => rest),
  });
  return deepEqual(strip(a), strip(b));
}
