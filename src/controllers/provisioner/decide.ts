import { DRIVER } from '../../api/shared/attachment.ts';
import { compareQuantity } from '../../base/quantity.ts';
import type { Node, PersistentVolumeClaim } from '../framework/objects.ts';
import { SNAPSHOT_GROUP, type VolumeSnapshot, type VolumeSnapshotContent } from '../framework/snapshots.ts';
import type { Enforcement } from '../framework/volume-backend.ts';
import {
  classOf,
  type PersistentVolume,
  PROVISIONED_BY,
  SELECTED_NODE,
  STORAGE_PROVISIONER,
  type StorageClass,
  type VolumeAttachment,
} from '../framework/volumes.ts';
import { type Placement, placeVolume, type Scope } from './topology.ts';
import { PROVISIONER, PROVISIONER_FINALIZER, volumeNameOf } from './volume.ts';

export type ProvisionDecision =
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'provision';
      readonly storageClass: StorageClass;
      readonly placement: Extract<Placement, { kind: 'placed' }>;
      /** Name in the backend of what the volume starts with. */
      readonly copyOf: string | null;
      readonly enforce?: Enforcement;
    }
  /** It starts with a snapshot: decide again with that at hand. */
  | { readonly kind: 'read-snapshot'; readonly name: string }
  /** Not as asked, now; said as an event. `reschedule`: another node has to be chosen. */
  | { readonly kind: 'refuse'; readonly why: string; readonly reschedule: boolean };

export interface ProvisionWorld {
  /** Provisioner names of others that we serve. */
  readonly aliases: ReadonlySet<string>;
  readonly storageClass: (name: string) => StorageClass | undefined;
  readonly volume: (name: string) => PersistentVolume | undefined;
  readonly claim: (name: string) => PersistentVolumeClaim | undefined;
  readonly node: (name: string) => Node | undefined;
  readonly nodes: () => readonly Node[];
  /** The snapshot the claim starts with; undefined: not looked for yet. */
  readonly snapshot?: { readonly snapshot: VolumeSnapshot | null; readonly content: VolumeSnapshotContent | null };
}

const NOTHING: ProvisionDecision = { kind: 'nothing' };
const refuse = (why: string, reschedule = false): ProvisionDecision => ({ kind: 'refuse', why, reschedule });
const sizeOf = (claim: PersistentVolumeClaim): string => claim.spec.resources?.requests?.storage ?? '0';
const modeOf = (claim: PersistentVolumeClaim): string => claim.spec.volumeMode ?? 'Filesystem';

/** Volumes of the clouds outlive their node and stay in their zone; our own are directories of a node. */
const defaultScope = (provisioner: string): Scope => (provisioner === PROVISIONER ? 'node' : 'zone');

/** Whether and where to make a volume for a claim (node.md 8.2). Pure. */
export function decideProvision(claim: PersistentVolumeClaim, world: ProvisionWorld): ProvisionDecision {
  if ((claim.spec.volumeName ?? '') !== '' || claim.metadata.deletionTimestamp !== undefined) return NOTHING;
  const provisioner = claim.metadata.annotations?.[STORAGE_PROVISIONER] ?? '';
  if (provisioner !== PROVISIONER && !world.aliases.has(provisioner)) return NOTHING;
  const storageClass = world.storageClass(classOf(claim) ?? '');
  if (storageClass === undefined || storageClass.provisioner !== provisioner) return NOTHING;
  if (world.volume(volumeNameOf(claim)) !== undefined) return NOTHING;
  const chosen = claim.metadata.annotations?.[SELECTED_NODE] ?? '';
  const delayed = storageClass.volumeBindingMode === 'WaitForFirstConsumer';
  if (delayed && chosen === '') return NOTHING;
  const selected = delayed ? world.node(chosen) : null;
  if (selected === undefined) return refuse(`failed to get target node: node "${chosen}" not found`, true);
  const source = sourceOf(claim, world);
  if (typeof source === 'string') return refuse(source);
  if (source.kind === 'read') return { kind: 'read-snapshot', name: source.name };
  const placement = placeVolume({
    storageClass,
    defaultScope: defaultScope(provisioner),
    claimName: claim.metadata.name ?? '',
    selected,
    nodes: world.nodes(),
  });
  if (placement.kind === 'refused') return refuse(placement.why, delayed);
  const { enforce } = storageClass.parameters ?? {};
  if (enforce !== undefined && enforce !== 'quota' && enforce !== 'loop')
    return refuse(`parameter enforce must be quota or loop, not "${enforce}"`);
  const base = { kind: 'provision', storageClass, placement, copyOf: source.of } as const;
  return enforce === undefined ? base : { ...base, enforce };
}

