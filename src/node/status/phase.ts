import { type ContainerRecord, hasExited, isRunning, wantsRestart } from '../pod/container-record.ts';

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export interface PhaseInput {
  readonly init: readonly ContainerRecord[];
  readonly apps: readonly ContainerRecord[];
  readonly restartPolicy: string;
  /** Everything was stopped because the pod was ordered to end. */
  readonly ended: boolean;
}

/** What a container counts as: it runs, it stopped (with what code), or it has not been yet. */
function standing(record: ContainerRecord): { kind: 'running' } | { kind: 'stopped'; code: number } | { kind: 'none' } {
  if (isRunning(record)) return { kind: 'running' };
  if (hasExited(record)) return { kind: 'stopped', code: record.state?.exitCode ?? 255 };
  if (record.last !== null) return { kind: 'stopped', code: record.last.exitCode };
  return { kind: 'none' };
}

/** Phase of a pod from its containers (node.md 1.2; the decision table in its order). */
export function podPhase({ init, apps, restartPolicy, ended }: PhaseInput): Phase {
  const appEver = apps.some((record) => record.state !== null || record.last !== null);
  let pendingInit = false;
  let running = 0;
  let waiting = 0;
  for (const record of init) {
    const now = standing(record);
    if (record.role === 'sidecar') {
      if (now.kind === 'running') running++;
      if (now.kind === 'none' || (now.kind === 'running' && !record.startedUp)) pendingInit ||= !appEver;
      continue;
    }
    // Init containers are not run again once the pod has gone past them.
    if (appEver && now.kind === 'none') continue;
    if (now.kind !== 'stopped') pendingInit = true;
    else if (now.code !== 0) {
      if (!wantsRestart(record, restartPolicy, now.code)) return 'Failed';
      pendingInit = true;
    }
  }
  const codes: number[] = [];
  let restartable = false;
  for (const record of apps) {
    const now = standing(record);
    if (now.kind === 'running') running++;
    else if (now.kind === 'none') waiting++;
    else {
      codes.push(now.code);
      restartable ||= wantsRestart(record, restartPolicy, now.code);
    }
  }
  const succeeded = codes.every((code) => code === 0);
  if (ended) return codes.length === apps.length && succeeded ? 'Succeeded' : 'Failed';
  if (pendingInit || waiting > 0) return 'Pending';
  if (running > 0 || restartable) return 'Running';
  return succeeded ? 'Succeeded' : 'Failed';
}
