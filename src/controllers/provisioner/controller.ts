import { quantityValue } from '../../base/quantity.ts';
import { keyOf } from '../../client/meta.ts';
import {
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  STORAGE_CLASSES,
  VOLUME_ATTACHMENTS,
} from '../../client/resources.ts';
import { isStatus } from '../../schema/status.ts';
import { type Controller, Reconciler } from '../framework/controller.ts';
import type { Node, PersistentVolumeClaim } from '../framework/objects.ts';
import type { ControllerOptions } from '../framework/options.ts';
import { faultKind, faultMessage, type VolumeBackend } from '../framework/volume-backend.ts';
import {
  classOf,
  type PersistentVolume,
  PROVISIONED_BY,
  SELECTED_NODE,
  type StorageClass,
  type VolumeAttachment,
} from '../framework/volumes.ts';
import { decideProvision, decideReclaim, type ProvisionDecision, type ProvisionWorld } from './decide.ts';
import { readSnapshot } from './snapshot.ts';
import { newVolume, PROVISIONER, PROVISIONER_FINALIZER, volumeNameOf } from './volume.ts';

export type { VolumeBackend } from '../framework/volume-backend.ts';

/** A volume takes a few durable writes in a row; many at once share their commits. */
const WORKERS = 64;
const CLAIM = 'claim ';
const VOLUME = 'volume ';
const BY_VOLUME = 'volume';
/** What we understand of a class. */
const OUR_PARAMETERS = ['scope', 'enforce'];
/** Between attempts, as external provisioners wait. */
const BASE_DELAY_MS = 1_000;
const MAX_DELAY_MS = 300_000;

export interface ProvisionerOptions extends ControllerOptions {
  readonly backend: VolumeBackend;
  /** Provisioner names of others that are served as well, with a warning. */
  readonly aliases?: readonly string[];
}

/** Makes and deletes volumes of the classes with provisioner `perdure.dev/local` (node.md 8.2, 8.3). */
export function createProvisioner(options: ProvisionerOptions): Controller {
  return new Provisioner(options).reconciler;
}

class Provisioner {
  readonly reconciler: Reconciler;
  readonly #options: ProvisionerOptions;
  readonly #aliases: ReadonlySet<string>;
  readonly #claims;
  readonly #volumes;
  readonly #classes;
  readonly #nodes;
  readonly #attachments;
  readonly #recorder;

