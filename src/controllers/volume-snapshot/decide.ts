import { DRIVER } from '../../api/shared/attachment.ts';
import { formatQuantity, quantityOf } from '../../base/quantity.ts';
import { parseTime, rfc3339 } from '../../base/time.ts';
import type { PersistentVolumeClaim } from '../framework/objects.ts';
import type { VolumeSnapshot, VolumeSnapshotClass, VolumeSnapshotContent } from '../framework/snapshots.ts';
import { type PersistentVolume, PROVISIONED_BY } from '../framework/volumes.ts';

const DEFAULT_CLASS = 'snapshot.storage.kubernetes.io/is-default-class';
const NANOSECONDS = 1_000_000;
export const SOURCE_FINALIZER = 'snapshot.storage.kubernetes.io/volumesnapshot-as-source-protection';
export const BOUND_FINALIZER = 'snapshot.storage.kubernetes.io/volumesnapshot-bound-protection';
export const CONTENT_FINALIZER = 'snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection';
/** On a claim while a snapshot of it is cut. */
export const CLAIM_FINALIZER = 'snapshot.storage.kubernetes.io/pvc-as-source-protection';

/** The one next step of a snapshot. */
export type SnapshotStep =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'set-finalizers'; readonly finalizers: readonly string[] }
  | { readonly kind: 'set-class'; readonly className: string }
  | { readonly kind: 'create-content'; readonly claim: PersistentVolumeClaim; readonly content: object }
  | { readonly kind: 'bind-content'; readonly content: VolumeSnapshotContent }
  | { readonly kind: 'delete-content'; readonly content: VolumeSnapshotContent }
  | { readonly kind: 'set-status'; readonly status: NonNullable<VolumeSnapshot['status']> }
  | { readonly kind: 'fail'; readonly message: string };

export interface SnapshotWorld {
  readonly content: (name: string) => VolumeSnapshotContent | undefined;
  readonly claim: (name: string) => PersistentVolumeClaim | undefined;
  readonly volume: (name: string) => PersistentVolume | undefined;
  readonly classes: () => readonly VolumeSnapshotClass[];
  /** A claim is being filled from the snapshot. */
  readonly restoring: () => boolean;
}

const NOTHING: SnapshotStep = { kind: 'nothing' };
const fail = (message: string): SnapshotStep => ({ kind: 'fail', message });
const contentNameOf = ({ metadata, spec }: VolumeSnapshot): string =>
  spec.source.volumeSnapshotContentName ?? `snapcontent-${metadata.uid}`;

/** What a snapshot needs next (node.md 8.6). Pure. */
export function decideSnapshot(snapshot: VolumeSnapshot, world: SnapshotWorld): SnapshotStep {
  const content = world.content(contentNameOf(snapshot));
  const mine = content !== undefined && content.spec.volumeSnapshotRef.uid === snapshot.metadata.uid;
  if (snapshot.metadata.deletionTimestamp !== undefined) return decideEnd(snapshot, mine ? content : undefined, world);
  if (mine) {
    if (content.spec.driver !== DRIVER) return NOTHING;
    return protect(snapshot) ?? { kind: 'set-status', status: statusOf(content) };
  }
  if (snapshot.spec.source.volumeSnapshotContentName !== undefined) return decideStatic(snapshot, content);
  return decideDynamic(snapshot, world);
}

function protect({ metadata: { finalizers = [] } }: VolumeSnapshot): SnapshotStep | null {
  const missing = [SOURCE_FINALIZER, BOUND_FINALIZER].filter((finalizer) => !finalizers.includes(finalizer));
  return missing.length === 0 ? null : { kind: 'set-finalizers', finalizers: [...finalizers, ...missing] };
}

/** What goes first is the content, and only when nobody is being filled from it. */
function decideEnd(
  { metadata: { finalizers = [] } }: VolumeSnapshot,
  content: VolumeSnapshotContent | undefined,
  world: SnapshotWorld,
): SnapshotStep {
  const left = finalizers.filter((finalizer) => finalizer !== SOURCE_FINALIZER && finalizer !== BOUND_FINALIZER);
  if (left.length === finalizers.length || world.restoring()) return NOTHING;
  if (content?.spec.deletionPolicy !== 'Delete') return { kind: 'set-finalizers', finalizers: left };
  return content.metadata.deletionTimestamp === undefined ? { kind: 'delete-content', content } : NOTHING;
}

function decideStatic(snapshot: VolumeSnapshot, content: VolumeSnapshotContent | undefined): SnapshotStep {
  const name = contentNameOf(snapshot);
  if (content === undefined) return fail(`VolumeSnapshotContent "${name}" is missing`);
  if (content.spec.driver !== DRIVER) return NOTHING;
  const { namespace, name: wanted, uid = '' } = content.spec.volumeSnapshotRef;
  const meant = namespace === snapshot.metadata.namespace && wanted === snapshot.metadata.name && uid === '';
  if (!meant) return fail(`VolumeSnapshotContent "${name}" is bound to a different snapshot`);
  return protect(snapshot) ?? { kind: 'bind-content', content };
}

