import { deepEqual } from '../../base/json.ts';
import { quantityValue } from '../../base/quantity.ts';
import { rfc3339 } from '../../base/time.ts';
import { keyOf } from '../../client/meta.ts';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../../client/resources.ts';
import type { KubeObject } from '../../schema/object.ts';
import { isStatus } from '../../schema/status.ts';
import { Reconciler } from '../framework/controller.ts';
import type { PersistentVolumeClaim } from '../framework/objects.ts';
import type { ControllerOptions } from '../framework/options.ts';
import {
  VOLUME_SNAPSHOT_CLASSES,
  VOLUME_SNAPSHOT_CONTENTS,
  VOLUME_SNAPSHOTS,
  type VolumeSnapshot,
  type VolumeSnapshotClass,
  type VolumeSnapshotContent,
} from '../framework/snapshots.ts';
import { faultMessage, type VolumeBackend } from '../framework/volume-backend.ts';
import type { PersistentVolume } from '../framework/volumes.ts';
import {
  CLAIM_FINALIZER,
  CONTENT_FINALIZER,
  decideContent,
  decideSnapshot,
  nanoseconds,
  type SnapshotStep,
} from './decide.ts';

const WORKERS = 8;
const SNAPSHOT = 'snapshot ';
const CONTENT = 'content ';
const CLAIM = 'claim ';
const BY_CLAIM = 'source-claim';

export interface VolumeSnapshotOptions extends ControllerOptions {
  readonly backend: VolumeBackend;
}

/** Binds VolumeSnapshots to contents, and cuts and deletes the snapshots of our driver (node.md 8.6). */
export class VolumeSnapshots {
  readonly reconciler: Reconciler;
  readonly #options: VolumeSnapshotOptions;
  readonly #snapshots;
  readonly #contents;
  readonly #classes;
  readonly #claims;
  readonly #volumes;
  readonly #recorder;

  constructor(options: VolumeSnapshotOptions) {
    const { informers, clock, events, hooks } = options;
    this.#options = options;
    this.#snapshots = informers.informer<VolumeSnapshot>(VOLUME_SNAPSHOTS);
    this.#contents = informers.informer<VolumeSnapshotContent>(VOLUME_SNAPSHOT_CONTENTS);
    this.#classes = informers.informer<VolumeSnapshotClass>(VOLUME_SNAPSHOT_CLASSES);
    this.#claims = informers.informer<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS);
    this.#volumes = informers.informer<PersistentVolume>(PERSISTENT_VOLUMES);
    this.#snapshots.addIndex(BY_CLAIM, (snapshot) => [sourceOf(snapshot)]);
    this.#recorder = events.recorder({ component: 'snapshot-controller' });
    this.reconciler = new Reconciler({
      name: 'volume-snapshot',
      clock,
      workers: WORKERS,
      informers: [this.#snapshots, this.#contents, this.#classes, this.#claims, this.#volumes],
      hooks,
      reconcile: async (key) => {
        if (key.startsWith(SNAPSHOT)) await this.#syncSnapshot(key.slice(SNAPSHOT.length));
        else if (key.startsWith(CLAIM)) await this.#syncClaim(key.slice(CLAIM.length));
        else await this.#syncContent(key.slice(CONTENT.length));
        return undefined;
      },
    });
    this.#listen();
  }

  #listen(): void {
    const { queue } = this.reconciler;
    const snapshot = (object: VolumeSnapshot) => {
      queue.add(SNAPSHOT + keyOf(object));
      const source = sourceOf(object);
      if (isHeld(this.#claims.byKey(source))) queue.add(CLAIM + source);
      const bound = object.status?.boundVolumeSnapshotContentName;
      if (bound !== undefined) queue.add(CONTENT + bound);
    };
    const content = (object: VolumeSnapshotContent) => {
      const { namespace, name } = object.spec.volumeSnapshotRef;
      queue.add(CONTENT + keyOf(object));
      queue.add(`${SNAPSHOT}${namespace}/${name}`);
    };
    const all = () => this.#snapshots.list().forEach(snapshot);
    this.#snapshots.on({ add: snapshot, update: snapshot, delete: snapshot });
    this.#contents.on({ add: content, update: content, delete: content });
    this.#classes.on({ add: all, update: all });
    const claim = (object: PersistentVolumeClaim) => {
      for (const user of this.#snapshots.byIndex(BY_CLAIM, keyOf(object))) snapshot(user);
      const source = sourceSnapshot(object);
      if (source !== null) queue.add(`${SNAPSHOT}${object.metadata.namespace}/${source}`);
      if (isHeld(object)) queue.add(CLAIM + keyOf(object));
    };
    this.#claims.on({
      add: claim,
      update: (object, previous) => {
        if (object.status?.phase !== previous.status?.phase) claim(object);
        else if (isHeld(object)) queue.add(CLAIM + keyOf(object));
      },
      delete: claim,
    });
  }

  async #syncSnapshot(key: string): Promise<void> {
    const snapshot = this.#snapshots.byKey(key);
    if (snapshot === undefined) return;
    const { namespace } = snapshot.metadata;
    const step = decideSnapshot(snapshot, {
      content: (name) => this.#contents.get(undefined, name),
      claim: (name) => this.#claims.get(namespace, name),
      volume: (name) => this.#volumes.get(undefined, name),
      classes: () => this.#classes.list(),
      restoring: () =>
        this.#claims
          .list(namespace)
          .some((claim) => claim.status?.phase === 'Pending' && sourceSnapshot(claim) === snapshot.metadata.name),
    });
    try {
      await this.#carryOut(snapshot, step);
    } catch (error) {
      if (!isStatus(error, 'NotFound') && !isStatus(error, 'AlreadyExists')) throw error;
    }
  }