  constructor(options: ProvisionerOptions) {
    const { informers, clock, events, hooks } = options;
    this.#options = options;
    this.#aliases = new Set(options.aliases ?? []);
    this.#claims = informers.informer<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS);
    this.#volumes = informers.informer<PersistentVolume>(PERSISTENT_VOLUMES);
    this.#classes = informers.informer<StorageClass>(STORAGE_CLASSES);
    this.#nodes = informers.informer<Node>(NODES);
    this.#attachments = informers.informer<VolumeAttachment>(VOLUME_ATTACHMENTS);
    this.#attachments.addIndex(BY_VOLUME, ({ spec }) => [spec.source.persistentVolumeName ?? '']);
    this.#recorder = events.recorder({ component: PROVISIONER });
    this.reconciler = new Reconciler({
      name: 'provisioner',
      clock,
      workers: WORKERS,
      informers: [this.#claims, this.#volumes, this.#classes, this.#nodes, this.#attachments],
      hooks,
      baseDelayMs: BASE_DELAY_MS,
      maxDelayMs: MAX_DELAY_MS,
      reconcile: (key) =>
        key.startsWith(CLAIM) ? this.#syncClaim(key.slice(CLAIM.length)) : this.#syncVolume(key.slice(VOLUME.length)),
    });
    this.#listen();
  }

  #listen(): void {
    const { queue } = this.reconciler;
    const addClaim = (claim: PersistentVolumeClaim) => {
      if ((claim.spec.volumeName ?? '') === '') queue.add(CLAIM + keyOf(claim));
    };
    const addVolume = (volume: PersistentVolume) => {
      if (volume.metadata.annotations?.[PROVISIONED_BY] === PROVISIONER) queue.add(VOLUME + keyOf(volume));
    };
    this.#claims.on({ add: addClaim, update: addClaim });
    this.#volumes.on({ add: addVolume, update: addVolume });
    this.#attachments.on({
      delete: ({ spec }) => queue.add(VOLUME + (spec.source.persistentVolumeName ?? '')),
    });
  }

  async #syncClaim(key: string): Promise<undefined> {
    const claim = this.#claims.byKey(key);
    if (claim === undefined) return undefined;
    const world: ProvisionWorld = {
      aliases: this.#aliases,
      storageClass: (name) => this.#classes.get(undefined, name),
      volume: (name) => this.#volumes.get(undefined, name),
      claim: (name) => this.#claims.get(claim.metadata.namespace, name),
      node: (name) => this.#nodes.get(undefined, name),
      nodes: () => this.#nodes.list(),
    };
    let decision = decideProvision(claim, world);
    if (decision.kind === 'read-snapshot') {
      const snapshot = await readSnapshot(this.#options.client, claim.metadata.namespace!, decision.name);
      decision = decideProvision(claim, { ...world, snapshot });
    }
    if (decision.kind === 'provision') await this.#provision(claim, decision);
    if (decision.kind !== 'refuse') return undefined;
    this.#failed(claim, decision.why);
    if (!decision.reschedule) throw new Error(decision.why);
    await this.#chooseAgain(claim);
    return undefined;
  }

  async #provision(
    claim: PersistentVolumeClaim,
    { storageClass, placement, copyOf, enforce }: Extract<ProvisionDecision, { kind: 'provision' }>,
  ): Promise<void> {
    const name = volumeNameOf(claim);
    const key = keyOf(claim);
    this.#warnOfAlias(claim, storageClass);
    this.#event(claim, 'Provisioning', `External provisioner is provisioning volume for claim "${key}"`);
    try {
      const made = await this.#options.backend.create({
        name,
        sizeBytes: quantityValue(claim.spec.resources?.requests?.storage ?? '0'),
        copyOf,
        ...(enforce === undefined ? {} : { enforce }),
        ...(claim.spec.volumeMode === 'Block' ? { block: true } : {}),
      });
      await this.#options.client.create(PERSISTENT_VOLUMES, newVolume(claim, storageClass, made, placement));
    } catch (error) {
      if (isStatus(error, 'AlreadyExists')) return;
      this.#failed(claim, faultMessage(error));
      if (faultKind(error) === 'exhausted') await this.#chooseAgain(claim);
      throw error;
    }
    this.#event(claim, 'ProvisioningSucceeded', `Successfully provisioned volume ${name}`);
  }

  #event(claim: PersistentVolumeClaim, reason: string, message: string): void {
    this.#recorder.event(claim, 'Normal', reason, message);
  }

  #failed(claim: PersistentVolumeClaim, why: string): void {
    const message = `failed to provision volume with StorageClass "${classOf(claim)}": ${why}`;
    this.#recorder.event(claim, 'Warning', 'ProvisioningFailed', message);
  }

  /** What the class asks of a cloud is not what it gets. */
  #warnOfAlias(claim: PersistentVolumeClaim, { metadata, provisioner, parameters = {} }: StorageClass): void {
    if (provisioner === PROVISIONER) return;
    const ignored = Object.keys(parameters).filter((parameter) => !OUR_PARAMETERS.includes(parameter));
    const without = ignored.length === 0 ? '' : `; its parameters ${ignored.join(', ')} have no effect`;
    const message = `StorageClass "${metadata.name}" names ${provisioner}, which ${PROVISIONER} stands in for here${without}`;
    this.#recorder.event(claim, 'Warning', 'ProvisionerAliased', message);
  }

  /** Without its node the claim goes back to the scheduler. */
  async #chooseAgain(claim: PersistentVolumeClaim): Promise<void> {
    const chosen = claim.metadata.annotations?.[SELECTED_NODE];
    if (chosen === undefined) return;
    const { namespace = '', name = '', uid } = claim.metadata;
    const metadata = { uid, annotations: { [SELECTED_NODE]: null } };
    await this.#options.client.patch({ ...PERSISTENT_VOLUME_CLAIMS, namespace }, name, 'merge', { metadata });
  }

  async #syncVolume(name: string): Promise<undefined> {
    const volume = this.#volumes.get(undefined, name);
    if (volume?.metadata.annotations?.[PROVISIONED_BY] !== PROVISIONER) return;
    const decision = decideReclaim(volume, this.#attachments.byIndex(BY_VOLUME, name));
    if (decision.kind === 'delete') await this.#delete(name);
    else if (decision.kind === 'finalizers') await this.#setFinalizers(volume, decision.finalizers);
    else if (decision.kind === 'attached') {
      const message = `persistentvolume ${name} is still attached to node ${decision.node}`;
      this.#recorder.event(volume, 'Warning', 'VolumeFailedDelete', message);
    }
  }

  /** Judged by the object as it is now: what a cache remembers must not cost anyone their data. */
  async #delete(name: string): Promise<void> {
    const { client, backend } = this.#options;
    try {
      const volume = await client.get<PersistentVolume>(PERSISTENT_VOLUMES, name);
      if (decideReclaim(volume, []).kind !== 'delete') return;
      await this.#deleteStorage(volume, backend);
      const { uid } = volume.metadata;
      if (volume.metadata.deletionTimestamp === undefined)
        await client.delete(PERSISTENT_VOLUMES, name, uid === undefined ? {} : { preconditions: { uid } });
      const left = await client.get<PersistentVolume>(PERSISTENT_VOLUMES, name);
      const finalizers = left.metadata.finalizers ?? [];
      if (left.metadata.uid === uid && finalizers.includes(PROVISIONER_FINALIZER))
        await this.#setFinalizers(
          left,
          finalizers.filter((finalizer) => finalizer !== PROVISIONER_FINALIZER),
        );
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }

  async #deleteStorage(volume: PersistentVolume, backend: VolumeBackend): Promise<void> {
    try {
      await backend.delete(volume.metadata.name ?? '');
    } catch (error) {
      this.#recorder.event(volume, 'Warning', 'VolumeFailedDelete', faultMessage(error));
      throw error;
    }
  }

  async #setFinalizers(volume: PersistentVolume, finalizers: readonly string[]): Promise<void> {
    await this.#options.client.update(PERSISTENT_VOLUMES, {
      ...volume,
      metadata: { ...volume.metadata, finalizers },
    });
  }
}
