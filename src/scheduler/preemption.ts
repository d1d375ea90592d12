import { parseTime } from '../base/time.ts';
import { labelSelectorMatcher } from '../schema/selectors.ts';
import { type Decision, firstRefusal, prepareFilters } from './decide.ts';
import { preemptionMessage } from './messages.ts';
import type { NodeInfo } from './node-info.ts';
import type { PlacedTerm } from './placed-terms.ts';
import type { PodInfo } from './pod-info.ts';
import { without } from './tallies.ts';
import type { World } from './types.ts';

export type Preemption =
  | { readonly kind: 'victims'; readonly node: NodeInfo; readonly victims: readonly PodInfo[] }
  | { readonly kind: 'none'; readonly message: string };

interface Candidate {
  readonly node: NodeInfo;
  readonly victims: readonly PodInfo[];
  readonly violations: number;
}

const startOf = (pod: PodInfo): number =>
  pod.pod.status?.startTime === undefined ? pod.createdAt : parseTime(pod.pod.status.startTime);

const byImportance = (a: PodInfo, b: PodInfo): number => b.priority - a.priority || startOf(a) - startOf(b);

/** Terms without those of the pods that go, all of which are on this node. */
function* stayingTerms(
  terms: Iterable<PlacedTerm>,
  node: string,
  gone: ReadonlyMap<string, PodInfo>,
): Iterable<PlacedTerm> {
  for (const placed of terms) {
    const staying = [...(placed.carriers.get(node) ?? [])].filter((key) => !gone.has(key));
    const carriers = new Map(placed.carriers);
    if (staying.length > 0) carriers.set(node, new Set(staying));
    else carriers.delete(node);
    yield { ...placed, carriers };
  }
}

/** The world as it would be with `node` in place of the one of its name. */
function worldWith(world: World, node: NodeInfo, gone: ReadonlyMap<string, PodInfo>): World {
  const stays = (pod: PodInfo): boolean => !gone.has(pod.key);
  return {
    listers: world.listers,
    assumedVolumes: world.assumedVolumes,
    nodes: world.nodes.map((other) => (other.name === node.name ? node : other)),
    nodeNamed: (name) => (name === node.name ? node : world.nodeNamed(name)),
    podsOf: (namespace) => [...world.podsOf(namespace)].filter(stays),
    podsLabelled: (namespace, labels) => [...world.podsLabelled(namespace, labels)].filter(stays),
    allPods: () => [...world.allPods()].filter(stays),
    tally: (namespace, selector) => without(world.tally(namespace, selector), gone.values()),
    // The node only has other pods: its labels and taints are what they were.
    domains: (key, domainOf) => world.domains(key, domainOf),
    apart: (labels) => stayingTerms(world.apart(labels), node.name, gone),
    drawing: (labels) => stayingTerms(world.drawing(labels), node.name, gone),
    withNominated: (other, pod) => world.withNominated(other, pod),
  };
}

function refusal(
  pod: PodInfo,
  world: World,
  node: NodeInfo,
  gone: ReadonlyMap<string, PodInfo>,
): readonly string[] | null {
  const trial = worldWith(world, node, gone);
  const prepared = prepareFilters(pod, trial);
  if ('message' in prepared) return [prepared.message];
  return firstRefusal(prepared, trial.withNominated(node, pod) ?? node)?.verdict.reasons ?? null;
}

/** Splits victims into those whose eviction a disruption budget forbids and the others. */
function byBudget(victims: readonly PodInfo[], world: World): { violating: PodInfo[]; free: PodInfo[] } {
  const left = new Map<string, number>();
  const violating: PodInfo[] = [];
  const free: PodInfo[] = [];
  for (const victim of victims) {
    let violates = false;
    for (const budget of world.listers.disruptionBudgets(victim.namespace)) {
      if (!budget.spec?.selector || !labelSelectorMatcher(budget.spec.selector).matches(victim.labels)) continue;
      if (budget.status?.disruptedPods?.[victim.name] !== undefined) continue;
      const key = `${budget.metadata.namespace}/${budget.metadata.name}`;
      const allowed = (left.get(key) ?? budget.status?.disruptionsAllowed ?? 0) - 1;
      left.set(key, allowed);
      violates ||= allowed < 0;
    }
    (violates ? violating : free).push(victim);
  }
  return { violating, free };
}

/** Fewest pods to remove from one node: all lower ones go, then as many as fit come back, the most important first. */
function victimsOn(pod: PodInfo, world: World, node: NodeInfo): Candidate | readonly string[] {
  const lower = [...node.pods.values()].filter((other) => other.priority < pod.priority);
  if (lower.length === 0) return ['No preemption victims found for incoming pod'];
  const trial = node.copy();
  const gone = new Map<string, PodInfo>();
  for (const other of lower) {
    trial.removePod(other.key);
    gone.set(other.key, other);
  }
  const still = refusal(pod, world, trial, gone);
  if (still !== null) return still;
  const victims: PodInfo[] = [];
  let violations = 0;
  const { violating, free } = byBudget(lower.sort(byImportance), world);
  for (const [group, violates] of [
    [violating, true],
    [free, false],
  ] as const) {
    for (const other of group) {
      trial.addPod(other);
      gone.delete(other.key);
      if (refusal(pod, world, trial, gone) === null) continue;
      trial.removePod(other.key);
      gone.set(other.key, other);
      victims.push(other);
      if (violates) violations++;
    }
  }
  return { node, victims: victims.sort(byImportance), violations };
}

/** Order of candidates (node.md 7.5): each measure decides only among those equal in the ones before it. */
function preferred(a: Candidate, b: Candidate): boolean {
  const sum = (c: Candidate): number => c.victims.reduce((total, victim) => total + victim.priority, 0);
  const highest = (c: Candidate): number => c.victims[0]?.priority ?? Number.NEGATIVE_INFINITY;
  const earliest = (c: Candidate): number =>
    Math.min(...c.victims.filter((victim) => victim.priority === highest(c)).map(startOf));
  const differences = [
    a.violations - b.violations,
    highest(a) - highest(b),
    sum(a) - sum(b),
    a.victims.length - b.victims.length,
    earliest(b) - earliest(a),
  ];
  return (differences.find((difference) => difference !== 0) ?? 0) < 0;
}

/** Which pods of lower priority would have to go for this pod, or why none help. Pure. */
export function findPreemption(pod: PodInfo, world: World, decision: Extract<Decision, { kind: 'unfit' }>): Preemption {
  if (pod.pod.spec.preemptionPolicy === 'Never') {
    return { kind: 'none', message: 'not eligible due to preemptionPolicy=Never.' };
  }
  const nominated = world.nodeNamed(pod.pod.status?.nominatedNodeName ?? '');
  if (nominated !== undefined && decision.verdicts.get(nominated)?.unresolvable !== true) {
    for (const other of nominated.pods.values()) {
      if (other.terminating && other.priority < pod.priority) {
        return { kind: 'none', message: 'not eligible due to a terminating pod on the nominated node.' };
      }
    }
  }
  const reasons: string[] = [];
  let chosen: Candidate | null = null;
  for (const [node, verdict] of decision.verdicts) {
    if (verdict.unresolvable) {
      reasons.push('Preemption is not helpful for scheduling');
      continue;
    }
    const candidate = victimsOn(pod, world, node);
    if (!('victims' in candidate)) reasons.push(...candidate);
    else if (chosen === null || preferred(candidate, chosen)) chosen = candidate;
  }
  if (chosen !== null) return { kind: 'victims', node: chosen.node, victims: chosen.victims };
  return { kind: 'none', message: preemptionMessage(reasons, world.nodes.length) };
}
