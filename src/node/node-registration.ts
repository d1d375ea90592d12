import type { Clock } from '../base/clock.ts';
import { deepEqual } from '../base/json.ts';
import type { Client, Target } from '../client/client.ts';
import { revisionOf } from '../client/meta.ts';
import type { KubeObject } from '../schema/object.ts';
import { isStatus } from '../schema/status.ts';
import { type NodeProfile, newNode, nodeLabels, nodeStatus } from './node-object.ts';
import type { PressureType } from './pressure/thresholds.ts';
import type { Runtime } from './runtimes/runtime.ts';
import type { NodeAttachments } from './volumes/node-attachments.ts';

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
  readonly #attachments: NodeAttachments;
  readonly #pressure: () => ReadonlySet<PressureType>;
  node: KubeObject | null = null;
  #shuttingDown = false;
  #reportedAt = 0;
  #busy = false;
  #again = false;

  /** `adopted`: the Node was made by someone else, who also owns its labels, taints and size. */
  constructor(options: {
    client: Client;
    clock: Clock;
    runtime: Runtime;
    profile: NodeProfile;
    adopted: boolean;
    attachments: NodeAttachments;
    pressure: () => ReadonlySet<PressureType>;
  }) {
    this.#client = options.client;
    this.#clock = options.clock;
    this.#runtime = options.runtime;
    this.#profile = options.profile;
    this.#adopted = options.adopted;
    this.#attachments = options.attachments;
    this.#pressure = options.pressure;
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
    this.#attachments.found(node);
    await this.report(true);
    return this.node;
  }

  /**
   * Posts status if it is due; `force` posts whatever it is, and throws what the API answers. While one report is on
   * its way another call only sees to it that one more follows.
   */
  async report(force = false): Promise<void> {
    if (this.node === null) return;
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    try {
      do {
        this.#again = false;
        await this.#post(force);
      } while (this.#again);
    } finally {
      this.#busy = false;
    }
  }

  /** While it shuts down the node says that it is not ready. */
  shuttingDown(value: boolean): Promise<void> {
    this.#shuttingDown = value;
    return this.report();
  }

  async #post(force: boolean): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const node = this.node!;
      const now = this.#clock.now();
      const inUse = this.#attachments.reporting();
      const { volumesInUse: _, ...status } = nodeStatus(this.#profile, this.#runtime, node.status, now, {
        ready: !this.#shuttingDown,
        pressure: this.#pressure(),
      });
      if (inUse.length > 0) Object.assign(status, { volumesInUse: inUse });
      const given = node.status?.nodeInfo;
      if (this.#adopted && given?.kubeletVersion) status.nodeInfo = given;
      if (force || now - this.#reportedAt >= REPORT_MS || !sameButTimes(status, node.status)) {
        try {
          const answer = await this.#client.update<KubeObject>(NODES, { ...node, status }, 'status');
          this.#reportedAt = now;
          // In the same process events of later writes can come before the answer to ours.
          if (revisionOf(answer) > revisionOf(this.node!)) this.node = answer;
        } catch (error) {
          if (attempt >= ATTEMPTS || !isStatus(error, 'Conflict')) throw error;
          this.node = await this.#client.get<KubeObject>(NODES, this.#profile.name);
          continue;
        }
      }
      this.#attachments.reported(inUse, this.node!);
      return;
    }
  }

  /** A newer version from the informer. */
  seen(node: KubeObject): void {
    if (this.node === null || node.metadata.uid !== this.node.metadata.uid) return;
    if (revisionOf(node) <= revisionOf(this.node)) return;
    this.node = node;
    this.#attachments.seen(node);
  }

  /** The node as the API has it now; as it was known, where that cannot be had. */
  async reread(): Promise<KubeObject> {
    try {
      this.seen(await this.#client.get<KubeObject>(NODES, this.#profile.name));
    } catch {
      // What is known has to do.
    }
    return this.node!;
  }

  async #relabel(node: KubeObject): Promise<KubeObject> {
    const labels = { ...node.metadata.labels, ...nodeLabels(this.#profile) };
    const annotations = { ...node.metadata.annotations, ...this.#profile.annotations };
    if (deepEqual(labels, node.metadata.labels) && deepEqual(annotations, node.metadata.annotations ?? {})) return node;
    return this.#client.patch(NODES, this.#profile.name, 'merge', { metadata: { labels, annotations } });
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