  async #carryOut(snapshot: VolumeSnapshot, step: SnapshotStep): Promise<void> {
    const { client } = this.#options;
    const target = { ...VOLUME_SNAPSHOTS, namespace: snapshot.metadata.namespace! };
    switch (step.kind) {
      case 'set-finalizers':
        await this.#setFinalizers(target, snapshot, step.finalizers);
        return;
      case 'set-class':
        await client.update(target, {
          ...snapshot,
          spec: { ...snapshot.spec, volumeSnapshotClassName: step.className },
        });
        return;
      case 'create-content':
        await this.#holdClaim(step.claim);
        await client.create(VOLUME_SNAPSHOT_CONTENTS, step.content);
        this.#recorder.event(
          snapshot,
          'Normal',
          'CreatingSnapshot',
          `Waiting for a snapshot ${keyOf(snapshot)} to be created by the CSI driver.`,
        );
        return;
      case 'bind-content':
        await client.update(VOLUME_SNAPSHOT_CONTENTS, {
          ...step.content,
          metadata: {
            ...step.content.metadata,
            finalizers: [...new Set([...(step.content.metadata.finalizers ?? []), CONTENT_FINALIZER])],
          },
          spec: {
            ...step.content.spec,
            volumeSnapshotRef: { ...step.content.spec.volumeSnapshotRef, uid: snapshot.metadata.uid },
          },
        });
        return;
      case 'delete-content':
        await client.delete(VOLUME_SNAPSHOT_CONTENTS, step.content.metadata.name ?? '');
        return;
      case 'set-status':
        await this.#setStatus(snapshot, step.status);
        return;
      case 'fail': {
        if (snapshot.status?.error?.message === step.message) return;
        const error = { time: rfc3339(this.#options.clock.now()), message: step.message };
        await client.update(
          target,
          { ...snapshot, status: { ...snapshot.status, readyToUse: false, error } } as KubeObject,
          'status',
        );
        const message = `Failed to create snapshot content with error ${step.message}`;
        this.#recorder.event(snapshot, 'Warning', 'SnapshotContentCreationFailed', message);
      }
    }
  }

