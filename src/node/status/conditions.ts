import { rfc3339 } from '../../base/time.ts';
import type { ResizeState } from '../pod/pod-state.ts';
import type { ContainerStatus } from './container-status.ts';
import type { Phase } from './phase.ts';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly observedGeneration?: number;
  readonly lastProbeTime?: null;
  readonly lastTransitionTime?: string;
  readonly reason?: string;
  readonly message?: string;
}

interface Verdict {
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
}

export interface ConditionInput {
  readonly phase: Phase;
  readonly sandboxReady: boolean;
  readonly init: readonly { readonly status: ContainerStatus; readonly sidecar: boolean }[];
  readonly apps: readonly ContainerStatus[];
  readonly readinessGates: readonly { readonly conditionType: string }[];
  /** Conditions as the API has them. */
  readonly previous: readonly Condition[];
  readonly generation: number | undefined;
  readonly now: number;
  readonly resize: ResizeState | null;
  /** Null: no rule of the pod could ever restart all of it. */
  readonly restartingAll: boolean | null;
  /** The pod is ended by the node: DisruptionTarget. */
  readonly disruption?: { readonly reason: string; readonly message: string };
}

const TRUE: Verdict = { status: 'True' };
const RESTARTING: Verdict = {
  status: 'True',
  reason: 'RestartAllContainersStarted',
  message: 'container exited with restart policy rule',
};

function initialized({ phase, init, apps }: ConditionInput): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  if (apps.some((status) => status.state.running !== undefined || status.state.terminated !== undefined)) return TRUE;
  const incomplete = init.filter(({ status, sidecar }) => (sidecar ? status.started !== true : !status.ready));
  if (incomplete.length === 0) return TRUE;
  const names = incomplete.map(({ status }) => status.name).join(' ');
  return {
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${names}]`,
  };
}

function containersReady({ phase, init, apps }: ConditionInput): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  const relevant = [...init.filter(({ sidecar }) => sidecar).map(({ status }) => status), ...apps];
  const unready = relevant.filter((status) => !status.ready).map((status) => status.name);
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  if (unready.length === 0) return TRUE;
  return {
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${unready.join(' ')}]`,
  };
}

function ready(input: ConditionInput, containers: Verdict): Verdict {
  if (containers.status === 'False') return containers;
  const problems: string[] = [];
  for (const { conditionType } of input.readinessGates) {
    const found = input.previous.find((condition) => condition.type === conditionType);
    if (found === undefined) {
      problems.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    } else if (found.status !== 'True') {
      problems.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${found.status}`);
    }
  }
  return problems.length === 0
    ? TRUE
    : { status: 'False', reason: 'ReadinessGatesNotReady', message: problems.join(', ') };
}

const OURS = new Set([
  'AllContainersRestarting',
  'PodResizePending',
  'PodResizeInProgress',
  'DisruptionTarget',
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
]);

/** The pod's conditions in upstream's order, foreign ones first as they were (node.md 1.3). */
export function podConditions(input: ConditionInput): Condition[] {
  const { previous, generation, now } = input;
  const made: Condition[] = [];
  let time: string | null = null;
  const add = (type: string, verdict: Verdict): void => {
    const before = previous.find((condition) => condition.type === type);
    time ??= rfc3339(now);
    made.push({
      lastProbeTime: null,
      lastTransitionTime:
        before?.status === verdict.status && before.lastTransitionTime ? before.lastTransitionTime : time,
      ...(verdict.message === undefined ? {} : { message: verdict.message }),
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      ...(verdict.reason === undefined ? {} : { reason: verdict.reason }),
      status: verdict.status,
      type,
    });
  };
  if (input.resize !== null) {
    const { type, ...why } = input.resize;
    add(type, { status: 'True', ...why });
  }
  if (input.disruption !== undefined) add('DisruptionTarget', { status: 'True', ...input.disruption });
  const containers = containersReady(input);
  add('PodReadyToStartContainers', { status: input.sandboxReady ? 'True' : 'False' });
  add('Initialized', initialized(input));
  add('Ready', ready(input, containers));
  add('ContainersReady', containers);
  add('PodScheduled', TRUE);
  if (input.restartingAll !== null)
    add('AllContainersRestarting', input.restartingAll ? RESTARTING : { status: 'False' });
  const kept = previous.filter(
    (condition) =>
      !OURS.has(condition.type) || (condition.type === 'DisruptionTarget' && input.disruption === undefined),
  );
  return kept.length === 0 ? made : [...kept, ...made];
}
