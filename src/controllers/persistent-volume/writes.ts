import type { Clock } from '../../base/clock.ts';
import { deepEqual } from '../../base/json.ts';
import { rfc3339 } from '../../base/time.ts';
import type { Client } from '../../client/client.ts';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../../client/resources.ts';
import type { PersistentVolumeClaim } from '../framework/objects.ts';
import {
  BETA_STORAGE_PROVISIONER,
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  isForClaim,
  type PersistentVolume,
  STORAGE_PROVISIONER,
  withAnnotations,
} from '../framework/volumes.ts';

/** The writes of binding and releasing, each of them skipped when it is already done. */
export class VolumeWriter {
  readonly #client: Client;
  readonly #clock: Clock;

  constructor(client: Client, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** In the order of upstream: claimRef, volume phase, volumeName, claim phase. A crash in between is picked up again. */
  async bind(volume: PersistentVolume, claim: PersistentVolumeClaim): Promise<void> {
    const claimed = await this.#claimVolume(volume, claim);
    await this.setVolumePhase(claimed, 'Bound');
    const pointed = await this.#pointClaim(claimed, claim);
    await this.#markClaimBound(claimed, pointed);
  }

  async #claimVolume(volume: PersistentVolume, claim: PersistentVolumeClaim): Promise<PersistentVolume> {
    if (volume.spec.claimRef?.uid === claim.metadata.uid && isForClaim(volume, claim)) return volume;
    const { namespace, name, uid, resourceVersion } = claim.metadata;
    const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion };
    const next = { ...volume, spec: { ...volume.spec, claimRef } } as PersistentVolume;
    // A claimRef the user wrote is theirs; one we fill in is marked, so that it can be taken back.
    const marked = volume.spec.claimRef === undefined ? withAnnotations(next, { [BOUND_BY_CONTROLLER]: 'yes' }) : next;
    return this.#client.update<PersistentVolume>(PERSISTENT_VOLUMES, marked);
  }

  async setVolumePhase(volume: PersistentVolume, phase: string, message?: string): Promise<PersistentVolume> {
    if (volume.status?.phase === phase && volume.status.message === message) return volume;
    const moved = volume.status?.phase === phase ? {} : { lastPhaseTransitionTime: rfc3339(this.#clock.now()) };
    const { message: _, ...rest } = volume.status ?? {};
    const status = { ...rest, ...moved, phase, ...(message === undefined ? {} : { message }) };
    return this.#client.update<PersistentVolume>(PERSISTENT_VOLUMES, { ...volume, status }, 'status');
  }

  async #pointClaim(volume: PersistentVolume, claim: PersistentVolumeClaim): Promise<PersistentVolumeClaim> {
    const name = volume.metadata.name ?? '';
    const annotations = claim.metadata.annotations ?? {};
    if (claim.spec.volumeName === name && annotations[BIND_COMPLETED] !== undefined) return claim;
    const ours = (claim.spec.volumeName ?? '') === '';
    const next = withAnnotations(
      { ...claim, spec: { ...claim.spec, volumeName: name } },
      {
        [BIND_COMPLETED]: 'yes',
        ...(ours ? { [BOUND_BY_CONTROLLER]: 'yes' } : {}),
      },
    );
    return this.#updateClaim(next);
  }

  async #markClaimBound(volume: PersistentVolume, claim: PersistentVolumeClaim): Promise<void> {
    const { accessModes = [], capacity = {}, volumeAttributesClassName } = volume.spec;
    const bound = claim.status?.phase === 'Bound';
    if (bound && deepEqual(claim.status?.accessModes, accessModes) && claim.status?.capacity !== undefined) return;
    const status = {
      ...claim.status,
      phase: 'Bound',
      accessModes,
      // Once bound, capacity follows expansion and not the volume.
      capacity: bound && claim.status?.capacity !== undefined ? claim.status.capacity : capacity,
      ...(volumeAttributesClassName === undefined
        ? {}
        : { currentVolumeAttributesClassName: volumeAttributesClassName }),
    };
    await this.#updateClaim({ ...claim, status }, 'status');
  }

  async setClaimPhase(claim: PersistentVolumeClaim, phase: 'Pending' | 'Lost'): Promise<void> {
    if (claim.status?.phase === phase) return;
    const { accessModes: _, capacity: __, ...rest } = claim.status ?? {};
    await this.#updateClaim({ ...claim, status: { ...(phase === 'Lost' ? rest : claim.status), phase } }, 'status');
  }

  async setClass(claim: PersistentVolumeClaim, storageClassName: string): Promise<void> {
    await this.#updateClaim({ ...claim, spec: { ...claim.spec, storageClassName } });
  }

  async setProvisioner(claim: PersistentVolumeClaim, provisioner: string): Promise<void> {
    if (claim.metadata.annotations?.[STORAGE_PROVISIONER] === provisioner) return;
    await this.#updateClaim(
      withAnnotations(claim, { [BETA_STORAGE_PROVISIONER]: provisioner, [STORAGE_PROVISIONER]: provisioner }),
    );
  }

  /** A claimRef we filled in goes; one that the user wrote stays and only forgets the claim's uid. */
  async unbind(volume: PersistentVolume): Promise<void> {
    const { claimRef, ...rest } = volume.spec;
    const { [BOUND_BY_CONTROLLER]: ours, ...annotations } = volume.metadata.annotations ?? {};
    const { uid: _, resourceVersion: __, ...named } = claimRef ?? {};
    const spec = ours === undefined ? { ...rest, claimRef: named } : rest;
    const next = { ...volume, metadata: { ...volume.metadata, annotations }, spec };
    const written = await this.#client.update<PersistentVolume>(PERSISTENT_VOLUMES, next as PersistentVolume);
    await this.setVolumePhase(written, 'Available');
  }

  #updateClaim(claim: PersistentVolumeClaim, subresource?: string): Promise<PersistentVolumeClaim> {
    const target = { ...PERSISTENT_VOLUME_CLAIMS, namespace: claim.metadata.namespace! };
    return this.#client.update<PersistentVolumeClaim>(target, claim, subresource);
  }
}
