import type { KubeObject } from '../../schema/object.ts';

/** What `status.allocatedResourceStatuses` of a claim says about its growth (KEP-1790). */
export type ResizeStatus =
  | 'ControllerResizeInProgress'
  | 'ControllerResizeInfeasible'
  | 'NodeResizePending'
  | 'NodeResizeInProgress'
  | 'NodeResizeInfeasible';

/** Conditions a growing claim may have; all of them go when it is done. */
const CONDITIONS: readonly string[] = [
  'Resizing',
  'FileSystemResizePending',
  'ControllerResizeError',
  'NodeResizeError',
];

export interface ResizeCondition {
  readonly type: 'Resizing' | 'FileSystemResizePending' | 'ControllerResizeError' | 'NodeResizeError';
  readonly message?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: a claim status as stored
type ClaimStatus = any;

export const resizeStatusOf = (claim: KubeObject): ResizeStatus | undefined =>
  claim.status?.allocatedResourceStatuses?.storage;

/** The size being grown to, or the last one grown to. */
export const allocatedOf = (claim: KubeObject): string | undefined => claim.status?.allocatedResources?.storage;

/** The status with one condition in place of all others of a growing claim; `time` is RFC 3339. */
function withCondition(status: ClaimStatus, condition: ResizeCondition | null, time: string): ClaimStatus {
  const existing: readonly { type: string }[] = status?.conditions ?? [];
  const before = existing.find(({ type }) => type === condition?.type);
  const others = existing.filter(({ type }) => !CONDITIONS.includes(type));
  const own =
    condition === null
      ? []
      : [
          before === undefined
            ? { ...condition, status: 'True', lastTransitionTime: time }
            : { ...before, ...condition },
        ];
  const { conditions: _, ...rest } = status ?? {};
  const conditions = [...others, ...own];
  return conditions.length === 0 ? rest : { ...rest, conditions };
}

/** A claim status with its growth at another step. */
export function atResizeStep(
  status: ClaimStatus,
  step: ResizeStatus,
  size: string,
  condition: ResizeCondition,
  time: string,
): ClaimStatus {
  return {
    ...withCondition(status, condition, time),
    allocatedResources: { ...status?.allocatedResources, storage: size },
    allocatedResourceStatuses: { ...status?.allocatedResourceStatuses, storage: step },
  };
}

/** A claim status that has its new size; what was allocated stays on record. */
export function atNewSize(status: ClaimStatus, size: string, time: string): ClaimStatus {
  const { allocatedResourceStatuses, ...rest } = withCondition(status, null, time);
  const { storage: _, ...others } = allocatedResourceStatuses ?? {};
  return {
    ...rest,
    capacity: { ...rest.capacity, storage: size },
    allocatedResources: { ...rest.allocatedResources, storage: size },
    ...(Object.keys(others).length === 0 ? {} : { allocatedResourceStatuses: others }),
  };
}
