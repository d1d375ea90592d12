import { parseTime } from '../../../base/time.ts';
import type { Container, ContainerStatus, Pod } from '../observed.ts';
import type { World } from '../world.ts';

export const REVISION_LABEL = 'controller-revision-hash';
const DEFAULT_GRACE_SECONDS = 30;

export type PodCondition = NonNullable<Pod['status']['conditions']>[number];

export function conditionOf(pod: Pod, type: string): PodCondition | undefined {
  return pod.status.conditions?.find((condition) => condition.type === type);
}

export const isReady = (pod: Pod): boolean =>
  pod.status.phase === 'Running' && conditionOf(pod, 'Ready')?.status === 'True';

export const isTerminating = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;

/** Failed or Succeeded. */
export const isDone = (pod: Pod): boolean => pod.status.phase === 'Failed' || pod.status.phase === 'Succeeded';

/** Milliseconds the pod has been not Ready; since its creation when it never was. */
export function unreadyFor(pod: Pod, world: World): number {
  const since = parseTime(conditionOf(pod, 'Ready')?.lastTransitionTime);
  return Number.isNaN(since) ? world.age(pod) : world.now - since;
}

/** Ready for at least `minReadySeconds` and not on its way out. */
export function isAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  if (!isReady(pod) || isTerminating(pod)) return false;
  if (minReadySeconds === 0) return true;
  return parseTime(conditionOf(pod, 'Ready')?.lastTransitionTime) + minReadySeconds * 1000 <= now;
}

export const revisionLabel = (pod: Pod): string => pod.metadata.labels?.[REVISION_LABEL] ?? '';

export const graceSeconds = (pod: Pod): number => pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;

/** When deletion was asked for (milliseconds): its deadline less the grace that was given. */
export function deletionAskedAt(pod: Pod): number {
  return parseTime(pod.metadata.deletionTimestamp) - (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000;
}

export interface ContainerView {
  readonly spec: Container;
  readonly status: ContainerStatus | undefined;
  readonly init: boolean;
}

/** Containers with their state, those that initialize first. */
export function containersOf(pod: Pod): readonly ContainerView[] {
  const view = (statuses: readonly ContainerStatus[] | undefined, init: boolean) => (spec: Container) => ({
    spec,
    status: statuses?.find(({ name }) => name === spec.name),
    init,
  });
  return [
    ...(pod.spec.initContainers ?? []).map(view(pod.status.initContainerStatuses, true)),
    ...pod.spec.containers.map(view(pod.status.containerStatuses, false)),
  ];
}

/** Names of the claims a pod mounts. */
export function claimNames(pod: Pod): readonly string[] {
  return (pod.spec.volumes ?? []).flatMap((volume) =>
    volume.persistentVolumeClaim !== undefined
      ? [volume.persistentVolumeClaim.claimName]
      : volume.ephemeral !== undefined
        ? [`${pod.metadata.name}-${volume.name}`]
        : [],
  );
}
