import { atNewSize, atResizeStep, resizeStatusOf } from '../../api/shared/claim-resize.ts';
import type { Clock } from '../../base/clock.ts';
import { compareQuantity, quantityValue } from '../../base/quantity.ts';
import { rfc3339 } from '../../base/time.ts';
import type { Client, Target } from '../../client/client.ts';
import type { KubeObject } from '../../schema/object.ts';
import { isStatus } from '../../schema/status.ts';

const claimsIn = (namespace: string): Target => ({
  group: '',
  version: 'v1',
  resource: 'persistentvolumeclaims',
  namespace,
});
const ATTEMPTS = 5;
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 120_000;

/**
 * Grows the file system of a mounted volume to a size in bytes. An error whose `kind` is `infeasible` is final; one
 * that is `in-use` is not, but the volume has to be mounted anew first.
 */
export type GrowFileSystem = (volume: string, sizeBytes: number, node: string) => Promise<void>;

export interface FileSystemGrowthOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly nodeName: string;
  readonly grow: GrowFileSystem;
  readonly event: (subject: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string) => void;
}

const kindOf = (error: unknown): string => String((error as { kind?: unknown }).kind ?? '');

/** Whether a claim waits for the node that mounts it to grow its file system. */
export function waitsForNode(claim: KubeObject): boolean {
  const status = resizeStatusOf(claim);
  return status === 'NodeResizePending' || status === 'NodeResizeInProgress';
}

/** A claim that is being grown, for the pod that had it mounted last. */
interface Growing {
  pod: KubeObject;
  volume: KubeObject;
  mounted: () => boolean;
  work: Promise<void>;
}

/** The node's step of growing a claim (node.md 8.4). */
export class FileSystemGrowth {
  readonly #options: FileSystemGrowthOptions;
  /** By uid of the claim. */
  readonly #busy = new Map<string, Growing>();

  constructor(options: FileSystemGrowthOptions) {
    this.#options = options;
  }

  /** Resolves when the file system has its size, or never will; never rejects. One at a time for each claim. */
  run(pod: KubeObject, claim: KubeObject, volume: KubeObject, mounted: () => boolean): Promise<void> {
    const key = claim.metadata.uid ?? '';
    const busy = this.#busy.get(key);
    if (busy !== undefined) {
      // The pod it was begun for may be gone, and this one have come in its place.
      Object.assign(busy, { pod, volume, mounted });
      return busy.work;
    }
    const growing: Growing = { pod, volume, mounted, work: Promise.resolve() };
    this.#busy.set(key, growing);
    growing.work = this.#untilDone(growing, claim);
    return growing.work;
  }

  async #untilDone(growing: Growing, claim: KubeObject): Promise<void> {
    try {
      for (let attempt = 0; growing.mounted(); attempt++) {
        try {
          await this.#once(growing.pod, claim, growing.volume);
          return;
        } catch (error) {
          // What the API or the storage could not do now may work later.
          if (['infeasible', 'in-use'].includes(kindOf(error)) || isStatus(error, 'NotFound')) return;
          const delay = Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** attempt);
          await new Promise<void>((resolve) => this.#options.clock.setTimer(delay, resolve));
        }
      }
    } finally {
      this.#busy.delete(claim.metadata.uid ?? '');
    }
  }

  async #once(pod: KubeObject, found: KubeObject, volume: KubeObject): Promise<void> {
    const { clock, grow, event, nodeName } = this.#options;
    const name = volume.metadata.name ?? '';
    const now = (): string => rfc3339(clock.now());
    const pending = { type: 'FileSystemResizePending' } as const;
    let size = '0';
    const claim = await this.#update(found, (current) => {
      size = current.status?.allocatedResources?.storage ?? volume.spec.capacity?.storage ?? '0';
      return waitsForNode(current) ? atResizeStep(current.status, 'NodeResizeInProgress', size, pending, now()) : null;
    });
    if (claim === null) return;
    try {
      await grow(name, quantityValue(size), nodeName);
    } catch (error) {
      const why = (error as Error).message;
      const message = `NodeExpandVolume.NodeExpandVolume failed for volume "${name}" : ${why}`;
      for (const subject of [pod, claim]) event(subject, 'Warning', 'VolumeResizeFailed', message);
      // The claim goes on saying that a pod has to be started again.
      if (kindOf(error) === 'in-use') throw error;
      const infeasible = kindOf(error) === 'infeasible';
      const condition = { type: 'NodeResizeError', message: `failed to expand pvc with ${why}` } as const;
      const step = infeasible ? 'NodeResizeInfeasible' : 'NodeResizeInProgress';
      await this.#update(claim, (current) => atResizeStep(current.status, step, size, condition, now()));
      throw error;
    }
    await this.#update(claim, (current) =>
      compareQuantity(current.status?.capacity?.storage ?? '0', size) < 0 || waitsForNode(current)
        ? atNewSize(current.status, size, now())
        : null,
    );
    const message = `MountVolume.NodeExpandVolume succeeded for volume "${name}" ${nodeName}`;
    for (const subject of [pod, claim]) event(subject, 'Normal', 'FileSystemResizeSuccessful', message);
  }

  /** Null when `change` finds nothing to do. */
  async #update(
    claim: KubeObject,
    change: (current: KubeObject) => KubeObject['status'] | null,
  ): Promise<KubeObject | null> {
    const { client } = this.#options;
    const target = claimsIn(claim.metadata.namespace ?? '');
    let current = claim;
    for (let attempt = 1; ; attempt++) {
      const status = change(current);
      if (status === null) return null;
      try {
        return await client.update(target, { ...current, status }, 'status');
      } catch (error) {
        if (!isStatus(error, 'Conflict') || attempt === ATTEMPTS) throw error;
        current = await client.get(target, claim.metadata.name ?? '');
      }
    }
  }
}
