import { DRIVER } from '../api/shared/attachment.ts';
import { type Clock, sleep } from '../base/clock.ts';
import type { Client, Target } from '../client/client.ts';
import { VOLUME_SNAPSHOT_CLASSES } from '../controllers/framework/snapshots.ts';
import { isStatus } from '../schema/status.ts';

const DEFINITIONS: Target = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' };
const GROUP = 'snapshot.storage.k8s.io';

type Schema = Readonly<Record<string, unknown>>;
/** A schema with what `kubectl explain` says of it. */
const about = (description: string, schema: Schema): Schema => ({ description, ...schema });
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
const error = about(
  'Last error; it is tried again.',
  object({ message: about('What went wrong.', text), time: about('When it went wrong.', time) }),
);
const policy: Schema = about('`Delete` or `Retain`: whether the data goes when the VolumeSnapshot is deleted.', {
  type: 'string',
  enum: ['Delete', 'Retain'],
});
const parameters: Schema = about('Parameters of the driver.', { type: 'object', additionalProperties: text });
const READY = 'Whether a claim can start from it.';
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
  readonly description: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly scope: 'Cluster' | 'Namespaced';
  readonly status: boolean;
  readonly columns: readonly Column[];
  readonly schema: Schema;
}

const SNAPSHOT: Kind = {
  kind: 'VolumeSnapshot',
  description:
    'A copy of what a volume held at one moment. A claim whose dataSource names it starts with that content. Pods that use the volume are held while it is taken.',
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
      spec: about(
        'What is to be copied, and how.',
        object(
          {
            source: about(
              'What it is a copy of: exactly one of the two. Cannot be changed.',
              fixed({
                ...object({
                  persistentVolumeClaimName: about('A claim of the namespace, whose volume is copied now.', text),
                  volumeSnapshotContentName: about('A VolumeSnapshotContent that is there already.', text),
                }),
                ...either('persistentVolumeClaimName', 'volumeSnapshotContentName'),
              }),
            ),
            volumeSnapshotClassName: about('VolumeSnapshotClass it is taken with. Default: the default class.', text),
          },
          'source',
        ),
      ),
      status: about(
        'The copy.',
        object({
          boundVolumeSnapshotContentName: about('The VolumeSnapshotContent that stands for the copy.', text),
          creationTime: about('The moment it shows.', time),
          error,
          readyToUse: about(READY, flag),
          restoreSize: about('The least size of a claim that starts from it.', quantity),
          volumeGroupSnapshotName: about('Group it was taken with.', text),
        }),
      ),
    },
    'spec',
  ),
};

const CONTENT: Kind = {
  kind: 'VolumeSnapshotContent',
  description: 'The copy behind a VolumeSnapshot. Made by the controller, or by hand for a copy that is there already.',
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
      spec: about(
        'Which copy, and what it is for.',
        object(
          {
            deletionPolicy: policy,
            driver: about('Driver that has the copy.', text),
            source: about(
              'What it is: exactly one of the two. Cannot be changed.',
              fixed({
                ...object({
                  snapshotHandle: about('A copy the driver has already, as it calls it.', text),
                  volumeHandle: about('The volume to copy, as the driver calls it.', text),
                }),
                ...either('volumeHandle', 'snapshotHandle'),
              }),
            ),
            sourceVolumeMode: about('volumeMode of the volume that was copied.', text),
            volumeSnapshotClassName: about('VolumeSnapshotClass it was made with.', text),
            volumeSnapshotRef: about(
              'The VolumeSnapshot it belongs to; by hand, the one that may have it.',
              object({
                apiVersion: about('Its group and version.', text),
                fieldPath: about('Not used.', text),
                kind: about('VolumeSnapshot.', text),
                name: about('Its name.', text),
                namespace: about('Its namespace.', text),
                resourceVersion: about('Its revision when it was bound.', text),
                uid: about('Its uid. Empty until it is bound.', text),
              }),
            ),
          },
          'deletionPolicy',
          'driver',
          'source',
          'volumeSnapshotRef',
        ),
      ),
      status: about(
        'The copy.',
        object({
          creationTime: about('The moment it shows, in nanoseconds since 1970.', whole),
          error,
          readyToUse: about(READY, flag),
          restoreSize: about('The least size of a volume made of it, in bytes.', { ...whole, minimum: 0 }),
          snapshotHandle: about('What the driver calls the copy.', text),
          volumeGroupSnapshotHandle: about('What the driver calls the group it was taken with.', text),
        }),
      ),
    },
    'spec',
  ),
};

const CLASS: Kind = {
  kind: 'VolumeSnapshotClass',
  description:
    'How snapshots are taken. The annotation snapshot.storage.kubernetes.io/is-default-class makes it the default for its driver.',
  plural: 'volumesnapshotclasses',
  shortNames: ['vsclass', 'vsclasses'],
  scope: 'Cluster',
  status: false,
  columns: [column('Driver', '.driver'), column('DeletionPolicy', '.deletionPolicy'), AGE],
  schema: object(
    { deletionPolicy: policy, driver: about('Driver that takes them.', text), parameters },
    'deletionPolicy',
    'driver',
  ),
};

function definition({ kind, description, plural, shortNames, scope, status, columns, schema }: Kind): object {
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
          schema: { openAPIV3Schema: about(description, { ...schema, properties }) },
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
