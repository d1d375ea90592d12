import type { Random } from '../base/random.ts';
import { FILTERS } from './filters/index.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';
import { SCORES } from './scores/index.ts';
import type { NodeFilter, Verdict, World } from './types.ts';

export type Decision =
  | { readonly kind: 'node'; readonly node: NodeInfo }
  /** No node takes it: verdicts by node, and the filters that refused. */
  | { readonly kind: 'unfit'; readonly verdicts: ReadonlyMap<NodeInfo, Verdict>; readonly plugins: ReadonlySet<string> }
  /** A filter refused the pod itself. */
  | { readonly kind: 'refused'; readonly message: string; readonly plugins: ReadonlySet<string> }
  | { readonly kind: 'no-nodes' };

export interface Refusal {
  readonly verdict: Verdict;
  readonly plugin: string;
}

export interface PreparedFilter {
  readonly name: string;
  readonly judge: NodeFilter;
}

/** Filters that have something to say about this pod; a string: the pod is refused. */
export function prepareFilters(
  pod: PodInfo,
  world: World,
): readonly PreparedFilter[] | { plugin: string; message: string } {
  const prepared: PreparedFilter[] = [];
  for (const filter of FILTERS) {
    const result = filter.prepare(pod, world);
    if (result === null) continue;
    if (typeof result !== 'function') return { plugin: filter.name, message: result.rejected };
    prepared.push({ name: filter.name, judge: result });
  }
  return prepared;
}

/** Nodes to look for before scoring: all up to 100, then a falling share (node.md 7.1). */
function enough(count: number): number {
  if (count < 100) return count;
  return Math.max(100, Math.floor((count * Math.max(5, 50 - Math.floor(count / 125))) / 100));
}

function best(pod: PodInfo, world: World, nodes: readonly NodeInfo[], random: Random): NodeInfo {
  if (nodes.length === 1) return nodes[0]!;
  const totals = new Float64Array(nodes.length);
  for (const score of SCORES) {
    const rate = score.prepare(pod, world, nodes);
    if (rate === null) continue;
    for (let i = 0; i < nodes.length; i++) totals[i]! += rate(nodes[i]!) * score.weight;
  }
  let top = totals[0]!;
  for (const total of totals) if (total > top) top = total;
  const tied = nodes.filter((_, i) => totals[i] === top);
  return tied.length === 1 ? tied[0]! : tied[Math.floor(random.float() * tied.length)]!;
}

/**
 * Chooses a node for one pod: a pure function of the world, `start` (where to begin looking, so that large clusters
 * are used evenly) and chance among equals.
 */
export function decide(pod: PodInfo, world: World, start: number, random: Random): Decision {
  const { nodes } = world;
  if (nodes.length === 0) return { kind: 'no-nodes' };
  const prepared = prepareFilters(pod, world);
  if ('message' in prepared) return { kind: 'refused', message: prepared.message, plugins: new Set([prepared.plugin]) };
  const wanted = enough(nodes.length);
  const fitting: NodeInfo[] = [];
  const refused: NodeInfo[] = [];
  const refusals: Refusal[] = [];
  for (let i = 0; i < nodes.length && fitting.length < wanted; i++) {
    const node = nodes[(start + i) % nodes.length]!;
    const refusal = refusalOf(prepared, node, pod, world);
    if (refusal === null) fitting.push(node);
    else {
      refused.push(node);
      refusals.push(refusal);
    }
  }
  if (fitting.length > 0) return { kind: 'node', node: best(pod, world, fitting, random) };
  return {
    kind: 'unfit',
    verdicts: new Map(refused.map((node, i) => [node, refusals[i]!.verdict])),
    plugins: new Set(refusals.map(({ plugin }) => plugin)),
  };
}

/** Nominated pods of at least this priority count, and the node must fit without them too (they may go elsewhere). */
function refusalOf(prepared: readonly PreparedFilter[], node: NodeInfo, pod: PodInfo, world: World): Refusal | null {
  const expected = world.withNominated(node, pod);
  return (expected === null ? null : firstRefusal(prepared, expected)) ?? firstRefusal(prepared, node);
}

/** The first filter that refuses the node. */
export function firstRefusal(prepared: readonly PreparedFilter[], node: NodeInfo): Refusal | null {
  for (const { name, judge } of prepared) {
    const verdict = judge(node);
    if (verdict !== null) return { verdict, plugin: name };
  }
  return null;
}
