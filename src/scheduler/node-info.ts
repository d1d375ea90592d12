import { type Amounts, addAmounts, amountsOf, zeroAmounts } from '../api/shared/pod-requests.ts';
import type { Taint } from '../api/shared/tolerations.ts';
import { quantityValue } from '../base/quantity.ts';
import type { KubeObject } from '../schema/object.ts';
import type { HostPort, PodInfo } from './pod-info.ts';

const NO_TAINTS: readonly Taint[] = [];
const NO_LABELS: Readonly<Record<string, string>> = {};
const NONE: Amounts = zeroAmounts();

const conflicts = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0');

/** A node with the sum of what its pods (bound and assumed) ask for. */
export class NodeInfo {
  readonly name: string;
  /** Undefined: pods name it, the Node object is not there. */
  node: KubeObject | undefined;
  labels = NO_LABELS;
  taints = NO_TAINTS;
  unschedulable = false;
  allocatable: Amounts = NONE;
  maxPods = 0;
  readonly requested: Amounts = zeroAmounts();
  scoreCpu = 0;
  scoreMemory = 0;
  readonly pods = new Map<string, PodInfo>();
  readonly hostPorts: HostPort[] = [];
  /** Claim key to the number of pods that use it here. */
  readonly claims = new Map<string, number>();

  constructor(name: string) {
    this.name = name;
  }

  setNode(node: KubeObject): void {
    this.node = node;
    this.labels = node.metadata.labels ?? NO_LABELS;
    this.taints = node.spec?.taints ?? NO_TAINTS;
    this.unschedulable = node.spec?.unschedulable === true;
    this.allocatable = amountsOf(node.status?.allocatable);
    this.maxPods = node.status?.allocatable?.pods === undefined ? 0 : quantityValue(node.status.allocatable.pods);
  }

  addPod(pod: PodInfo): void {
    this.pods.set(pod.key, pod);
    this.#count(pod, 1);
    for (const port of pod.hostPorts) this.hostPorts.push(port);
  }

  removePod(key: string): PodInfo | undefined {
    const pod = this.pods.get(key);
    if (pod === undefined) return undefined;
    this.pods.delete(key);
    this.#count(pod, -1);
    for (const port of pod.hostPorts) {
      const at = this.hostPorts.findIndex((other) => other.ip === port.ip && conflicts(other, port));
      if (at >= 0) this.hostPorts.splice(at, 1);
    }
    return pod;
  }

  portTaken(port: HostPort): boolean {
    return this.hostPorts.some((other) => conflicts(other, port));
  }

  #count(pod: PodInfo, sign: 1 | -1): void {
    addAmounts(this.requested, pod.requests, sign);
    this.scoreCpu += sign * pod.scoreCpu;
    this.scoreMemory += sign * pod.scoreMemory;
    for (const claim of pod.claims) {
      const key = `${pod.namespace}/${claim}`;
      const count = (this.claims.get(key) ?? 0) + sign;
      if (count > 0) this.claims.set(key, count);
      else this.claims.delete(key);
    }
  }

  /** A working copy, for trying what would fit without some pods. */
  copy(): NodeInfo {
    const copy = new NodeInfo(this.name);
    if (this.node !== undefined) copy.setNode(this.node);
    for (const pod of this.pods.values()) copy.addPod(pod);
    return copy;
  }
}
