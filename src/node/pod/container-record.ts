import type { ContainerProbes } from '../probes/probes.ts';
import type { ContainerState } from '../runtimes/runtime.ts';
import { RestartBackoff } from './backoff.ts';

// biome-ignore lint/suspicious/noExplicitAny: container specs as stored
export type ContainerTemplate = any;
export type Role = 'init' | 'sidecar' | 'app' | 'ephemeral';

export interface Terminated {
  readonly exitCode: number;
  readonly reason: string;
  readonly message?: string;
  readonly startedAt: number | null;
  readonly finishedAt: number;
  readonly containerId: string;
}

/** What the agent knows of one container of a pod: its newest instance and how it came to be. */
export interface ContainerRecord {
  readonly name: string;
  readonly role: Role;
  template: ContainerTemplate;
  /** Its share of the node: those of the template, unless a resize is under way. */
  resources: ContainerTemplate;
  /** Newest instance; null before the first one was made. */
  state: ContainerState | null;
  /** Terminated state of the instance before it. */
  last: Terminated | null;
  /** 0-based number of the newest instance; -1 before the first. */
  attempt: number;
  /** An instance was made since the pod's containers began, or began anew (`restartAll`). */
  begun: boolean;
  /** Why it is not running, from the last attempt to start it. */
  waiting: { readonly reason: string; readonly message?: string } | null;
  /** Something under way for this container: nothing else is begun meanwhile. */
  task: 'starting' | 'stopping' | null;
  /** postStart has returned. */
  hooked: boolean;
  /** Startup probe passed, or there is none. */
  startedUp: boolean;
  ready: boolean;
  readonly backoff: RestartBackoff;
  /** Backoff after failed image pulls, and the last failure. */
  readonly pullBackoff: RestartBackoff;
  pullFailure: { readonly reason: string; readonly message: string; readonly at: number } | null;
  /** When another attempt to start may be made (failed starts). */
  retryAt: number;
  /** Probes of the running instance. */
  probes: ContainerProbes | null;
  /** Called once when the running instance exits. */
  exitListeners: Set<() => void> | null;
  /** What follows an exit is under way (reading the termination message). */
  settling: Promise<void> | null;
  /** The user it runs as, for status.user. */
  user: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] } | null;
}

export function roleOf(pod: { spec: ContainerTemplate }, template: ContainerTemplate): Role {
  if (!(pod.spec.initContainers ?? []).some((other: ContainerTemplate) => other.name === template.name)) return 'app';
  return template.restartPolicy === 'Always' ? 'sidecar' : 'init';
}

export function newRecord(template: ContainerTemplate, role: Role, maxBackoffMs: number): ContainerRecord {
  return {
    name: template.name,
    role,
    template,
    resources: template.resources,
    state: null,
    last: null,
    attempt: -1,
    begun: false,
    waiting: null,
    task: null,
    hooked: false,
    startedUp: false,
    ready: false,
    backoff: new RestartBackoff(maxBackoffMs),
    pullBackoff: new RestartBackoff(300_000),
    pullFailure: null,
    retryAt: 0,
    probes: null,
    exitListeners: null,
    settling: null,
    user: null,
  };
}

export const isRunning = (record: ContainerRecord): boolean => record.state?.phase === 'running';
export const hasExited = (record: ContainerRecord): boolean => record.state?.phase === 'exited';

/** The terminated state of the newest instance; null while it has none. */
export function terminatedOf(record: ContainerRecord): Terminated | null {
  const { state } = record;
  if (state === null || state.phase !== 'exited') return null;
  const exitCode = state.exitCode ?? 255;
  return {
    exitCode,
    reason: state.reason ?? (exitCode === 0 ? 'Completed' : 'Error'),
    ...(state.message === undefined || state.message === '' ? {} : { message: state.message }),
    startedAt: state.startedAt,
    finishedAt: state.finishedAt ?? state.startedAt,
    containerId: state.id,
  };
}

/** Whether the policies of container and pod want another instance after this exit (node.md 3). */
export function wantsRestart(record: ContainerRecord, podPolicy: string, exitCode: number): boolean {
  if (record.role === 'sidecar') return true;
  const { restartPolicy, restartPolicyRules } = record.template;
  for (const rule of restartPolicyRules ?? []) {
    const values: readonly number[] = rule.exitCodes?.values ?? [];
    if (values.includes(exitCode) === (rule.exitCodes?.operator === 'In')) return true;
  }
  const policy = restartPolicy ?? podPolicy;
  if (record.role === 'init') return policy === 'Never' ? false : exitCode !== 0;
  if (record.role === 'ephemeral') return false;
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

/** A rule of this container asks for the whole pod to start over after this exit (RestartAllContainers). */
export function restartsAll(record: ContainerRecord, exitCode: number): boolean {
  for (const rule of record.template.restartPolicyRules ?? []) {
    const values: readonly number[] = rule.exitCodes?.values ?? [];
    if (values.includes(exitCode) === (rule.exitCodes?.operator === 'In'))
      return rule.action === 'RestartAllContainers';
  }
  return false;
}
