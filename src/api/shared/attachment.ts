import { sha256Hex } from '../../base/hash.ts';
import type { KubeObject } from '../../schema/object.ts';

/** Driver of the volumes that are attached to a node before use: ours that belong to a zone or to the whole cluster. */
export const DRIVER = 'csi.perdure.dev';
/** Nodes with this annotation have their volumes attached and detached by the controller. */
export const MANAGED_ATTACH = 'volumes.kubernetes.io/controller-managed-attach-detach';

/**
 * Name of an attachable volume in `status.volumesAttached` and `status.volumesInUse` of a Node, or null where nothing
 * has to be attached. Volumes of drivers that do not run here are nobody's to attach.
 */
export function deviceNameOf(volume: KubeObject): string | null {
  const csi = volume.spec?.csi;
  return csi?.driver === DRIVER ? `kubernetes.io/csi/${DRIVER}^${csi.volumeHandle}` : null;
}

/** Name of the VolumeAttachment of a volume handle and a node, as every CSI driver's is made (node.md 8.5). */
export function attachmentName(handle: string, node: string): string {
  return `csi-${sha256Hex(`${handle}${DRIVER}${node}`)}`;
}

/** Whether several nodes may have the volume at once: any mode that says so, or none at all. */
export function isShareable(volume: KubeObject): boolean {
  const modes: readonly string[] = volume.spec?.accessModes ?? [];
  return modes.length === 0 || modes.includes('ReadWriteMany') || modes.includes('ReadOnlyMany');
}
