import { matchesPodPlacement } from '../api/shared/node-selector.ts';
import { type Amounts, addAmounts, amountsOf, podRequests, zeroAmounts } from '../api/shared/pod-requests.ts';
import { untolerated } from '../api/shared/tolerations.ts';
import { quantityValue } from '../base/quantity.ts';
import type { KubeObject } from '../schema/object.ts';

export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

interface Admitted {
  readonly requests: Amounts;
  readonly ports: readonly string[];
}

function portsOf(pod: KubeObject): string[] {
  const out: string[] = [];
  for (const container of pod.spec.containers ?? []) {
    for (const port of container.ports ?? [])
      if (port.hostPort) out.push(`${port.protocol ?? 'TCP'}/${port.hostPort}/${port.hostIP || '0.0.0.0'}`);
  }
  return out;
}

const clash = (a: string, b: string): boolean => {
  const [protocolA, portA, ipA] = a.split('/');
  const [protocolB, portB, ipB] = b.split('/');
  return protocolA === protocolB && portA === portB && (ipA === ipB || ipA === '0.0.0.0' || ipB === '0.0.0.0');
};

/** What the node itself refuses, whoever bound the pod to it (node.md 5.6). Keeps the sum of what it took. */
export class NodeAdmission {
  readonly #pods = new Map<string, Admitted>();
  readonly #used: Amounts = zeroAmounts();

  /** Null: taken, and counted until `release`. The first failing check names the reason. */
  admit(pod: KubeObject, node: KubeObject): Refusal | null {
    const requests = podRequests(pod.spec);
    const ports = portsOf(pod);
    const refusal = this.#resources(requests, node) ?? this.#placement(pod, node, ports);
    if (refusal !== null) return refusal;
    this.take(pod, requests, ports);
    return null;
  }

  /** Counts a pod without asking (one that already runs). */
  take(pod: KubeObject, requests = podRequests(pod.spec), ports: readonly string[] = portsOf(pod)): void {
    const uid = pod.metadata.uid ?? '';
    if (this.#pods.has(uid)) return;
    this.#pods.set(uid, { requests, ports });
    addAmounts(this.#used, requests);
  }

  /** Counts a pod that was taken with what it asks for now; otherwise what it had goes on to count. */
  resize(pod: KubeObject, node: KubeObject): Refusal | null {
    const uid = pod.metadata.uid ?? '';
    const before = this.#pods.get(uid);
    const requests = podRequests(pod.spec);
    this.release(uid);
    const refusal = this.#resources(requests, node);
    if (refusal === null) {
      this.take(pod, requests);
      return null;
    }
    if (before !== undefined) {
      this.#pods.set(uid, before);
      addAmounts(this.#used, before.requests);
    }
    const has = amountsOf(node.status?.allocatable);
    for (const [name, wanted, capacity] of [
      ['cpu', requests.milliCpu, has.milliCpu],
      ['memory', requests.memory, has.memory],
    ] as const) {
      if (wanted <= capacity) continue;
      const message = `Node didn't have enough capacity: ${name}, requested: ${wanted}, capacity: ${capacity}`;
      return { reason: 'Infeasible', message };
    }
    return { reason: 'Deferred', message: refusal.message };
  }

  /** Counts a pod no longer; false when it was not counted. */
  release(uid: string): boolean {
    const admitted = this.#pods.get(uid);
    if (admitted === undefined) return false;
    this.#pods.delete(uid);
    addAmounts(this.#used, admitted.requests, -1);
    return true;
  }

  #resources(requests: Amounts, node: KubeObject): Refusal | null {
    const allocatable = node.status?.allocatable ?? {};
    const short = (name: string, wanted: number, used: number, capacity: number): Refusal => ({
      reason: `OutOf${name}`,
      message: `Node didn't have enough resource: ${name}, requested: ${wanted}, used: ${used}, capacity: ${capacity}`,
    });
    const slots = allocatable.pods === undefined ? 0 : quantityValue(allocatable.pods);
    if (this.#pods.size + 1 > slots) return short('pods', 1, this.#pods.size, slots);
    const has = amountsOf(allocatable);
    const used = this.#used;
    for (const [name, wanted, taken, capacity] of [
      ['cpu', requests.milliCpu, used.milliCpu, has.milliCpu],
      ['memory', requests.memory, used.memory, has.memory],
      ['ephemeral-storage', requests.ephemeral, used.ephemeral, has.ephemeral],
    ] as const) {
      if (wanted > 0 && wanted > capacity - taken) return short(name, wanted, taken, capacity);
    }
    for (const [name, wanted] of requests.extended ?? []) {
      const capacity = has.extended?.get(name);
      const taken = used.extended?.get(name) ?? 0;
      if (capacity !== undefined && wanted > capacity - taken) return short(name, wanted, taken, capacity);
    }
    return null;
  }

  #placement(pod: KubeObject, node: KubeObject, ports: readonly string[]): Refusal | null {
    const predicate = (reason: string, why: string): Refusal => ({
      reason,
      message: `Predicate ${reason} failed: ${why}`,
    });
    const view = { name: node.metadata.name ?? '', labels: node.metadata.labels ?? {} };
    if (!matchesPodPlacement(pod.spec, view))
      return predicate('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
    if (ports.length > 0) {
      for (const admitted of this.#pods.values()) {
        if (ports.some((port) => admitted.ports.some((other) => clash(port, other)))) {
          return predicate('NodePorts', "node(s) didn't have free ports for the requested pod ports");
        }
      }
    }
    if (untolerated(node.spec?.taints ?? [], pod.spec.tolerations ?? [], ['NoExecute']) !== null) {
      return predicate('TaintToleration', "node(s) had taints that the pod didn't tolerate");
    }
    return null;
  }
}