  async #setStatus(snapshot: VolumeSnapshot, status: NonNullable<VolumeSnapshot['status']>): Promise<void> {
    if (deepEqual(status, snapshot.status)) return;
    const target = { ...VOLUME_SNAPSHOTS, namespace: snapshot.metadata.namespace! };
    await this.#options.client.update(target, { ...snapshot, status } as KubeObject, 'status');
    const key = keyOf(snapshot);
    if (status.readyToUse === true && snapshot.status?.readyToUse !== true) {
      const made = `Snapshot ${key} was successfully created by the CSI driver.`;
      this.#recorder.event(snapshot, 'Normal', 'SnapshotCreated', made);
      this.#recorder.event(snapshot, 'Normal', 'SnapshotReady', `Snapshot ${key} is ready to use.`);
    } else if (status.error !== undefined && status.error.message !== snapshot.status?.error?.message) {
      this.#recorder.event(snapshot, 'Warning', 'SnapshotCreationFailed', status.error.message ?? '');
    }
  }

  async #holdClaim(claim: PersistentVolumeClaim): Promise<void> {
    const { finalizers = [], namespace } = claim.metadata;
    if (finalizers.includes(CLAIM_FINALIZER) || claim.metadata.deletionTimestamp !== undefined) return;
    await this.#setFinalizers({ ...PERSISTENT_VOLUME_CLAIMS, namespace: namespace! }, claim, [
      ...finalizers,
      CLAIM_FINALIZER,
    ]);
  }

  /** Frees a claim once no snapshot of it is being cut, whoever held it, and whatever became of the snapshot it was held for. */
  async #syncClaim(key: string): Promise<void> {
    const claim = this.#claims.byKey(key);
    if (claim === undefined || !isHeld(claim)) return;
    if (this.#snapshots.byIndex(BY_CLAIM, key).some(isBeingCut)) return;
    const finalizers = claim.metadata.finalizers!.filter((finalizer) => finalizer !== CLAIM_FINALIZER);
    await this.#setFinalizers({ ...PERSISTENT_VOLUME_CLAIMS, namespace: claim.metadata.namespace! }, claim, finalizers);
  }

  async #setFinalizers(
    target: Parameters<VolumeSnapshotOptions['client']['update']>[0],
    object: KubeObject,
    finalizers: readonly string[],
  ): Promise<void> {
    await this.#options.client.update(target, { ...object, metadata: { ...object.metadata, finalizers } });
  }

  async #syncContent(name: string): Promise<void> {
    const content = this.#contents.get(undefined, name);
    if (content === undefined) return;
    const { namespace, name: snapshotName = '' } = content.spec.volumeSnapshotRef;
    const step = decideContent(content, this.#snapshots.get(namespace, snapshotName));
    try {
      if (step.kind === 'cut') await this.#cut(content, step.volumeHandle, step.handle);
      else if (step.kind === 'take-over') await this.#setReady(content, step.handle, {});
      else if (step.kind === 'delete') await this.#delete(content, step.handle);
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }

  async #cut(content: VolumeSnapshotContent, volumeHandle: string, handle: string): Promise<void> {
    const { backend, clock } = this.#options;
    const restoreSize = quantityValue(this.#volumes.get(undefined, volumeHandle)?.spec.capacity?.storage ?? '0');
    const creationTime = nanoseconds(rfc3339(clock.now()));
    try {
      await backend.create({ name: handle, sizeBytes: restoreSize, copyOf: volumeHandle });
    } catch (error) {
      const message = `Failed to check and update snapshot content: failed to take snapshot of the volume ${volumeHandle}: ${faultMessage(error)}`;
      if (content.status?.error?.message !== message) {
        const status = { ...content.status, readyToUse: false, error: { time: rfc3339(clock.now()), message } };
        await this.#setContentStatus(content, status);
      }
      throw error;
    }
    await this.#setReady(content, handle, { creationTime, restoreSize });
  }

  async #setReady(
    content: VolumeSnapshotContent,
    snapshotHandle: string,
    size: { readonly creationTime?: number; readonly restoreSize?: number },
  ): Promise<void> {
    await this.#setContentStatus(content, { ...size, readyToUse: true, snapshotHandle });
  }

  async #setContentStatus(
    content: VolumeSnapshotContent,
    status: NonNullable<VolumeSnapshotContent['status']>,
  ): Promise<void> {
    await this.#options.client.update(VOLUME_SNAPSHOT_CONTENTS, { ...content, status } as KubeObject, 'status');
  }

  async #delete(content: VolumeSnapshotContent, handle: string | null): Promise<void> {
    if (handle !== null) await this.#options.backend.delete(handle);
    const finalizers = (content.metadata.finalizers ?? []).filter((finalizer) => finalizer !== CONTENT_FINALIZER);
    await this.#setFinalizers(VOLUME_SNAPSHOT_CONTENTS, content, finalizers);
  }
}

/** Key of the claim that is cut; of none, where a snapshot was there before its object. */
const sourceOf = ({ metadata, spec }: VolumeSnapshot): string =>
  `${metadata.namespace}/${spec.source.persistentVolumeClaimName}`;

const isHeld = (claim: PersistentVolumeClaim | undefined): boolean =>
  claim?.metadata.finalizers?.includes(CLAIM_FINALIZER) === true;

const isBeingCut = ({ status }: VolumeSnapshot): boolean => status?.readyToUse !== true && status?.error === undefined;

/** Name of the snapshot that a claim is to be filled from. */
function sourceSnapshot(claim: PersistentVolumeClaim): string | null {
  const source = (claim.spec.dataSourceRef ?? claim.spec.dataSource) as { kind?: string; name?: string } | undefined;
  return source?.kind === 'VolumeSnapshot' ? (source.name ?? '') : null;
}
