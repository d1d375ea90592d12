import type { KubeObject } from '../../src/schema/object.ts';
import type { Cluster } from './clusters.ts';

// biome-ignore lint/suspicious/noExplicitAny: objects as stored
type Json = any;
type Labels = Readonly<Record<string, string>>;

/** A pod (as its user wrote it) on a node. */
export interface Placed {
  readonly pod: KubeObject;
  readonly node: string;
  readonly terminating: boolean;
}

/** Why a node may not have a pod. */
export interface Refusal {
  readonly reasons: readonly string[];
  /** No removal of pods would help. */
  readonly final: boolean;
}

const final = (reason: string): Refusal => ({ reasons: [reason], final: true });
const crowded = (reason: string): Refusal => ({ reasons: [reason], final: false });
const labelsOf = (object: KubeObject): Labels => object.metadata.labels ?? {};
export const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`;
const units: Record<string, number> = { m: 1 / 1000, Mi: 2 ** 20, Gi: 2 ** 30 };
const amount = (text: string): number => Number.parseFloat(text) * (units[text.replace(/^[\d.]+/, '')] ?? 1);
/** CPU is compared in whole thousandths. */
const asked = (pod: KubeObject, name: string): number =>
  Math.round(amount(pod.spec.containers[0].resources?.requests?.[name] ?? '0') * 1000);
const required = (part: Json): Json[] => part?.requiredDuringSchedulingIgnoredDuringExecution ?? [];

function fulfils(value: string | undefined, { operator, values = [] }: Json): boolean {
  if (operator === 'In') return values.includes(value);
  if (operator === 'NotIn') return !values.includes(value);
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  return (
    value !== undefined && (operator === 'Gt' ? Number(value) > Number(values[0]) : Number(value) < Number(values[0]))
  );
}

/** A selector with the keys it takes over from the pod that carries it. */
function selects(selector: Json, labels: Labels, holder: Json = {}, own: Labels = {}): boolean {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) if (labels[key] !== value) return false;
  for (const key of holder.matchLabelKeys ?? []) if (key in own && labels[key] !== own[key]) return false;
  for (const key of holder.mismatchLabelKeys ?? []) if (key in own && labels[key] === own[key]) return false;
  return (selector.matchExpressions ?? []).every((each: Json) => fulfils(labels[each.key], each));
}

function wantsNode(pod: KubeObject, node: KubeObject): boolean {
  const { nodeSelector = {}, affinity } = pod.spec;
  const labels = labelsOf(node);
  if (Object.entries(nodeSelector).some(([key, value]) => labels[key] !== value)) return false;
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const met = (term: Json): boolean =>
    (term.matchExpressions ?? []).every((each: Json) => fulfils(labels[each.key], each)) &&
    (term.matchFields ?? []).every((each: Json) => fulfils(node.metadata.name, each));
  return terms === undefined || terms.some(met);
}

const bears = (pod: KubeObject, taint: Json): boolean =>
  (pod.spec.tolerations ?? []).some(
    (each: Json) => each.key === taint.key && (each.operator === 'Exists' || (each.value ?? '') === taint.value),
  );
const bearsAll = (pod: KubeObject, node: KubeObject): boolean =>
  (node.spec.taints ?? []).every((taint: Json) => taint.effect === 'PreferNoSchedule' || bears(pod, taint));

/** The rules of placement, stated one by one over a placement that is given. Slow and plain on purpose. */
export class Rules {
  readonly #cluster: Cluster;
  readonly #placed: readonly Placed[];

  constructor(cluster: Cluster, placed: readonly Placed[]) {
    this.#cluster = cluster;
    this.#placed = placed;
  }

  /** What keeps the pod from every node, by itself. */
  hopeless(pod: KubeObject): string | null {
    const claim = this.#claim(pod);
    if (claim === null) return null;
    if (claim === undefined) return `persistentvolumeclaim "${claimName(pod)}" not found`;
    if (claim.spec.volumeName === undefined && claim.spec.storageClassName === 'now')
      return 'pod has unbound immediate PersistentVolumeClaims';
    return null;
  }

  /** The first rule, in the order of upstream's filters, that the pod would break on the node. */
  refusal(pod: KubeObject, node: KubeObject): Refusal | null {
    if (node.spec.unschedulable) return final('node(s) were unschedulable');
    if (!bearsAll(pod, node)) return final('node(s) had untolerated taint(s)');
    if (!wantsNode(pod, node)) return final("node(s) didn't match Pod's node affinity/selector");
    return (
      this.#ports(pod, node) ??
      this.#resources(pod, node) ??
      this.#exclusive(pod, node) ??
      this.#volume(pod, node) ??
      this.#spread(pod, node) ??
      this.#company(pod, node)
    );
  }

  on(node: string): readonly Placed[] {
    return this.#placed.filter((each) => each.node === node);
  }

  #ports(pod: KubeObject, node: KubeObject): Refusal | null {
    const port = (of: KubeObject): Json => of.spec.containers[0].ports?.[0];
    const mine = port(pod);
    const clash = ({ pod: other }: Placed): boolean => {
      const its = port(other);
      const open = mine?.hostIP === undefined || its?.hostIP === undefined || mine.hostIP === its.hostIP;
      return mine !== undefined && its !== undefined && mine.hostPort === its.hostPort && open;
    };
    return this.on(node.metadata.name!).some(clash)
      ? crowded("node(s) didn't have free ports for the requested pod ports")
      : null;
  }

  #resources(pod: KubeObject, node: KubeObject): Refusal | null {
    const there = this.on(node.metadata.name!);
    const reasons: string[] = [];
    let beyond = false;
    if (there.length >= Number(node.status.allocatable.pods)) reasons.push('Too many pods');
    for (const name of ['cpu', 'memory']) {
      const has = amount(node.status.allocatable[name]) * 1000;
      const used = there.reduce((sum, each) => sum + asked(each.pod, name), 0);
      if (asked(pod, name) === 0 || used + asked(pod, name) <= has) continue;
      reasons.push(`Insufficient ${name}`);
      beyond ||= asked(pod, name) > has;
    }
    return reasons.length === 0 ? null : { reasons, final: beyond };
  }

  #claim(pod: KubeObject): KubeObject | undefined | null {
    const name = claimName(pod);
    return name === undefined ? null : this.#cluster.claims.find(({ metadata }) => metadata.name === name);
  }

  #exclusive(pod: KubeObject, node: KubeObject): Refusal | null {
    const claim = this.#claim(pod);
    if (!claim?.spec.accessModes.includes('ReadWriteOncePod')) return null;
    const holder = this.#placed.find(
      (each) => each.pod.metadata.namespace === 'x' && claimName(each.pod) === claimName(pod),
    );
    if (holder === undefined) return null;
    const reason =
      'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod';
    return holder.node === node.metadata.name ? crowded(reason) : final(reason);
  }

  #reaches(volume: KubeObject, node: KubeObject): boolean {
    const terms: Json[] = volume.spec.nodeAffinity?.required.nodeSelectorTerms ?? [];
    const zone = labelsOf(node).zone;
    return terms.every((term) => fulfils(zone, term.matchExpressions[0]));
  }

  /** Static volumes the claim could have on the node, the smallest first. */
  candidates(claim: KubeObject, node: KubeObject): readonly KubeObject[] {
    const size = (object: Json): number => amount(object.storage);
    return this.#cluster.volumes
      .filter(
        (volume) =>
          volume.spec.claimRef === undefined &&
          claim.spec.storageClassName === volume.spec.storageClassName &&
          size(volume.spec.capacity) >= size(claim.spec.resources.requests) &&
          this.#reaches(volume, node),
      )
      .sort((a, b) => size(a.spec.capacity) - size(b.spec.capacity));
  }

  #volume(pod: KubeObject, node: KubeObject): Refusal | null {
    const claim = this.#claim(pod);
    if (!claim) return null;
    if (claim.spec.volumeName !== undefined) {
      const volume = this.#cluster.volumes.find(({ metadata }) => metadata.name === claim.spec.volumeName);
      if (volume === undefined)
        return final('node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)');
      return this.#reaches(volume, node) ? null : final("node(s) didn't match PersistentVolume's node affinity");
    }
    if (this.candidates(claim, node).length > 0) return null;
    const storageClass = this.#cluster.classes.find(({ metadata }) => metadata.name === claim.spec.storageClassName)!;
    const zones: string[] | undefined = storageClass.allowedTopologies?.[0].matchLabelExpressions[0].values;
    const made = storageClass.provisioner !== 'kubernetes.io/no-provisioner';
    if (made && (zones === undefined || zones.includes(labelsOf(node).zone ?? ''))) return null;
    return final("node(s) didn't find available persistent volumes to bind");
  }

  #spread(pod: KubeObject, node: KubeObject): Refusal | null {
    const all: Json[] = pod.spec.topologySpreadConstraints ?? [];
    const hard = all.filter((constraint) => constraint.whenUnsatisfiable === 'DoNotSchedule');
    for (const constraint of hard) {
      const domain = labelsOf(node)[constraint.topologyKey];
      const reason = "node(s) didn't match pod topology spread constraints";
      if (domain === undefined) return final(`${reason} (missing required label)`);
      const counts = this.#counts(pod, constraint, hard);
      const enough = counts.size > 0 && counts.size >= (constraint.minDomains ?? 1);
      const least = enough ? Math.min(...counts.values()) : 0;
      const own = selects(constraint.labelSelector, labelsOf(pod), constraint, labelsOf(pod)) ? 1 : 0;
      if ((counts.get(domain) ?? 0) + own - least > constraint.maxSkew) return crowded(reason);
    }
    return null;
  }

  #counts(pod: KubeObject, constraint: Json, hard: readonly Json[]): Map<string, number> {
    const counts = new Map<string, number>();
    const { labelSelector } = constraint;
    const empty =
      !labelSelector.matchLabels && !labelSelector.matchExpressions && constraint.matchLabelKeys === undefined;
    for (const node of this.#cluster.nodes) {
      const labels = labelsOf(node);
      if (hard.some(({ topologyKey }) => labels[topologyKey] === undefined)) continue;
      if ((constraint.nodeAffinityPolicy ?? 'Honor') === 'Honor' && !wantsNode(pod, node)) continue;
      if (constraint.nodeTaintsPolicy === 'Honor' && !bearsAll(pod, node)) continue;
      const counted = this.on(node.metadata.name!).filter(
        (other) =>
          !empty &&
          !other.terminating &&
          other.pod.metadata.namespace === pod.metadata.namespace &&
          selects(labelSelector, labelsOf(other.pod), constraint, labelsOf(pod)),
      );
      const domain = labels[constraint.topologyKey]!;
      counts.set(domain, (counts.get(domain) ?? 0) + counted.length);
    }
    return counts;
  }

  /** Whether a term of `owner` is about `other`. */
  #about(term: Json, owner: KubeObject, other: KubeObject): boolean {
    const listed: string[] = term.namespaces ?? [];
    const team = other.metadata.namespace!;
    const bySelector = term.namespaceSelector !== undefined && selects(term.namespaceSelector, { team });
    const own = listed.length === 0 && term.namespaceSelector === undefined && team === owner.metadata.namespace;
    if (!own && !bySelector && !listed.includes(team)) return false;
    return selects(term.labelSelector, labelsOf(other), term, labelsOf(owner));
  }

  #beside(node: KubeObject, other: Placed, key: string): boolean {
    const there = this.#cluster.nodes.find(({ metadata }) => metadata.name === other.node)!;
    const value = labelsOf(node)[key];
    return value !== undefined && labelsOf(there)[key] === value;
  }

  #company(pod: KubeObject, node: KubeObject): Refusal | null {
    const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
    const near = required(podAffinity);
    const friends = this.#placed.filter(({ pod: other }) => near.every((term) => this.#about(term, pod, other)));
    const hasKey = ({ node: name }: Placed, key: string): boolean =>
      labelsOf(this.#cluster.nodes.find(({ metadata }) => metadata.name === name)!)[key] !== undefined;
    // The first of its kind may go anywhere the keys are.
    const first =
      !friends.some((other) => near.some((term) => hasKey(other, term.topologyKey))) &&
      near.every((term) => this.#about(term, pod, pod));
    for (const term of near) {
      if (labelsOf(node)[term.topologyKey] !== undefined && first) continue;
      if (!friends.some((other) => this.#beside(node, other, term.topologyKey)))
        return final("node(s) didn't match pod affinity rules");
    }
    for (const term of required(podAntiAffinity))
      if (this.#placed.some((each) => this.#about(term, pod, each.pod) && this.#beside(node, each, term.topologyKey)))
        return crowded("node(s) didn't match pod anti-affinity rules");
    for (const each of this.#placed)
      for (const term of required(each.pod.spec.affinity?.podAntiAffinity))
        if (this.#about(term, each.pod, pod) && this.#beside(node, each, term.topologyKey))
          return crowded("node(s) didn't satisfy existing pods anti-affinity rules");
    return null;
  }
}

export const claimName = (pod: KubeObject): string | undefined => pod.spec.volumes?.[0].persistentVolumeClaim.claimName;

/** Reasons with their numbers, as upstream lists them. */
export function listed(reasons: readonly string[]): string {
  const kinds = [...new Set(reasons)];
  const lines = kinds.map((kind) => `${reasons.filter((reason) => reason === kind).length} ${kind}`);
  return lines.sort().join(', ');
}
