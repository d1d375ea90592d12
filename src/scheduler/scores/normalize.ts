import type { NodeInfo } from '../node-info.ts';

/** Scales raw counts to 0..100 by the highest; `reverse` makes the lowest count the best. Null: all alike. */
export function scaled(
  nodes: readonly NodeInfo[],
  raw: (node: NodeInfo) => number,
  reverse = false,
): ((node: NodeInfo) => number) | null {
  const values = new Map(nodes.map((node) => [node, raw(node)]));
  const highest = Math.max(...values.values());
  if (highest <= 0) return null;
  return (node) => {
    const score = Math.floor(((values.get(node) ?? 0) * 100) / highest);
    return reverse ? 100 - score : score;
  };
}

/** Scales raw weights, which may be negative, so that the lowest is 0 and the highest 100. */
export function spanned(
  nodes: readonly NodeInfo[],
  raw: (node: NodeInfo) => number,
): ((node: NodeInfo) => number) | null {
  const values = new Map(nodes.map((node) => [node, raw(node)]));
  const highest = Math.max(...values.values());
  const lowest = Math.min(...values.values());
  if (highest === lowest) return null;
  return (node) => Math.floor((((values.get(node) ?? 0) - lowest) * 100) / (highest - lowest));
}
