import { keyOf } from '../../client/meta.ts';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, STORAGE_CLASSES } from '../../client/resources.ts';
import { isStatus } from '../../schema/status.ts';
import { addClaimIndex, BY_CLAIM, claimKeysOf } from '../framework/claims.ts';
import { type Controller, Reconciler, StaleCache } from '../framework/controller.ts';
import type { PersistentVolumeClaim, Pod } from '../framework/objects.ts';
import type { ControllerOptions } from '../framework/options.ts';
import { classOf, type PersistentVolume, PROVISIONED_BY, type StorageClass } from '../framework/volumes.ts';
import { decideClaim, decideVolume } from './decide.ts';
import { VolumeWriter } from './writes.ts';

/** Volumes of a class without a claim; claims without a volume, by class; volumes by the claim they name. */
const FREE = 'free-by-class';
const PENDING = 'pending-by-class';
const BY_REFERENCE = 'claim-reference';
const CLAIM = 'claim ';
const VOLUME = 'volume ';
/** A binding is four durable writes in a row; many at once share their commits. */
const WORKERS = 64;
/** A claim that names a volume just being given to another looks again then. */
const TAKEN_RETRY_MS = 100;

/** Binds claims to volumes and releases volumes (node.md 8.1, 8.3). */
export function createPersistentVolumeController({
  client,
  informers,
  clock,
  events,
  hooks,
}: ControllerOptions): Controller {
  const claims = informers.informer<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS);
  const volumes = informers.informer<PersistentVolume>(PERSISTENT_VOLUMES);
  const classes = informers.informer<StorageClass>(STORAGE_CLASSES);
  const pods = informers.informer<Pod>(PODS);
  addClaimIndex(pods);
  volumes.addIndex(FREE, (volume) => (volume.spec.claimRef === undefined ? [classOf(volume) ?? ''] : []));
  volumes.addIndex(BY_REFERENCE, ({ spec: { claimRef } }) =>
    claimRef === undefined ? [] : [`${claimRef.namespace}/${claimRef.name}`],
  );
  claims.addIndex(PENDING, (claim) => (claim.status?.phase === 'Bound' ? [] : [classOf(claim) ?? '']));
  const recorder = events.recorder({ component: 'persistentvolume-controller' });
  const writer = new VolumeWriter(client, clock);
  /** Volumes being bound, and the claim that gets them: no other claim may choose them. */
  const binding = new Map<string, string>();
  /** Volumes whose turn came while they were being bound. */
  const postponed = new Set<string>();

  const candidatesFor = (claim: PersistentVolumeClaim, key: string): readonly PersistentVolume[] =>
    [...volumes.byIndex(BY_REFERENCE, key), ...volumes.byIndex(FREE, classOf(claim) ?? '')].filter(
      ({ metadata }) => (binding.get(metadata.name ?? '') ?? key) === key,
    );

  async function bind(volume: PersistentVolume, claim: PersistentVolumeClaim): Promise<void> {
    const name = keyOf(volume);
    const taker = binding.get(name);
    if (taker !== undefined && taker !== keyOf(claim)) {
      queue.addAfter(CLAIM + keyOf(claim), TAKEN_RETRY_MS);
      return;
    }
    binding.set(name, keyOf(claim));
    try {
      await writer.bind(volume, claim);
    } catch (error) {
      // Whoever was kept off the volume may have it now. This claim has its own delay, and nobody may take that from it: two
      // claims that wake each other at once would ask the server without end while it refuses.
      for (const other of claims.byIndex(PENDING, classOf(volume) ?? '')) {
        if (keyOf(other) !== keyOf(claim)) queue.addAfter(CLAIM + keyOf(other), TAKEN_RETRY_MS);
      }
      throw error;
    } finally {
      binding.delete(name);
      if (postponed.delete(name)) queue.add(VOLUME + name);
    }
  }

  async function syncClaim(key: string): Promise<void> {
    const claim = claims.byKey(key);
    if (claim === undefined) return;
    const decision = decideClaim(claim, {
      volume: (name) => volumes.get(undefined, name),
      candidates: () => candidatesFor(claim, key),
      storageClass: (name) => classes.get(undefined, name),
      classes: () => classes.list(),
      pods: () => pods.byIndex(BY_CLAIM, key),
    });
    switch (decision.kind) {
      case 'bind':
        return bind(decision.volume, claim);
      case 'lost':
        if (claim.status?.phase === 'Lost') return;
        recorder.event(claim, decision.notice.type, decision.notice.reason, decision.notice.message);
        return writer.setClaimPhase(claim, 'Lost');
      case 'set-class':
        return writer.setClass(claim, decision.className);
      case 'provision':
        await writer.setProvisioner(claim, decision.provisioner);
        recorder.event(claim, 'Normal', 'ExternalProvisioning', externalProvisioning(decision.provisioner));
        return;
      case 'wait':
        if (decision.notice !== null)
          recorder.event(claim, decision.notice.type, decision.notice.reason, decision.notice.message);
        return writer.setClaimPhase(claim, 'Pending');
    }
  }

  async function syncVolume(name: string): Promise<void> {
    const volume = volumes.get(undefined, name);
    if (volume === undefined) return;
    if (binding.has(name)) {
      postponed.add(name);
      return;
    }
    const ref = volume.spec.claimRef;
    const claim = ref === undefined ? undefined : claims.get(ref.namespace, ref.name ?? '');
    const decision = decideVolume(volume, claim);
    if (decision.kind === 'phase') {
      await writer.setVolumePhase(volume, decision.phase);
      if (ref !== undefined) queue.add(`${CLAIM}${ref.namespace}/${ref.name}`);
    } else if (decision.kind === 'tell-claim') {
      queue.add(`${CLAIM}${ref?.namespace}/${ref?.name}`);
    } else if (decision.kind === 'unbind') {
      await writer.unbind(volume);
    } else if (decision.kind === 'mismatch') {
      recorder.event(volume, 'Warning', 'VolumeMismatch', decision.message);
      if (claim !== undefined) recorder.event(claim, 'Warning', 'VolumeMismatch', decision.message);
    } else {
      await confirmGone(volume);
      await release(volume);
    }
  }

  /** Releasing may destroy data, so a cache that has yet to hear of the claim must not lead to it. */
  async function confirmGone({ spec: { claimRef }, metadata }: PersistentVolume): Promise<void> {
    const target = { ...PERSISTENT_VOLUME_CLAIMS, namespace: claimRef?.namespace ?? '' };
    try {
      const claim = await client.get<PersistentVolumeClaim>(target, claimRef?.name ?? '');
      const elsewhere = (claim.spec.volumeName ?? '') !== '' && claim.spec.volumeName !== metadata.name;
      if (claim.metadata.uid === claimRef?.uid && !elsewhere)
        throw new StaleCache(`claim ${keyOf(claim)} of volume ${metadata.name} is there after all`);
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }

  /** Deleting what a provisioner made is the provisioner's; nobody deletes what an administrator made. */
  async function release(volume: PersistentVolume): Promise<void> {
    if (volume.status?.phase === 'Failed') return;
    const released = volume.status?.phase === 'Released' ? volume : await writer.setVolumePhase(volume, 'Released');
    const policy = volume.spec.persistentVolumeReclaimPolicy ?? 'Retain';
    if (policy === 'Retain' || volume.metadata.annotations?.[PROVISIONED_BY] !== undefined) return;
    const message =
      policy === 'Recycle'
        ? 'No recycler plugin found for the volume!'
        : `error getting deleter volume plugin for volume "${volume.metadata.name}": no volume plugin matched`;
    recorder.event(volume, 'Warning', policy === 'Recycle' ? 'VolumeFailedRecycle' : 'VolumeFailedDelete', message);
    await writer.setVolumePhase(released, 'Failed', message);
  }

  const reconciler = new Reconciler({
    name: 'persistentvolume-binder',
    clock,
    workers: WORKERS,
    informers: [claims, volumes, classes, pods],
    hooks,
    reconcile: async (key) => {
      await (key.startsWith(CLAIM) ? syncClaim(key.slice(CLAIM.length)) : syncVolume(key.slice(VOLUME.length)));
      return undefined;
    },
  });
  const { queue } = reconciler;
  const addClaim = (claim: PersistentVolumeClaim) => queue.add(CLAIM + keyOf(claim));
  const pendingOf = (className: string) => claims.byIndex(PENDING, className).forEach(addClaim);
  const volumeChanged = (volume: PersistentVolume) => {
    queue.add(VOLUME + keyOf(volume));
    if (volume.status?.phase === 'Available' && volume.spec.claimRef === undefined) pendingOf(classOf(volume) ?? '');
  };
  claims.on({
    add: addClaim,
    update: addClaim,
    delete: (claim) => {
      if ((claim.spec.volumeName ?? '') !== '') queue.add(VOLUME + claim.spec.volumeName);
      for (const volume of volumes.byIndex(BY_REFERENCE, keyOf(claim))) queue.add(VOLUME + keyOf(volume));
    },
  });
  volumes.on({
    add: volumeChanged,
    update: volumeChanged,
    delete: ({ spec: { claimRef } }) =>
      claimRef !== undefined && queue.add(`${CLAIM}${claimRef.namespace}/${claimRef.name}`),
  });
  const classChanged = (storageClass: StorageClass) => {
    pendingOf(storageClass.metadata.name ?? '');
    pendingOf('');
  };
  classes.on({ add: classChanged, update: classChanged });
  pods.on({
    add: (pod) => {
      for (const key of claimKeysOf(pod)) {
        const claim = claims.byKey(key);
        if (claim !== undefined && claim.status?.phase !== 'Bound') addClaim(claim);
      }
    },
  });
  return reconciler;
}

function externalProvisioning(provisioner: string): string {
  return `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
}
