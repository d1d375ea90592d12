import type { KubeObject } from '../../schema/object.ts';
import type { Condition, LabelSelector, PersistentVolumeClaim, PodSpec } from '../framework/objects.ts';

export interface PodTemplate {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
  };
  readonly spec: PodSpec;
}

export interface StatefulSetStatus {
  readonly observedGeneration: number;
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly currentReplicas: number;
  readonly updatedReplicas: number;
  readonly currentRevision: string;
  readonly updateRevision: string;
  readonly collisionCount: number;
  readonly availableReplicas: number;
  /** Only with the opt-in; upstream sets none. */
  readonly conditions?: readonly Condition[];
}

export type RetentionChoice = 'Retain' | 'Delete';

export interface StatefulSet extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly selector: LabelSelector;
    readonly template: PodTemplate;
    readonly volumeClaimTemplates?: readonly PersistentVolumeClaim[];
    readonly serviceName?: string;
    readonly podManagementPolicy?: string;
    readonly updateStrategy?: {
      readonly type?: string;
      readonly rollingUpdate?: { readonly partition?: number; readonly maxUnavailable?: number | string };
    };
    readonly revisionHistoryLimit?: number;
    readonly minReadySeconds?: number;
    readonly persistentVolumeClaimRetentionPolicy?: {
      readonly whenDeleted?: RetentionChoice;
      readonly whenScaled?: RetentionChoice;
    };
    readonly ordinals?: { readonly start?: number };
  };
  readonly status?: Partial<StatefulSetStatus>;
}

export interface ControllerRevision extends KubeObject {
  readonly data: { readonly spec?: { readonly template?: PodTemplate & { readonly $patch?: string } } };
  readonly revision: number;
}

export const STATEFUL_SET = { apiVersion: 'apps/v1', kind: 'StatefulSet' } as const;
export const POD = { apiVersion: 'v1', kind: 'Pod' } as const;

/** Labels the controller puts on pods and revisions. */
export const REVISION_LABEL = 'controller-revision-hash';
export const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
export const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index';
export const HASH_LABEL = 'controller.kubernetes.io/hash';

export const replicasOf = (set: StatefulSet): number => set.spec.replicas ?? 1;
export const startOf = (set: StatefulSet): number => set.spec.ordinals?.start ?? 0;
export const minReadySecondsOf = (set: StatefulSet): number => set.spec.minReadySeconds ?? 0;
/** Pods one after the other (OrderedReady), not all at once (Parallel). */
export const isMonotonic = (set: StatefulSet): boolean => set.spec.podManagementPolicy !== 'Parallel';
