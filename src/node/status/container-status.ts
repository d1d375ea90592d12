import { rfc3339 } from '../../base/time.ts';
import type { ContainerRecord, Terminated } from '../pod/container-record.ts';
import { terminatedOf } from '../pod/container-record.ts';

/** A ContainerStatus as JSON. */
export type ContainerStatus = Readonly<Record<string, unknown>> & {
  readonly name: string;
  readonly ready: boolean;
  readonly started?: boolean;
  readonly state: State;
};

export interface State {
  readonly waiting?: { readonly reason: string; readonly message?: string };
  readonly running?: { readonly startedAt: string };
  readonly terminated?: Readonly<Record<string, unknown>>;
}

export function terminatedJson(terminated: Terminated): Record<string, unknown> {
  return {
    exitCode: terminated.exitCode,
    reason: terminated.reason,
    ...(terminated.message === undefined ? {} : { message: terminated.message }),
    startedAt: terminated.startedAt === null ? null : rfc3339(terminated.startedAt),
    finishedAt: rfc3339(terminated.finishedAt),
    containerID: terminated.containerId,
  };
}

/** Where a container is: an instance that ended but is to run again shows as waiting, its end as lastState. */
function stateOf(record: ContainerRecord, podHasInit: boolean): { state: State; last: Terminated | null } {
  const { state, waiting, task } = record;
  const ended = terminatedOf(record);
  if (state?.phase === 'running' && (record.hooked || task !== 'starting')) {
    return { state: { running: { startedAt: rfc3339(state.startedAt) } }, last: record.last };
  }
  if (ended !== null && waiting === null) {
    return { state: { terminated: terminatedJson(ended) }, last: record.last };
  }
  const fallback = { reason: podHasInit ? 'PodInitializing' : 'ContainerCreating' };
  return { state: { waiting: waiting ?? fallback }, last: ended ?? record.last };
}

const amounts = (resources: ContainerRecord['resources']): Record<string, unknown> => {
  if (!resources || (!resources.requests && !resources.limits)) return {};
  return {
    ...(resources.requests ? { allocatedResources: resources.requests } : {}),
    resources: {
      ...(resources.limits ? { limits: resources.limits } : {}),
      ...(resources.requests ? { requests: resources.requests } : {}),
    },
  };
};

/** ContainerStatus of a record (node.md 1.4). */
export function containerStatus(record: ContainerRecord, podHasInit: boolean): ContainerStatus {
  const { state: instance, template, role } = record;
  const { state, last } = stateOf(record, podHasInit);
  const running = state.running !== undefined;
  const done = role === 'init' && state.terminated?.exitCode === 0;
  const started = running && (role === 'init' || role === 'ephemeral' || record.startedUp);
  const mounts = template.volumeMounts ?? [];
  return {
    ...amounts(record.resources),
    ...(instance === null ? {} : { containerID: instance.id }),
    image: instance?.image.image ?? template.image,
    imageID: instance?.image.imageId ?? '',
    lastState: last === null ? {} : { terminated: terminatedJson(last) },
    name: record.name,
    ready: role === 'init' ? done : role === 'ephemeral' ? false : running && started && record.ready,
    restartCount: Math.max(0, record.attempt),
    ...(role === 'ephemeral' ? {} : { started }),
    state,
    ...(template.lifecycle?.stopSignal ? { stopSignal: template.lifecycle.stopSignal } : {}),
    ...(instance === null || record.user === null
      ? {}
      : { user: { linux: { gid: record.user.gid, supplementalGroups: record.user.groups, uid: record.user.uid } } }),
    ...(mounts.length === 0 ? {} : { volumeMounts: mounts.map(mountStatus) }),
  };
}

function mountStatus(mount: {
  name: string;
  mountPath: string;
  readOnly?: boolean;
  recursiveReadOnly?: string;
}): object {
  return {
    mountPath: mount.mountPath,
    name: mount.name,
    ...(mount.readOnly ? { readOnly: true, recursiveReadOnly: mount.recursiveReadOnly ?? 'Disabled' } : {}),
  };
}
