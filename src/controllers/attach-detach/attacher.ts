import { DRIVER } from '../../api/shared/attachment.ts';
import { rfc3339 } from '../../base/time.ts';
import { keyOf } from '../../client/meta.ts';
import { PERSISTENT_VOLUMES, VOLUME_ATTACHMENTS } from '../../client/resources.ts';
import { isStatus } from '../../schema/status.ts';
import { type Controller, Reconciler } from '../framework/controller.ts';
import type { ControllerOptions } from '../framework/options.ts';
import { faultMessage, type VolumeBackend } from '../framework/volume-backend.ts';
import type { PersistentVolume, VolumeAttachment } from '../framework/volumes.ts';
import { ATTACHER_FINALIZER } from './writes.ts';

const WORKERS = 16;

export interface AttacherOptions extends ControllerOptions {
  readonly backend: VolumeBackend;
}

/** Attaches what VolumeAttachments of our driver ask for, and detaches before they go (node.md 8.5). */
export function createAttacher({ client, informers, clock, hooks, backend }: AttacherOptions): Controller {
  const attachments = informers.informer<VolumeAttachment>(VOLUME_ATTACHMENTS);
  const volumes = informers.informer<PersistentVolume>(PERSISTENT_VOLUMES);

  const setStatus = (attachment: VolumeAttachment, status: VolumeAttachment['status']) =>
    client.update<VolumeAttachment>(VOLUME_ATTACHMENTS, { ...attachment, status }, 'status');
  const failure = (error: unknown) => ({ time: rfc3339(clock.now()), message: faultMessage(error) });
  /** A volume that is gone from the API is still known by its name: that is the handle of our own. */
  const handleOf = ({ spec: { source } }: VolumeAttachment): string =>
    volumes.get(undefined, source.persistentVolumeName ?? '')?.spec.csi?.volumeHandle ??
    source.persistentVolumeName ??
    '';

  async function attach(attachment: VolumeAttachment): Promise<void> {
    try {
      await backend.attach(handleOf(attachment), attachment.spec.nodeName);
    } catch (error) {
      await setStatus(attachment, { attached: false, attachError: failure(error) });
      throw error;
    }
    await setStatus(attachment, { attached: true });
  }

  async function detach(attachment: VolumeAttachment): Promise<void> {
    const { finalizers = [], name = '' } = attachment.metadata;
    if (!finalizers.includes(ATTACHER_FINALIZER)) return;
    try {
      await backend.detach(handleOf(attachment), attachment.spec.nodeName);
    } catch (error) {
      await setStatus(attachment, { ...attachment.status, detachError: failure(error) });
      throw error;
    }
    // Nobody else changes an attachment, but it may have changed in status while we were busy.
    const left = await client.get<VolumeAttachment>(VOLUME_ATTACHMENTS, name);
    if (left.metadata.uid !== attachment.metadata.uid) return;
    const metadata = {
      ...left.metadata,
      finalizers: (left.metadata.finalizers ?? []).filter((finalizer) => finalizer !== ATTACHER_FINALIZER),
    };
    await client.update(VOLUME_ATTACHMENTS, { ...left, metadata });
  }

  const reconciler = new Reconciler({
    name: 'attacher',
    clock,
    workers: WORKERS,
    informers: [attachments, volumes],
    hooks,
    reconcile: async (key) => {
      const attachment = attachments.byKey(key);
      if (attachment?.spec.attacher !== DRIVER) return undefined;
      try {
        if (attachment.metadata.deletionTimestamp !== undefined) await detach(attachment);
        else if (attachment.status?.attached !== true) await attach(attachment);
      } catch (error) {
        if (!isStatus(error, 'NotFound')) throw error;
      }
      return undefined;
    },
  });
  const look = (attachment: VolumeAttachment) => reconciler.queue.add(keyOf(attachment));
  attachments.on({
    add: look,
    update: (attachment, previous) => {
      // Not on the word of our own failure, which is tried again in its own time.
      if (attachment.metadata.deletionTimestamp !== previous.metadata.deletionTimestamp) look(attachment);
    },
  });
  return reconciler;
}
