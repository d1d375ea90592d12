import { compareQuantity, quantityValue } from '../../base/quantity.ts';
import { keyOf } from '../../client/meta.ts';
import { NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, STORAGE_CLASSES } from '../../client/resources.ts';
import { isStatus } from '../../schema/status.ts';
import { type Controller, Reconciler } from '../framework/controller.ts';
import type { Node, PersistentVolumeClaim } from '../framework/objects.ts';
import type { ControllerOptions } from '../framework/options.ts';
import {
  classOf,
  type PersistentVolume,
  PROVISIONED_BY,
  SELECTED_NODE,
  STORAGE_PROVISIONER,
  type StorageClass,
} from '../framework/volumes.ts';
import { newVolume, PROVISIONER, PROVISIONER_FINALIZER, volumeNameOf } from './volume.ts';

/** A volume takes a few durable writes in a row; many at once share their commits. */
const WORKERS = 64;
const CLAIM = 'claim ';
const VOLUME = 'volume ';

/** Where the bytes of volumes live. Both calls may be repeated for the same name. */
export interface VolumeBackend {
  create(name: string, sizeBytes: number): Promise<{ readonly path: string }>;
  delete(name: string): Promise<void>;
}

export interface ProvisionerOptions extends ControllerOptions {
  readonly backend: VolumeBackend;
}

/** Makes, grows and deletes volumes of the classes with provisioner `perdure.dev/local` (node.md 8.2 to 8.4). */
export function createProvisioner({
  client,
  informers,
  clock,
  events,
  hooks,
  backend,
}: ProvisionerOptions): Controller {
  const claims = informers.informer<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS);
  const volumes = informers.informer<PersistentVolume>(PERSISTENT_VOLUMES);
  const classes = informers.informer<StorageClass>(STORAGE_CLASSES);
  const nodes = informers.informer<Node>(NODES);
  const recorder = events.recorder({ component: PROVISIONER });

  async function syncClaim(key: string): Promise<void> {
    const claim = claims.byKey(key);
    if (claim === undefined) return;
    if ((claim.spec.volumeName ?? '') !== '') return expand(claim);
    if (
      claim.metadata.annotations?.[STORAGE_PROVISIONER] !== PROVISIONER ||
      claim.metadata.deletionTimestamp !== undefined
    )
      return;
    const className = classOf(claim) ?? '';
    const storageClass = classes.get(undefined, className);
    if (storageClass === undefined || storageClass.provisioner !== PROVISIONER) return;
    const selected = claim.metadata.annotations[SELECTED_NODE];
    if (storageClass.volumeBindingMode === 'WaitForFirstConsumer' && selected === undefined) return;
    const name = volumeNameOf(claim);
    if (volumes.get(undefined, name) !== undefined) return;
    recorder.event(claim, 'Normal', 'Provisioning', `External provisioner is provisioning volume for claim "${key}"`);
    try {
      const size = claim.spec.resources?.requests?.storage ?? '0';
      const { path } = await backend.create(name, quantityValue(size));
      const node = selected === undefined ? undefined : nodes.get(undefined, selected);
      await client.create(
        PERSISTENT_VOLUMES,
        newVolume(claim, storageClass, path, selected === undefined ? null : hostnameOf(node, selected)),
      );
    } catch (error) {
      if (isStatus(error, 'AlreadyExists')) return;
      const why = error instanceof Error ? error.message : String(error);
      recorder.event(
        claim,
        'Warning',
        'ProvisioningFailed',
        `failed to provision volume with StorageClass "${className}": ${why}`,
      );
      throw error;
    }
    recorder.event(claim, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${name}`);
  }

  /** A directory has no size of its own: growing it is a matter of saying so. */
  async function expand(claim: PersistentVolumeClaim): Promise<void> {
    const volume = volumes.get(undefined, claim.spec.volumeName ?? '');
    if (claim.status?.phase !== 'Bound' || volume?.metadata.annotations?.[PROVISIONED_BY] !== PROVISIONER) return;
    const wanted = claim.spec.resources?.requests?.storage ?? '0';
    if (compareQuantity(wanted, claim.status.capacity?.storage ?? '0') <= 0) return;
    recorder.event(claim, 'Normal', 'Resizing', `External resizer is resizing volume ${volume.metadata.name}`);
    if (compareQuantity(volume.spec.capacity?.storage ?? '0', wanted) < 0) {
      const capacity = { ...volume.spec.capacity, storage: wanted };
      await client.update(PERSISTENT_VOLUMES, { ...volume, spec: { ...volume.spec, capacity } });
    }
    const target = { ...PERSISTENT_VOLUME_CLAIMS, namespace: claim.metadata.namespace! };
    const status = {
      ...claim.status,
      capacity: { ...claim.status.capacity, storage: wanted },
      allocatedResources: { storage: wanted },
    };
    await client.update(target, { ...claim, status }, 'status');
    recorder.event(claim, 'Normal', 'VolumeResizeSuccessful', 'Resize volume succeeded');
  }

  async function syncVolume(name: string): Promise<void> {
    const volume = volumes.get(undefined, name);
    if (volume?.metadata.annotations?.[PROVISIONED_BY] !== PROVISIONER) return;
    const deletes = volume.spec.persistentVolumeReclaimPolicy === 'Delete';
    if (volume.status?.phase !== 'Released' && volume.status?.phase !== 'Failed') return;
    if (!deletes) {
      if (volume.metadata.deletionTimestamp !== undefined) await dropFinalizer(volume);
      return;
    }
    try {
      await backend.delete(name);
    } catch (error) {
      recorder.event(volume, 'Warning', 'VolumeFailedDelete', error instanceof Error ? error.message : String(error));
      throw error;
    }
    try {
      if (volume.metadata.deletionTimestamp === undefined) await client.delete(PERSISTENT_VOLUMES, name);
      await dropFinalizer(volumes.get(undefined, name));
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }

  async function dropFinalizer(volume: PersistentVolume | undefined): Promise<void> {
    if (volume?.metadata.finalizers?.includes(PROVISIONER_FINALIZER) !== true) return;
    const finalizers = volume.metadata.finalizers.filter((finalizer) => finalizer !== PROVISIONER_FINALIZER);
    await client.update(PERSISTENT_VOLUMES, { ...volume, metadata: { ...volume.metadata, finalizers } });
  }

  const reconciler = new Reconciler({
    name: 'provisioner',
    clock,
    workers: WORKERS,
    informers: [claims, volumes, classes, nodes],
    hooks,
    reconcile: async (key) => {
      await (key.startsWith(CLAIM) ? syncClaim(key.slice(CLAIM.length)) : syncVolume(key.slice(VOLUME.length)));
      return undefined;
    },
  });
  const addClaim = (claim: PersistentVolumeClaim) => reconciler.queue.add(CLAIM + keyOf(claim));
  const addVolume = (volume: PersistentVolume) => {
    if (volume.metadata.annotations?.[PROVISIONED_BY] === PROVISIONER) reconciler.queue.add(VOLUME + keyOf(volume));
  };
  claims.on({ add: addClaim, update: addClaim });
  volumes.on({ add: addVolume, update: addVolume });
  return reconciler;
}

function hostnameOf(node: Node | undefined, name: string): string {
  return node?.metadata.labels?.['kubernetes.io/hostname'] ?? name;
}
