import type { Filter } from '../types.ts';
import { claimsOfPod, planVolumes, reachable } from '../volumes/find.ts';
import { unresolvable } from './verdict.ts';

const AFFINITY = unresolvable("node(s) didn't match PersistentVolume's node affinity");
const MISSING = unresolvable('node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)');

/** Bound volumes must be reachable from the node; claims that wait for a node must be able to get one there. */
export const volumeBinding: Filter = {
  name: 'VolumeBinding',
  prepare(pod, world) {
    if (pod.claims.length === 0) return null;
    const claims = claimsOfPod(pod, world.listers);
    if ('problem' in claims) return { rejected: claims.problem };
    const volumes = claims.bound.map((claim) => world.listers.volume(claim.spec.volumeName));
    return (node) => {
      for (const volume of volumes) {
        if (volume === undefined) return MISSING;
        if (!reachable(volume, node)) return AFFINITY;
      }
      if (claims.waiting.length === 0) return null;
      const plan = planVolumes(claims, node, world);
      return 'problem' in plan ? unresolvable(plan.problem) : null;
    };
  },
};