type Source =
  | { readonly kind: 'copy'; readonly of: string | null }
  | { readonly kind: 'read'; readonly name: string }
  | string;

/** What to start from, or what is wrong with it. */
function sourceOf(claim: PersistentVolumeClaim, world: ProvisionWorld): Source {
  const source = (claim.spec.dataSourceRef ?? claim.spec.dataSource) as
    | { readonly apiGroup?: string; readonly kind: string; readonly name: string; readonly namespace?: string }
    | undefined;
  if (source === undefined) return { kind: 'copy', of: null };
  const group = source.apiGroup ?? '';
  const local = (source.namespace ?? claim.metadata.namespace) === claim.metadata.namespace;
  if (source.kind === 'VolumeSnapshot' && group === SNAPSHOT_GROUP && local) {
    return world.snapshot === undefined
      ? { kind: 'read', name: source.name }
      : snapshotSource(claim, source.name, world.snapshot);
  }
  if (source.kind === 'PersistentVolumeClaim' && group === '' && local) return claimSource(claim, source.name, world);
  return `data source ${source.kind} "${source.name}" is not supported`;
}

function claimSource(claim: PersistentVolumeClaim, name: string, world: ProvisionWorld): Source {
  const from = world.claim(name);
  if (from === undefined) return `source claim "${name}" not found`;
  const volume = world.volume(from.spec.volumeName ?? '');
  if (from.status?.phase !== 'Bound' || volume === undefined) return `source claim "${name}" is not bound`;
  if (volume.metadata.annotations?.[PROVISIONED_BY] !== PROVISIONER)
    return `source claim "${name}" has a volume that was not made by ${PROVISIONER}`;
  if (modeOf(from) !== modeOf(claim)) return `source claim "${name}" has another volume mode`;
  if (compareQuantity(sizeOf(claim), from.status.capacity?.storage ?? '0') < 0)
    return `requested size is smaller than that of source claim "${name}"`;
  return { kind: 'copy', of: volume.metadata.name ?? '' };
}

function snapshotSource(
  claim: PersistentVolumeClaim,
  name: string,
  { snapshot, content }: NonNullable<ProvisionWorld['snapshot']>,
): Source {
  if (snapshot === null) return `error getting handle for DataSource Type VolumeSnapshot by Name ${name}: not found`;
  const handle = content?.status?.snapshotHandle;
  const bound = content !== null && content.spec.volumeSnapshotRef.uid === snapshot.metadata.uid;
  if (snapshot.metadata.deletionTimestamp !== undefined) return `snapshot ${name} is currently being deleted`;
  if (!bound || handle === undefined || snapshot.status?.readyToUse !== true) return `snapshot ${name} is not Ready`;
  if (content.spec.driver !== DRIVER) return `snapshot ${name} is not one of ${DRIVER}`;
  if ((content.spec.sourceVolumeMode ?? modeOf(claim)) !== modeOf(claim))
    return `snapshot ${name} is of a volume of another mode`;
  const size = snapshot.status.restoreSize ?? '0';
  if (compareQuantity(sizeOf(claim), size) < 0)
    return `requested volume size ${sizeOf(claim)} is less than the size ${size} for the source snapshot ${name}`;
  return { kind: 'copy', of: handle };
}

export type ReclaimDecision =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'delete' }
  /** It is still attached to a node. */
  | { readonly kind: 'attached'; readonly node: string }
  /** The finalizer follows the reclaim policy: only what we will delete is held. */
  | { readonly kind: 'finalizers'; readonly finalizers: readonly string[] };

/** What to do about a volume we made (node.md 8.3). Pure. */
export function decideReclaim(volume: PersistentVolume, attachments: readonly VolumeAttachment[]): ReclaimDecision {
  const { finalizers = [], deletionTimestamp } = volume.metadata;
  const held = finalizers.includes(PROVISIONER_FINALIZER);
  const deletes = volume.spec.persistentVolumeReclaimPolicy === 'Delete';
  const released = volume.status?.phase === 'Released' || volume.status?.phase === 'Failed';
  if (deletes && released) {
    const node = attachments[0]?.spec.nodeName;
    return node === undefined ? { kind: 'delete' } : { kind: 'attached', node };
  }
  if (deletes === held || (deletes && deletionTimestamp !== undefined)) return { kind: 'nothing' };
  const others = finalizers.filter((finalizer) => finalizer !== PROVISIONER_FINALIZER);
  return { kind: 'finalizers', finalizers: deletes ? [...others, PROVISIONER_FINALIZER] : others };
}
