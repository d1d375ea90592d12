import type { ClaimOfPod, VolumeManager } from '../../node/volumes/volume-manager.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { ContainerWatch } from './container-watch.ts';

/** Names of the claims a pod refers to, those of its ephemeral volumes included. */
export function claimsOf(pod: KubeObject): string[] {
  // biome-ignore lint/suspicious/noExplicitAny: volumes as stored
  return (pod.spec?.volumes ?? []).flatMap((volume: any) => {
    if (volume.persistentVolumeClaim) return [volume.persistentVolumeClaim.claimName as string];
    return volume.ephemeral ? [`${pod.metadata.name}-${volume.name}`] : [];
  });
}

/** Tells which volumes are made ready for which pod on a node. */
export function observedVolumes(volumes: VolumeManager, containers: ContainerWatch): VolumeManager {
  const mounted = (pod: KubeObject, bound: readonly ClaimOfPod[]): void => {
    const { namespace, name, uid = '' } = pod.metadata;
    const claims = claimsOf(pod);
    const behind = bound.map(({ volume }) => volume.metadata.name ?? '');
    containers.mounted(uid, `${namespace}/${name}`, claims, behind);
  };
  return {
    ...volumes,
    prepare(pod, bound = []) {
      const waiting = volumes.prepare(pod, bound);
      if (waiting === null) {
        mounted(pod, bound);
        return null;
      }
      return waiting.then(() => mounted(pod, bound));
    },
    async teardown(pod) {
      await volumes.teardown(pod);
      containers.unmounted(pod.metadata.uid ?? '');
    },
  };
}
