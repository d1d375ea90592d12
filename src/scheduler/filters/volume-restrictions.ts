import type { Filter } from '../types.ts';
import { crowded } from './verdict.ts';

const IN_USE = crowded(
  'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
);

/** A ReadWriteOncePod claim serves one pod in the whole cluster. */
export const volumeRestrictions: Filter = {
  name: 'VolumeRestrictions',
  prepare(pod, world) {
    const exclusive = pod.claims.filter((name) =>
      world.listers.claim(pod.namespace, name)?.spec?.accessModes?.includes('ReadWriteOncePod'),
    );
    if (exclusive.length === 0) return null;
    const keys = exclusive.map((name) => `${pod.namespace}/${name}`);
    const used = world.nodes.some((node) => keys.some((key) => node.claims.has(key)));
    if (!used) return null;
    // Only where the holder runs could removing it help; elsewhere it is in the way all the same.
    return (node) => (keys.some((key) => node.claims.has(key)) ? IN_USE : { ...IN_USE, unresolvable: true });
  },
};
