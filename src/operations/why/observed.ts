import type { ControllerRevision, StatefulSet } from '../../api/generated/types/apps.ts';
import type {
  Event,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Service,
} from '../../api/generated/types/core.ts';
import type { EndpointSlice } from '../../api/generated/types/discovery.ts';
import type { PodDisruptionBudget } from '../../api/generated/types/policy.ts';
import type { PriorityClass } from '../../api/generated/types/scheduling.ts';
import type { StorageClass, VolumeAttachment } from '../../api/generated/types/storage.ts';

export type { ControllerRevision, StatefulSet } from '../../api/generated/types/apps.ts';
export type {
  Container,
  ContainerStatus,
  Event,
  Node,
  NodeSelector,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Probe,
  Service,
} from '../../api/generated/types/core.ts';
export type { EndpointSlice } from '../../api/generated/types/discovery.ts';
export type { PodDisruptionBudget } from '../../api/generated/types/policy.ts';
export type { PriorityClass } from '../../api/generated/types/scheduling.ts';
export type { StorageClass, VolumeAttachment } from '../../api/generated/types/storage.ts';

/** All objects an explanation may rest on, as the API has them. Lists may hold more than is needed. */
export interface Objects {
  readonly statefulSets: readonly StatefulSet[];
  readonly pods: readonly Pod[];
  readonly claims: readonly PersistentVolumeClaim[];
  readonly volumes: readonly PersistentVolume[];
  readonly classes: readonly StorageClass[];
  readonly nodes: readonly Node[];
  readonly budgets: readonly PodDisruptionBudget[];
  readonly revisions: readonly ControllerRevision[];
  readonly events: readonly Event[];
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly priorityClasses: readonly PriorityClass[];
  readonly attachments: readonly VolumeAttachment[];
}

export type ObjectList = keyof Objects;

/** What was seen, and which lists could not be (with the reason): nothing is concluded from the absence of what was not seen. */
export interface Observed extends Objects {
  readonly unseen: Readonly<Partial<Record<ObjectList, string>>>;
}

/** Nothing at all; spread it to write down what there is. */
export const NOTHING_OBSERVED: Observed = Object.freeze({
  statefulSets: [],
  pods: [],
  claims: [],
  volumes: [],
  classes: [],
  nodes: [],
  budgets: [],
  revisions: [],
  events: [],
  services: [],
  endpointSlices: [],
  priorityClasses: [],
  attachments: [],
  unseen: {},
});