function decideDynamic(snapshot: VolumeSnapshot, world: SnapshotWorld): SnapshotStep {
  const className = snapshot.spec.volumeSnapshotClassName;
  const classes = world.classes();
  if (className === undefined) {
    const standard = classes.filter(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === 'true');
    const ours = standard.filter(({ driver }) => driver === DRIVER);
    if (ours.length === 1) return { kind: 'set-class', className: ours[0]!.metadata.name ?? '' };
    return fail(
      ours.length === 0 ? 'cannot find default snapshot class' : `${ours.length} default snapshot classes were found`,
    );
  }
  const snapshotClass = classes.find(({ metadata }) => metadata.name === className);
  if (snapshotClass === undefined) return fail(`volumesnapshotclass.snapshot.storage.k8s.io "${className}" not found`);
  if (snapshotClass.driver !== DRIVER) return NOTHING;
  const claimName = snapshot.spec.source.persistentVolumeClaimName ?? '';
  const claim = world.claim(claimName);
  if (claim === undefined) return fail(`persistentvolumeclaim "${claimName}" not found`);
  const volume = world.volume(claim.spec.volumeName ?? '');
  if (claim.status?.phase !== 'Bound' || volume === undefined)
    return fail(`the PVC ${claimName} is not yet bound to a PV`);
  if (volume.metadata.annotations?.[PROVISIONED_BY] !== 'perdure.dev/local')
    return fail(`the volume of PVC ${claimName} is not one that ${DRIVER} can take a snapshot of`);
  return protect(snapshot) ?? { kind: 'create-content', claim, content: newContent(snapshot, snapshotClass, volume) };
}

function newContent(
  { metadata: { name, namespace, uid, resourceVersion } }: VolumeSnapshot,
  snapshotClass: VolumeSnapshotClass,
  volume: PersistentVolume,
): object {
  return {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshotContent',
    metadata: { name: `snapcontent-${uid}`, finalizers: [CONTENT_FINALIZER] },
    spec: {
      deletionPolicy: snapshotClass.deletionPolicy,
      driver: snapshotClass.driver,
      source: { volumeHandle: volume.metadata.name },
      sourceVolumeMode: volume.spec.volumeMode ?? 'Filesystem',
      volumeSnapshotClassName: snapshotClass.metadata.name,
      volumeSnapshotRef: {
        apiVersion: 'snapshot.storage.k8s.io/v1',
        kind: 'VolumeSnapshot',
        name,
        namespace,
        uid,
        resourceVersion,
      },
    },
  };
}

/** What a snapshot says of its content. */
function statusOf({ metadata, status = {} }: VolumeSnapshotContent): NonNullable<VolumeSnapshot['status']> {
  const { creationTime, restoreSize, readyToUse = false, error } = status;
  return {
    boundVolumeSnapshotContentName: metadata.name ?? '',
    ...(creationTime === undefined ? {} : { creationTime: rfc3339(creationTime / NANOSECONDS) }),
    readyToUse,
    ...(restoreSize === undefined ? {} : { restoreSize: formatQuantity(quantityOf(restoreSize, 'BinarySI')) }),
    ...(error === undefined ? {} : { error }),
  };
}

/** The one next step of a snapshot content of our driver. */
export type ContentStep =
  | { readonly kind: 'nothing' }
  /** Cut the snapshot of a volume; the handle is the name it gets. */
  | { readonly kind: 'cut'; readonly volumeHandle: string; readonly handle: string }
  /** It was there before its content. */
  | { readonly kind: 'take-over'; readonly handle: string }
  | { readonly kind: 'delete'; readonly handle: string | null };

/** What a content needs next. Pure. `snapshot` is the one it names, whatever its uid. */
export function decideContent(content: VolumeSnapshotContent, snapshot: VolumeSnapshot | undefined): ContentStep {
  const { spec, status, metadata } = content;
  if (spec.driver !== DRIVER) return { kind: 'nothing' };
  const handle = status?.snapshotHandle ?? spec.source.snapshotHandle ?? `snapshot-${metadata.uid}`;
  if (metadata.deletionTimestamp !== undefined) {
    if (metadata.finalizers?.includes(CONTENT_FINALIZER) !== true) return { kind: 'nothing' };
    const bound = snapshot !== undefined && snapshot.metadata.uid === spec.volumeSnapshotRef.uid;
    if (bound && snapshot.metadata.deletionTimestamp === undefined) return { kind: 'nothing' };
    return { kind: 'delete', handle: spec.deletionPolicy === 'Delete' ? handle : null };
  }
  if (status?.readyToUse === true) return { kind: 'nothing' };
  if (spec.source.snapshotHandle !== undefined) return { kind: 'take-over', handle };
  return { kind: 'cut', volumeHandle: spec.source.volumeHandle ?? '', handle };
}

/** Creation time of a content, from an RFC 3339 time. */
export const nanoseconds = (time: string): number => parseTime(time) * NANOSECONDS;
