import { deepEqual } from '../base/json.ts';
import type { KubeObject } from '../schema/object.ts';
import type { LabelSelector } from '../schema/selectors.ts';
import { LabelIndex } from './label-index.ts';
import { NodeInfo } from './node-info.ts';
import { apartTerms, drawingTerms, type PlacedTerm, PlacedTerms } from './placed-terms.ts';
import { isFinished, type PodInfo, podInfo, podKey } from './pod-info.ts';
import { type PodTally, Tallies } from './tallies.ts';
import type { Listers, World } from './types.ts';

/** A binding changes nothing that counts here; later updates may (resize, labels, deletion). */
function unchanged(info: PodInfo, pod: KubeObject, assumed: boolean): boolean {
  return (
    info.uid === pod.metadata.uid &&
    (assumed || info.pod.spec === pod.spec) &&
    info.terminating === (pod.metadata.deletionTimestamp !== undefined) &&
    deepEqual(info.labels, pod.metadata.labels ?? {})
  );
}

/**
 * Nodes and the pods on them, assumed pods included: a pod counts on its node from the moment the scheduler chose it,
 * before the binding is written, so that decisions never overlap.
 */
export class SchedulerCache implements World {
  readonly listers: Listers;
  readonly assumedVolumes = new Map<string, string>();
  readonly #nodes = new Map<string, NodeInfo>();
  /** Preemptors by the node they wait for. */
  readonly #nominated = new Map<string, Map<string, PodInfo>>();
  readonly #placed = new Map<string, { info: PodInfo; node: string; assumed: boolean }>();
  readonly #byLabel = new LabelIndex();
  readonly #tallies = new Tallies((namespace, labels) => this.#byLabel.with(namespace, labels));
  readonly #apart = new PlacedTerms(apartTerms);
  readonly #drawing = new PlacedTerms(drawingTerms);
  #list: NodeInfo[] | null = null;

  constructor(listers: Listers) {
    this.listers = listers;
  }

  /** Nodes whose object exists, in order of their creation here. */
  get nodes(): readonly NodeInfo[] {
    this.#list ??= [...this.#nodes.values()].filter((info) => info.node !== undefined);
    return this.#list;
  }

  nodeNamed(name: string): NodeInfo | undefined {
    const info = this.#nodes.get(name);
    return info?.node === undefined ? undefined : info;
  }

  podsOf(namespace: string): Iterable<PodInfo> {
    return this.#byLabel.with(namespace, {});
  }

  podsLabelled(namespace: string, labels: Readonly<Record<string, string>>): Iterable<PodInfo> {
    return this.#byLabel.with(namespace, labels);
  }

  *allPods(): Iterable<PodInfo> {
    for (const placed of this.#placed.values()) yield placed.info;
  }

  tally(namespace: string, selector: LabelSelector): PodTally {
    return this.#tallies.of(namespace, selector);
  }

  apart(labels: Readonly<Record<string, string>>): Iterable<PlacedTerm> {
    return this.#apart.about(labels);
  }

  drawing(labels: Readonly<Record<string, string>>): Iterable<PlacedTerm> {
    return this.#drawing.about(labels);
  }

  withNominated(node: NodeInfo, pod: PodInfo): NodeInfo | null {
    const nominated = this.#nominated.get(node.name);
    if (nominated === undefined) return null;
    let copy: NodeInfo | null = null;
    for (const other of nominated.values()) {
      if (other.key === pod.key || other.priority < pod.priority) continue;
      copy ??= node.copy();
      copy.addPod(other);
    }
    return copy;
  }

  /** The pod waits for room on this node; '' takes the nomination back. */
  nominate(pod: PodInfo, node: string): void {
    this.#unnominate(pod.key);
    if (node === '') return;
    const pods = this.#nominated.get(node) ?? new Map<string, PodInfo>();
    pods.set(pod.key, pod);
    this.#nominated.set(node, pods);
  }

  #unnominate(key: string): void {
    for (const [name, pods] of this.#nominated) {
      if (pods.delete(key) && pods.size === 0) this.#nominated.delete(name);
    }
  }

  setNode(node: KubeObject): void {
    this.#nodeInfo(node.metadata.name ?? '').setNode(node);
    this.#list = null;
  }

  removeNode(name: string): void {
    const info = this.#nodes.get(name);
    if (info === undefined) return;
    info.node = undefined;
    this.#list = null;
    if (info.pods.size === 0) this.#nodes.delete(name);
  }

  /** A pod seen with a node, as the API has it: confirms an assumed pod, moves or refreshes a known one. */
  setPod(pod: KubeObject): void {
    const key = podKey(pod);
    const known = this.#placed.get(key);
    if (isFinished(pod)) {
      if (known !== undefined) this.#remove(key);
      return;
    }
    if (known !== undefined && known.node === pod.spec.nodeName && unchanged(known.info, pod, known.assumed)) {
      known.assumed = false;
      return;
    }
    if (known !== undefined) this.#remove(key);
    this.#add(podInfo(pod), pod.spec.nodeName, false);
  }

  removePod(key: string): void {
    this.#remove(key);
    this.#unnominate(key);
  }

  /** Counts the pod on a node before the API knows. */
  assume(pod: PodInfo, node: string): void {
    this.#remove(pod.key);
    this.#add(pod, node, true);
  }

  /** Takes an assumption back; does nothing once the API has confirmed it. */
  forget(key: string): void {
    if (this.#placed.get(key)?.assumed === true) this.#remove(key);
  }

  isAssumed(key: string): boolean {
    return this.#placed.get(key)?.assumed === true;
  }

  #nodeInfo(name: string): NodeInfo {
    let info = this.#nodes.get(name);
    if (info === undefined) {
      info = new NodeInfo(name);
      this.#nodes.set(name, info);
    }
    return info;
  }

  #add(info: PodInfo, node: string, assumed: boolean): void {
    const placed = info.nodeName === node ? info : { ...info, nodeName: node };
    this.#placed.set(info.key, { info: placed, node, assumed });
    this.#nodeInfo(node).addPod(placed);
    this.#byLabel.add(placed);
    this.#tallies.add(placed);
    this.#apart.add(placed);
    this.#drawing.add(placed);
  }

  #remove(key: string): void {
    const placed = this.#placed.get(key);
    if (placed === undefined) return;
    this.#placed.delete(key);
    const node = this.#nodes.get(placed.node);
    node?.removePod(key);
    if (node !== undefined && node.node === undefined && node.pods.size === 0) this.#nodes.delete(placed.node);
    this.#byLabel.remove(placed.info);
    this.#tallies.remove(placed.info);
    this.#apart.remove(placed.info);
    this.#drawing.remove(placed.info);
  }
}
