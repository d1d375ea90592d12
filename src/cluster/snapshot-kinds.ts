import { DRIVER } from '../api/shared/attachment.ts';
import { type Clock, sleep } from '../base/clock.ts';
import type { Client, Target } from '../client/client.ts';
import { VOLUME_SNAPSHOT_CLASSES } from '../controllers/framework/snapshots.ts';
import { isStatus } from '../schema/status.ts';

const DEFINITIONS: Target = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' };
const GROUP = 'snapshot.storage.k8s.io';

type Schema = Readonly<Record<string, unknown>>;
const text: Schema = { type: 'string' };
const flag: Schema = { type: 'boolean' };
const time: Schema = { type: 'string', format: 'date-time' };
const whole: Schema = { type: 'integer', format: 'int64' };
const quantity: Schema = {
  'x-kubernetes-int-or-string': true,
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  pattern:
    '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$',
};
const object = (properties: Record<string, Schema>, ...required: string[]): Schema => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required }),
});
const fixed = (schema: Schema): Schema => ({
  ...schema,
  'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'it cannot be changed' }],
});
const error = object({ message: text, time });
const policy: Schema = { type: 'string', enum: ['Delete', 'Retain'] };
const parameters: Schema = { type: 'object', additionalProperties: text };
const either = (a: string, b: string): Schema => ({ oneOf: [{ required: [a] }, { required: [b] }] });

interface Column {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
}
const column = (name: string, jsonPath: string, type = 'string'): Column => ({ name, type, jsonPath });
const AGE = column('Age', '.metadata.creationTimestamp', 'date');

interface Kind {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly scope: 'Cluster' | 'Namespaced';
  readonly status: boolean;
  readonly columns: readonly Column[];
  readonly schema: Schema;
}

const SNAPSHOT: Kind = {
  kind: 'VolumeSnapshot',
  plural: 'volumesnapshots',
  shortNames: ['vs'],
  scope: 'Namespaced',
  status: true,
  columns: [
    column('ReadyToUse', '.status.readyToUse', 'boolean'),
    column('SourcePVC', '.spec.source.persistentVolumeClaimName'),
    column('SourceSnapshotContent', '.spec.source.volumeSnapshotContentName'),
    column('RestoreSize', '.status.restoreSize'),
    column('SnapshotClass', '.spec.volumeSnapshotClassName'),
    column('SnapshotContent', '.status.boundVolumeSnapshotContentName'),
    column('CreationTime', '.status.creationTime', 'date'),
    AGE,
  ],
  schema: object(
    {
      spec: object(
        {
          source: fixed({
            ...object({ persistentVolumeClaimName: text, volumeSnapshotContentName: text }),
            ...either('persistentVolumeClaimName', 'volumeSnapshotContentName'),
          }),
          volumeSnapshotClassName: text,
        },
        'source',
      ),
      status: object({
        boundVolumeSnapshotContentName: text,
        creationTime: time,
        error,
        readyToUse: flag,
        restoreSize: quantity,
        volumeGroupSnapshotName: text,
      }),
    },
    'spec',
  ),
};

const CONTENT: Kind = {
  kind: 'VolumeSnapshotContent',
  plural: 'volumesnapshotcontents',
  shortNames: ['vsc', 'vscs'],
  scope: 'Cluster',
  status: true,
  columns: [
    column('ReadyToUse', '.status.readyToUse', 'boolean'),
    column('RestoreSize', '.status.restoreSize', 'integer'),
    column('DeletionPolicy', '.spec.deletionPolicy'),
    column('Driver', '.spec.driver'),
    column('VolumeSnapshotClass', '.spec.volumeSnapshotClassName'),
    column('VolumeSnapshot', '.spec.volumeSnapshotRef.name'),
    column('VolumeSnapshotNamespace', '.spec.volumeSnapshotRef.namespace'),
    AGE,
  ],
  schema: object(
    {
      spec: object(
        {
          deletionPolicy: policy,
          driver: text,
          source: fixed({
            ...object({ snapshotHandle: text, volumeHandle: text }),
            ...either('volumeHandle', 'snapshotHandle'),
          }),
          sourceVolumeMode: text,
          volumeSnapshotClassName: text,
          volumeSnapshotRef: object({
            apiVersion: text,
            fieldPath: text,
            kind: text,
            name: text,
            namespace: text,
            resourceVersion: text,
            uid: text,
          }),
        },
        'deletionPolicy',
        'driver',
        'source',
        'volumeSnapshotRef',
      ),
      status: object({
        creationTime: whole,
        error,
        readyToUse: flag,
        restoreSize: { ...whole, minimum: 0 },
        snapshotHandle: text,
        volumeGroupSnapshotHandle: text,
      }),
    },
    'spec',
  ),
};

const CLASS: Kind = {
  kind: 'VolumeSnapshotClass',
  plural: 'volumesnapshotclasses',
  shortNames: ['vsclass', 'vsclasses'],
  scope: 'Cluster',
  status: false,
  columns: [column('Driver', '.driver'), column('DeletionPolicy', '.deletionPolicy'), AGE],
  schema: object({ deletionPolicy: policy, driver: text, parameters }, 'deletionPolicy', 'driver'),
};

function definition({ kind, plural, shortNames, scope, status, columns, schema }: Kind): object {
  const properties = { apiVersion: text, kind: text, metadata: { type: 'object' }, ...(schema.properties as object) };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${GROUP}`,
      annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubernetes-csi/external-snapshotter/pull/814' },
    },
    spec: {
      group: GROUP,
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames },
      scope,
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          ...(status ? { subresources: { status: {} } } : {}),
          additionalPrinterColumns: columns,
          schema: { openAPIV3Schema: { ...schema, properties } },
        },
      ],
    },
  };
}

/** A kind is served a moment after its definition is stored. */
const ATTEMPTS = 250;
const PAUSE_MS = 20;

async function createUnlessThere(client: Client, target: Target, wanted: object): Promise<void> {
  try {
    await client.create(target, wanted);
  } catch (error) {
    if (!isStatus(error, 'AlreadyExists')) throw error;
  }
}

async function createOnceServed(client: Client, clock: Clock, target: Target, wanted: object): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await createUnlessThere(client, target, wanted);
      return;
    } catch (error) {
      if (!isStatus(error, 'NotFound') || attempt === ATTEMPTS) throw error;
      await sleep(clock, PAUSE_MS);
    }
  }
}

/** The kinds of volume snapshots, which upstream has as custom resources as well, and a class to take them with. */
export async function ensureSnapshotKinds(client: Client, clock: Clock): Promise<void> {
  for (const kind of [SNAPSHOT, CONTENT, CLASS]) await createUnlessThere(client, DEFINITIONS, definition(kind));
  await createOnceServed(client, clock, VOLUME_SNAPSHOT_CLASSES, {
    apiVersion: `${GROUP}/v1`,
    kind: 'VolumeSnapshotClass',
    metadata: { name: 'standard', annotations: { 'snapshot.storage.kubernetes.io/is-default-class': 'true' } },
    driver: DRIVER,
    deletionPolicy: 'Delete',
  });
}
