import { atNewSize, atResizeStep, type ResizeCondition, type ResizeStatus } from '../../api/shared/claim-resize.ts';
import type { Clock } from '../../base/clock.ts';
import { compareQuantity } from '../../base/quantity.ts';
import { rfc3339 } from '../../base/time.ts';
import type { Client } from '../../client/client.ts';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../../client/resources.ts';
import type { PersistentVolumeClaim } from '../framework/objects.ts';
import type { PersistentVolume } from '../framework/volumes.ts';

/** The writes of growing a claim, each of which leaves a state that can be taken up again. */
export class ResizeWriter {
  readonly #client: Client;
  readonly #clock: Clock;

  constructor(client: Client, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  step(
    claim: PersistentVolumeClaim,
    step: ResizeStatus,
    size: string,
    condition: ResizeCondition,
  ): Promise<PersistentVolumeClaim> {
    return this.#status(claim, atResizeStep(claim.status, step, size, condition, rfc3339(this.#clock.now())));
  }

  done(claim: PersistentVolumeClaim, size: string): Promise<PersistentVolumeClaim> {
    return this.#status(claim, atNewSize(claim.status, size, rfc3339(this.#clock.now())));
  }

  /** A volume never shrinks, even when its claim was content with less in the end. */
  async setCapacity(volume: PersistentVolume, storage: string): Promise<void> {
    if (compareQuantity(volume.spec.capacity?.storage ?? '0', storage) >= 0) return;
    const capacity = { ...volume.spec.capacity, storage };
    await this.#client.update(PERSISTENT_VOLUMES, { ...volume, spec: { ...volume.spec, capacity } });
  }

  #status(claim: PersistentVolumeClaim, status: PersistentVolumeClaim['status']): Promise<PersistentVolumeClaim> {
    const target = { ...PERSISTENT_VOLUME_CLAIMS, namespace: claim.metadata.namespace! };
    return this.#client.update<PersistentVolumeClaim>(target, { ...claim, status }, 'status');
  }
}
