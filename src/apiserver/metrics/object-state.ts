import { type MetricLabels, MetricsText } from '../../base/prometheus.ts';
import { quantityValue } from '../../base/quantity.ts';
import { parseTime } from '../../base/time.ts';
import type { KubeObject } from '../../schema/object.ts';
import { type Core, lookupAll } from '../core.ts';

type Samples = readonly (readonly [labels: MetricLabels, value: number])[];
type Family = readonly [name: string, help: string, samples: (object: KubeObject) => Samples];

interface Kind {
  readonly group: string;
  readonly plural: string;
  readonly prefix: string;
  /** Labels every sample of an object has. */
  readonly labels: (object: KubeObject) => MetricLabels;
  readonly families: readonly Family[];
}

const NOTHING: Samples = [];
const one = (value: number | undefined): Samples => (value === undefined ? NOTHING : [[{}, value]]);
const labelled = (labels: MetricLabels): Samples => [[labels, 1]];
const created: Family = [
  'created',
  'When it was made, in seconds since the epoch.',
  ({ metadata }) => one(parseTime(metadata.creationTimestamp ?? '') / 1000),
];
const phases =
  (all: readonly string[]): Family[2] =>
  ({ status }) =>
    all.map((phase) => [{ phase }, status?.phase === phase ? 1 : 0]);

const STATEFUL_SETS: Kind = {
  group: 'apps',
  plural: 'statefulsets',
  prefix: 'kube_statefulset_',
  labels: ({ metadata: { namespace = '', name = '' } }) => ({ namespace, statefulset: name }),
  families: [
    created,
    ['replicas', 'Members asked for.', ({ spec }) => one(spec.replicas)],
    ['ordinals_start', 'First ordinal.', ({ spec }) => one(spec.ordinals?.start)],
    ['metadata_generation', 'Generation of the spec.', ({ metadata }) => one(metadata.generation)],
    ['status_observed_generation', 'Generation acted on.', ({ status }) => one(status?.observedGeneration)],
    ['status_replicas', 'Members there are.', ({ status }) => one(status?.replicas ?? 0)],
    ['status_replicas_current', 'Members of the current revision.', ({ status }) => one(status?.currentReplicas ?? 0)],
    ['status_replicas_ready', 'Members that are ready.', ({ status }) => one(status?.readyReplicas ?? 0)],
    [
      'status_replicas_available',
      'Members that have been ready for long enough.',
      ({ status }) => one(status?.availableReplicas ?? 0),
    ],
    ['status_replicas_updated', 'Members of the update revision.', ({ status }) => one(status?.updatedReplicas ?? 0)],
    ['status_current_revision', 'The current revision.', ({ status }) => revision(status?.currentRevision)],
    ['status_update_revision', 'The update revision.', ({ status }) => revision(status?.updateRevision)],
    [
      'persistentvolumeclaim_retention_policy',
      'What becomes of claims.',
      ({ spec }) => {
        const { whenDeleted = 'Retain', whenScaled = 'Retain' } = spec.persistentVolumeClaimRetentionPolicy ?? {};
        return labelled({ when_deleted: whenDeleted, when_scaled: whenScaled });
      },
    ],
  ],
};

const revision = (name: string | undefined): Samples => (name === undefined ? NOTHING : labelled({ revision: name }));

const CLAIMS: Kind = {
  group: '',
  plural: 'persistentvolumeclaims',
  prefix: 'kube_persistentvolumeclaim_',
  labels: ({ metadata: { namespace = '', name = '' } }) => ({ namespace, persistentvolumeclaim: name }),
  families: [
    created,
    [
      'info',
      'Class, volume and mode.',
      ({ spec }) =>
        labelled({
          storageclass: spec.storageClassName ?? '<none>',
          volumename: spec.volumeName ?? '',
          volumemode: spec.volumeMode ?? '',
        }),
    ],
    ['status_phase', 'Its phase.', phases(['Lost', 'Bound', 'Pending'])],
    [
      'resource_requests_storage_bytes',
      'Size asked for.',
      ({ spec }) => one(quantityValue(spec.resources?.requests?.storage ?? '0')),
    ],
    [
      'access_mode',
      'Its access modes.',
      ({ spec }) => (spec.accessModes ?? []).map((mode: string) => [{ access_mode: mode }, 1]),
    ],
    [
      'status_condition',
      'Its conditions.',
      ({ status }) =>
        (status?.conditions ?? []).map(({ type, status: is }: { type: string; status: string }) => [
          { type, status: is.toLowerCase() },
          1,
        ]),
    ],
  ],
};

const VOLUMES: Kind = {
  group: '',
  plural: 'persistentvolumes',
  prefix: 'kube_persistentvolume_',
  labels: ({ metadata: { name = '' } }) => ({ persistentvolume: name }),
  families: [
    ['capacity_bytes', 'Its size.', ({ spec }) => one(quantityValue(spec.capacity?.storage ?? '0'))],
    ['status_phase', 'Its phase.', phases(['Pending', 'Available', 'Bound', 'Released', 'Failed'])],
    [
      'claim_ref',
      'The claim it is for.',
      ({ spec: { claimRef } }) =>
        claimRef === undefined
          ? NOTHING
          : labelled({ name: claimRef.name ?? '', claim_namespace: claimRef.namespace ?? '' }),
    ],
    ['info', 'Its class.', ({ spec }) => labelled({ storageclass: spec.storageClassName ?? '' })],
  ],
};

/** What sets, claims and volumes are like, in the names and labels of kube-state-metrics (node.md 11). */
export function objectState(core: Core): string {
  const text = new MetricsText();
  for (const { group, plural, prefix, labels, families } of [STATEFUL_SETS, CLAIMS, VOLUMES]) {
    const objects = lookupAll(core, plural, group, '').map((object) => ({ object, own: labels(object) }));
    for (const [name, help, samples] of objects.length === 0 ? [] : families) {
      text.family(prefix + name, 'gauge', help);
      for (const { object, own } of objects)
        for (const [more, value] of samples(object)) text.sample({ ...own, ...more }, value);
    }
  }
  return text.text;
}
