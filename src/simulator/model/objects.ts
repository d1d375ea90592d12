import { OPT_IN } from '../../api/apps/stateful-set-opt-ins.ts';
import type { PersistentVolumeClaim, Pod } from '../../controllers/framework/objects.ts';
import { newPod } from '../../controllers/statefulset/identity.ts';
import { POD_NAME_LABEL, type PodTemplate, type StatefulSet } from '../../controllers/statefulset/types.ts';
import type { ObjectMeta, OwnerReference } from '../../schema/object.ts';
import { DEFAULT_SETTING, isReady, type PodState, type Revision, type Setting } from './world.ts';

/** The time of every decision. */
export const NOW = Date.UTC(2026, 0, 1, 12);
export const GENERATION = 7;
export const MIN_READY_SECONDS = 10;
/** How long a `recent` pod has been ready. */
export const RECENT_SECONDS = 4;

const WITHOUT_CLAIMS: Setting = { ...DEFAULT_SETTING, claims: false };
const WITH_CLAIMS: Setting = { ...DEFAULT_SETTING, claims: true };
export const SET_UID = 'set-uid';
const LABELS = { app: 'web' };
const TEMPLATE: PodTemplate = { metadata: { labels: LABELS }, spec: { containers: [{ name: 'main' }] } };
export const CLAIM_TEMPLATE: PersistentVolumeClaim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};

export const revisionNameOf = (revision: Revision): string => `web-${revision}`;
export const namedRevision = (revision: Revision) => REVISIONS[revision];
const REVISIONS = {
  A: { name: 'web-A', template: TEMPLATE },
  B: { name: 'web-B', template: TEMPLATE },
  X: { name: 'web-X', template: TEMPLATE },
} as const;

const sets = new WeakMap<Setting, Map<number, StatefulSet>>();

/** The set as the API would show it. Same arguments, same object. */
export function setObject(setting: Setting, current: Revision, currentReplicas: number): StatefulSet {
  let known = sets.get(setting);
  if (known === undefined) {
    known = new Map();
    sets.set(setting, known);
  }
  const key = currentReplicas * 128 + current.charCodeAt(0);
  let set = known.get(key);
  if (set === undefined) {
    set = makeSet(setting, current, currentReplicas);
    known.set(key, set);
  }
  return set;
}

function makeSet(setting: Setting, current: Revision, currentReplicas: number): StatefulSet {
  const { partition, maxUnavailable, whenDeleted, whenScaled } = setting;
  const rollingUpdate = {
    ...(partition === null ? {} : { partition }),
    ...(maxUnavailable === null ? {} : { maxUnavailable }),
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: {
      name: 'web',
      namespace: 'n',
      uid: SET_UID,
      generation: GENERATION,
      ...(setting.deleting ? { deletionTimestamp: '2026-01-01T11:59:00Z' } : {}),
      ...optIns(setting),
    },
    spec: {
      replicas: setting.replicas,
      selector: { matchLabels: LABELS },
      template: TEMPLATE,
      serviceName: 'web',
      podManagementPolicy: setting.policy,
      updateStrategy: {
        type: setting.strategy,
        ...(Object.keys(rollingUpdate).length === 0 ? {} : { rollingUpdate }),
      },
      minReadySeconds: setting.minReadySeconds,
      ...(setting.claims ? { volumeClaimTemplates: [CLAIM_TEMPLATE] } : {}),
      persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled },
      ordinals: { start: setting.start },
    },
    status: { observedGeneration: GENERATION - 1, currentReplicas, currentRevision: revisionNameOf(current) },
  };
}

function optIns({ correctedCounting, replaceNeverReady, reserved }: Setting): Pick<ObjectMeta, 'annotations'> {
  if (!correctedCounting && !replaceNeverReady && reserved === null) return {};
  return {
    annotations: {
      ...(correctedCounting ? { [OPT_IN.counting]: 'corrected' } : {}),
      ...(replaceNeverReady ? { [OPT_IN.stuckRollout]: 'replace-never-ready' } : {}),
      ...(reserved === null ? {} : { [OPT_IN.reserved]: reserved.join(',') }),
    },
  };
}

/** More than a world has ordinals. */
export const MOST_ORDINALS = 8;
const pods = new Map<number, Pod>();

/** The value of a key, made once. */
export function memo<T>(known: Map<number, T>, key: number, make: () => T): T {
  let value = known.get(key);
  if (value === undefined) {
    value = make();
    known.set(key, value);
  }
  return value;
}

/** The pod of this state at this ordinal; `mounts`: it mounts the claim of its ordinal. */
export function podObject(state: PodState, ordinal: number, mounts: boolean): Pod {
  const key = (state.id * MOST_ORDINALS + ordinal) * 2 + (mounts ? 1 : 0);
  return memo(pods, key, () => makePod(state, ordinal, mounts));
}

function makePod(state: PodState, ordinal: number, mounts: boolean): Pod {
  const set = setObject(mounts ? WITH_CLAIMS : WITHOUT_CLAIMS, 'A', 0);
  const pod = newPod(set, TEMPLATE, revisionNameOf(state.revision), ordinal);
  const { [POD_NAME_LABEL]: nameLabel, ...labels } = pod.metadata.labels ?? {};
  const readySeconds = state.ready === 'recent' ? RECENT_SECONDS : MIN_READY_SECONDS;
  const { ownerReferences: _, ...metadata } = pod.metadata;
  const transition = new Date(NOW - readySeconds * 1000).toISOString();
  return {
    ...pod,
    metadata: {
      ...metadata,
      uid: podUid(state, ordinal),
      labels: {
        ...labels,
        ...(state.drifted ? {} : { [POD_NAME_LABEL]: nameLabel ?? '' }),
        ...(state.selected ? {} : { app: 'other' }),
      },
      ...(state.owner === 'nobody' ? {} : { ownerReferences: [ownerOf(state)] }),
      ...(state.terminating ? { deletionTimestamp: '2026-01-01T12:00:20Z' } : {}),
    },
    status: {
      phase: state.phase,
      // Times have no fractions: only a pod that lost its readiness is sure to have a later transition.
      startTime: state.ready === 'lost' ? '2026-01-01T11:00:00Z' : transition,
      conditions: [
        {
          type: 'Ready',
          status: isReady(state) ? 'True' : 'False',
          lastTransitionTime: transition,
        },
      ],
    },
  };
}

/** Unique among all that ever stood at the ordinal, as far as a pass can tell them apart. */
export function podUid({ owner }: PodState, ordinal: number): string {
  return owner === 'other' ? `foreign-pod-${ordinal}` : `pod-${ordinal}`;
}

function ownerOf({ owner }: PodState): OwnerReference {
  const uid = owner === 'set' ? SET_UID : 'earlier-set-uid';
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid, controller: true, blockOwnerDeletion: true };
}

/** `web-3`, `data-web-3`: 3. */
export function ordinalOfName(name: string | undefined): number {
  return name === undefined ? -1 : Number(name.slice(name.lastIndexOf('-') + 1));
}
