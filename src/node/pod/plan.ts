import { type ContainerRecord, hasExited, isRunning, restartsAll, wantsRestart } from './container-record.ts';

export interface PlanInput {
  readonly init: readonly ContainerRecord[];
  readonly apps: readonly ContainerRecord[];
  readonly ephemeral: readonly ContainerRecord[];
  readonly restartPolicy: string;
  readonly now: number;
}

/** What is to be done for a pod next. */
export interface Plan {
  /** The container to start; one at a time, in order. */
  readonly start: ContainerRecord | null;
  /** Containers whose restart waits for their backoff, with when it ends. */
  readonly backingOff: readonly { readonly record: ContainerRecord; readonly until: number }[];
  /** Nothing more will ever run here, except what is still running: that is stopped and the pod is over. */
  readonly complete: boolean;
  /** A container's rule asks for all to start over in place. */
  readonly restartAll: boolean;
  /** When to look again; null: only when something happens. */
  readonly wakeAt: number | null;
}

type Turn = { kind: 'running' | 'busy' | 'finished' | 'start' } | { kind: 'wait'; until: number; crashed: boolean };

function turnOf(record: ContainerRecord, restartPolicy: string, now: number): Turn {
  if (record.task !== null) return { kind: 'busy' };
  if (isRunning(record)) return { kind: 'running' };
  if (hasExited(record)) {
    if (!wantsRestart(record, restartPolicy, record.state?.exitCode ?? 255)) return { kind: 'finished' };
    const until = Math.max(record.backoff.readyAt(record.state?.finishedAt ?? now), record.retryAt);
    return until > now ? { kind: 'wait', until, crashed: record.retryAt <= now } : { kind: 'start' };
  }
  return record.retryAt > now ? { kind: 'wait', until: record.retryAt, crashed: false } : { kind: 'start' };
}

/**
 * Decides what a pod's containers need next (node.md 3): init containers one by one, then app containers in order; a
 * sidecar holds back what follows it until it has started up. Pure: reads the records, changes nothing.
 */
export function planPod({ init, apps, ephemeral, restartPolicy, now }: PlanInput): Plan {
  const backingOff: { record: ContainerRecord; until: number }[] = [];
  let start: ContainerRecord | null = null;
  let busy = false;
  let wakeAt: number | null = null;
  let restartAll = false;
  const look = (record: ContainerRecord): Turn => {
    const turn = turnOf(record, restartPolicy, now);
    if (turn.kind === 'busy') busy ||= record.task === 'starting';
    else if (turn.kind === 'start') start ??= record;
    else if (turn.kind === 'wait') {
      wakeAt = wakeAt === null ? turn.until : Math.min(wakeAt, turn.until);
      if (turn.crashed) backingOff.push({ record, until: turn.until });
    }
    if (hasExited(record) && record.task === null) restartAll ||= restartsAll(record, record.state?.exitCode ?? 255);
    return turn;
  };
  const result = (complete: boolean): Plan => ({
    start: busy ? null : start,
    backingOff,
    complete,
    // A start under way cannot be called back: what it starts is ended with the others.
    restartAll: restartAll && !busy,
    wakeAt,
  });

  for (const record of ephemeral) look(record);
  const appEver = apps.some((record) => record.begun);
  for (const record of init) {
    if (record.role === 'init') {
      if (appEver) continue;
      const turn = look(record);
      if (turn.kind !== 'finished') return result(false);
      if (record.state?.exitCode !== 0) return result(true);
      continue;
    }
    const turn = look(record);
    if (appEver) continue;
    if (turn.kind !== 'running' || !record.startedUp) return result(false);
  }
  let over = apps.length > 0;
  for (const record of apps) if (look(record).kind !== 'finished') over = false;
  return result(over);
}
