import { deepEqual } from '../base/json.ts';
import type { KubeObject } from '../schema/object.ts';
import type { LabelSelector } from '../schema/selectors.ts';
import type { Domains } from './domains.ts';
import { LabelIndex } from './label-index.ts';
import { NodeInfo } from './node-info.ts';
import { apartTerms, drawingTerms, type PlacedTerm, PlacedTerms } from './placed-terms.ts';
import { isFinished, type PodInfo, podInfo, podKey } from './pod-info.ts';
import { type PodTally, Tallies } from './tallies.ts';
import type { Listers, World } from './types.ts';

/** Constraints in use at once that ask something different of nodes. */
const MOST_DOMAINS = 256;

/** A binding changes nothing of this; later updates may (resize, deletion). */
function samePlacement(info: PodInfo, pod: KubeObject, assumed: boolean): boolean {
  return (
    info.uid === pod.metadata.uid &&
    (assumed || info.pod.spec === pod.spec) &&
    info.terminating === (pod.metadata.deletionTimestamp !== undefined)
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
  readonly #domains = new Map<string, Domains>();
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

  domains(key: string, domainOf: (node: NodeInfo) => string | undefined): Domains {
    const known = this.#domains.get(key);
    if (known !== undefined) return known;
    if (this.#domains.size >= MOST_DOMAINS) this.#domains.clear();
    const of = new Map<string, string>();
    for (const node of this.nodes) {
      const domain = domainOf(node);
      if (domain !== undefined) of.set(node.name, domain);
    }
    const domains = { key, of };
    this.#domains.set(key, domains);
    return domains;
  }

  apart(labels: Readonly<Record<string, string>>): Iterable<PlacedTerm> {
    return this.#apart.about(labels);
  }

  drawing(labels: Readonly<Record<string, string>>): Iterable<PlacedTerm> {
    return this.#drawing.about(labels);
  }

  withNominated(node: NodeInfo, pod: PodInfo): NodeInfo | null {
    if (this.#nominated.size === 0) return null;
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
    const info = this.#nodeInfo(node.metadata.name ?? '');
    const { node: known, labels, taints } = info;
    info.setNode(node);
    if (known === undefined) this.#list = null;
    else if (deepEqual(labels, info.labels) && deepEqual(taints, info.taints)) return;
    this.#domains.clear();
  }

  removeNode(name: string): void {
    const info = this.#nodes.get(name);
    if (info === undefined) return;
    info.node = undefined;
    this.#list = null;
    this.#domains.clear();
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
    if (known !== undefined && known.node === pod.spec.nodeName && samePlacement(known.info, pod, known.assumed)) {
      known.assumed = false;
      known.info.pod = pod;
      const labels = pod.metadata.labels ?? {};
      if (!deepEqual(known.info.labels, labels)) this.#relabel(known.info, labels);
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

  /** Takes an assumption back; does nothing once the API has confirmed it, nor to a later pod of the name. */
  forget({ key, uid }: PodInfo): void {
    const placed = this.#placed.get(key);
    if (placed?.assumed === true && placed.info.uid === uid) this.#remove(key);
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

  /** Binding adds the topology labels of the node: nothing but what goes by labels has to be told. */
  #relabel(info: PodInfo, labels: PodInfo['labels']): void {
    this.#byLabel.remove(info);
    this.#tallies.remove(info);
    info.labels = labels;
    this.#byLabel.add(info);
    this.#tallies.add(info);
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
