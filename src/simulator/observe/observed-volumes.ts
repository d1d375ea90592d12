import type { VolumeManager } from '../../node/volumes/volume-manager.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { ContainerWatch } from './container-watch.ts';
import type { Journal } from './journal.ts';

/** Names of the claims a pod refers to, those of its ephemeral volumes included. */
export function claimsOf(pod: KubeObject): string[] {
  // biome-ignore lint/suspicious/noExplicitAny: volumes as stored
  return (pod.spec?.volumes ?? []).flatMap((volume: any) => {
    if (volume.persistentVolumeClaim) return [volume.persistentVolumeClaim.claimName as string];
    return volume.ephemeral ? [`${pod.metadata.name}-${volume.name}`] : [];
  });
}

/** Tells the journal which volumes are made ready for which pod on a node. */
export function observedVolumes(
  volumes: VolumeManager,
  node: string,
  journal: Journal,
  containers: ContainerWatch,
): VolumeManager {
  const tell = (kind: 'mounted' | 'unmounted', pod: KubeObject): void => {
    const claims = claimsOf(pod);
    const podUid = pod.metadata.uid ?? '';
    const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
    containers.mounted(podUid, name, kind === 'mounted' ? claims : null);
    if (claims.length === 0) return;
    journal.add({ kind, node, podUid, pod: name, claims });
  };
  return {
    ...volumes,
    prepare(pod) {
      const waiting = volumes.prepare(pod);
      if (waiting === null) {
        tell('mounted', pod);
        return null;
      }
      return waiting.then(() => tell('mounted', pod));
    },
    async teardown(pod) {
      await volumes.teardown(pod);
      tell('unmounted', pod);
    },
  };
}
