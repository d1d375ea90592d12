import { resizeStatusOf } from '../../api/shared/claim-resize.ts';
import { deepEqual } from '../../base/json.ts';
import { quantityValue } from '../../base/quantity.ts';
import { keyOf } from '../../client/meta.ts';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../../client/resources.ts';
import { type Controller, Reconciler } from '../framework/controller.ts';
import type { PersistentVolumeClaim } from '../framework/objects.ts';
import type { ControllerOptions } from '../framework/options.ts';
import { faultKind, faultMessage, type VolumeBackend } from '../framework/volume-backend.ts';
import { type PersistentVolume, PROVISIONED_BY } from '../framework/volumes.ts';
import { decideResize } from './decide.ts';
import { ResizeWriter } from './writes.ts';

const WORKERS = 8;
/** Who grows a volume is who made it. */
const RESIZER = 'perdure.dev/local';
const RESTART = 'Waiting for user to (re-)start a pod to finish file system resize of volume on node.';

const stepOf = (claim: PersistentVolumeClaim): string =>
  `${claim.status?.phase} ${resizeStatusOf(claim)} ${claim.status?.capacity?.storage}`;

export interface VolumeResizeOptions extends ControllerOptions {
  readonly backend: VolumeBackend;
}

/** Grows the volumes of claims that ask for more, up to the step that is the node's (node.md 8.4). */
export function createVolumeResizeController({
  client,
  informers,
  clock,
  events,
  hooks,
  backend,
}: VolumeResizeOptions): Controller {
  const claims = informers.informer<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS);
  const volumes = informers.informer<PersistentVolume>(PERSISTENT_VOLUMES);
  const announcer = events.recorder({ component: 'volume_expand' });
  const recorder = events.recorder({ component: `external-resizer ${RESIZER}` });
  const writer = new ResizeWriter(client, clock);

  async function grow(claim: PersistentVolumeClaim, volume: PersistentVolume, size: string): Promise<void> {
    const name = volume.metadata.name ?? '';
    let onNode: boolean;
    try {
      onNode = await backend.expand(name, quantityValue(size));
    } catch (error) {
      const why = faultMessage(error);
      const message = `resize volume "${name}" by resizer "${RESIZER}" failed: ${why}`;
      recorder.event(claim, 'Warning', 'VolumeResizeFailed', message);
      const infeasible = faultKind(error) === 'infeasible';
      const step = infeasible ? 'ControllerResizeInfeasible' : 'ControllerResizeInProgress';
      await writer.step(claim, step, size, {
        type: 'ControllerResizeError',
        message: `failed to expand pvc with ${why}`,
      });
      // Asking for the same again would not help; anything else is tried until it works.
      if (infeasible) return;
      throw error;
    }
    await writer.setCapacity(volume, size);
    if (onNode && volume.spec.volumeMode !== 'Block') {
      await writer.step(claim, 'NodeResizePending', size, { type: 'FileSystemResizePending', message: RESTART });
      recorder.event(claim, 'Normal', 'FileSystemResizeRequired', 'Require file system resize of volume on node');
      return;
    }
    await writer.done(claim, size);
    recorder.event(claim, 'Normal', 'VolumeResizeSuccessful', 'Resize volume succeeded');
  }

  const reconciler = new Reconciler({
    name: 'volume-resize',
    clock,
    workers: WORKERS,
    informers: [claims, volumes],
    hooks,
    reconcile: async (key) => {
      const claim = claims.byKey(key);
      const volume = claim === undefined ? undefined : volumes.get(undefined, claim.spec.volumeName ?? '');
      if (claim === undefined || volume?.metadata.annotations?.[PROVISIONED_BY] !== RESIZER) return undefined;
      const decision = decideResize(claim, volume);
      if (decision.kind === 'nothing') return undefined;
      const { size, begins } = decision;
      if (!begins) {
        await grow(claim, volume, size);
        return undefined;
      }
      const waiting = 'waiting for an external controller to expand this PVC';
      announcer.event(claim, 'Normal', 'ExternalExpanding', waiting);
      recorder.event(claim, 'Normal', 'Resizing', `External resizer is resizing volume ${volume.metadata.name}`);
      await grow(await writer.step(claim, 'ControllerResizeInProgress', size, { type: 'Resizing' }), volume, size);
      return undefined;
    },
  });
  const look = (claim: PersistentVolumeClaim) => {
    const volume = volumes.get(undefined, claim.spec.volumeName ?? '');
    if (volume !== undefined && decideResize(claim, volume).kind === 'grow') reconciler.queue.add(keyOf(claim));
  };
  claims.on({
    add: look,
    update: (claim, previous) => {
      // What we write ourselves on a failure must not bring the next attempt forward.
      const same = claim.spec === previous.spec || deepEqual(claim.spec, previous.spec);
      const moved = stepOf(claim) !== stepOf(previous) && resizeStatusOf(claim) !== 'ControllerResizeInProgress';
      if (!same || moved) look(claim);
    },
  });
  volumes.on({
    add: ({ spec: { claimRef } }) => {
      const claim = claimRef === undefined ? undefined : claims.get(claimRef.namespace, claimRef.name ?? '');
      if (claim !== undefined) look(claim);
    },
  });
  return reconciler;
}
