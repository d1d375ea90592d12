import type { Node } from '../framework/objects.ts';

const TTL = 'node.alpha.kubernetes.io/ttl';
/** Old names of labels that follow the stable ones. */
const FOLLOWERS: readonly (readonly [from: string, to: string])[] = [
  ['kubernetes.io/os', 'beta.kubernetes.io/os'],
  ['kubernetes.io/arch', 'beta.kubernetes.io/arch'],
];

/** Seconds agents may keep what they read, by cluster size; sizes overlap so that a border makes no fuss. */
const STEPS: readonly { readonly from: number; readonly to: number; readonly seconds: number }[] = [
  { from: 0, to: 100, seconds: 0 },
  { from: 90, to: 500, seconds: 15 },
  { from: 450, to: 1000, seconds: 30 },
  { from: 900, to: 2000, seconds: 60 },
  { from: 1800, to: Number.POSITIVE_INFINITY, seconds: 300 },
];

/** Index of the step for `count` nodes, when it was `step` before. */
export function ttlStep(step: number, count: number): number {
  let next = step;
  while (count > STEPS[next]!.to) next++;
  while (count < STEPS[next]!.from) next--;
  return next;
}

/**
 * Merge patch with the labels and the annotation controllers give every Node: beta labels that follow the stable ones,
 * and the time agents may keep secrets. Null when all is there.
 */
export function missingMarks(node: Node, step: number): object | null {
  const { labels = {}, annotations = {} } = node.metadata;
  const wanted = FOLLOWERS.filter(([from, to]) => labels[from] !== undefined && labels[from] !== labels[to]);
  const seconds = String(STEPS[step]!.seconds);
  if (wanted.length === 0 && annotations[TTL] === seconds) return null;
  return {
    metadata: {
      ...(wanted.length === 0 ? {} : { labels: Object.fromEntries(wanted.map(([from, to]) => [to, labels[from]])) }),
      ...(annotations[TTL] === seconds ? {} : { annotations: { [TTL]: seconds } }),
    },
  };
}
