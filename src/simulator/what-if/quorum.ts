import type { MemberLine } from './members.ts';

/** A time in which fewer members than a majority were ready. */
export interface QuorumLoss {
  readonly set: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Fewest ready members in it, and how many a majority is. */
  readonly ready: number;
  readonly quorum: number;
}

/** How many members a set was to have, from a moment on (milliseconds); 0 once it is deleted. */
export interface Wanted {
  readonly fromMs: number;
  readonly replicas: number;
}

/**
 * When fewer than a majority of the wanted members were ready, once a majority had been. After a change of `replicas` a
 * majority has to be reached before it can be lost. A set of one member loses its quorum whenever that is not ready.
 */
export function quorumLosses(
  lines: readonly MemberLine[],
  wanted: ReadonlyMap<string, readonly Wanted[]>,
): readonly QuorumLoss[] {
  const losses: QuorumLoss[] = [];
  for (const [set, changes] of wanted) {
    losses.push(
      ...lossesOf(
        set,
        lines.filter((line) => line.set === set),
        changes,
      ),
    );
  }
  return losses;
}

function lossesOf(set: string, members: readonly MemberLine[], changes: readonly Wanted[]): QuorumLoss[] {
  const losses: QuorumLoss[] = [];
  const ofMembers = members.flatMap(({ intervals }) => intervals.flatMap(({ fromMs, toMs }) => [fromMs, toMs]));
  const endMs = Math.max(0, ...ofMembers);
  const moments = [...new Set([...ofMembers, ...changes.map(({ fromMs }) => fromMs)])]
    .filter((atMs) => atMs <= endMs)
    .sort((a, b) => a - b);
  let had = false;
  let before = -1;
  for (let i = 0; i + 1 < moments.length; i++) {
    const [fromMs, toMs] = [moments[i]!, moments[i + 1]!];
    const replicas = changes.findLast((change) => change.fromMs <= fromMs)?.replicas ?? 0;
    const quorum = replicas === 0 ? 0 : Math.floor(replicas / 2) + 1;
    const ready = members.filter(({ intervals }) =>
      intervals.some((one) => one.state === 'ready' && one.fromMs <= fromMs && one.toMs > fromMs),
    ).length;
    had = (had && quorum <= before) || ready >= quorum;
    before = quorum;
    if (!had || ready >= quorum) continue;
    const last = losses.at(-1);
    if (last !== undefined && last.toMs === fromMs && last.quorum === quorum) {
      losses[losses.length - 1] = { ...last, toMs, ready: Math.min(last.ready, ready) };
    } else losses.push({ set, fromMs, toMs, ready, quorum });
  }
  return losses;
}
