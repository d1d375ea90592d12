import type { Found } from '../cause.ts';
import { cause } from '../cause.ts';
import { placeOf } from '../facts/node-facts.ts';
import { claimNames } from '../facts/pod-facts.ts';
import { nodesText, refusedBy } from '../facts/pod-gates.ts';
import { subjectOf } from '../subject.ts';
import { listed } from '../words.ts';

/** Both wordings: since 1.34, and before. */
const REASON =
  /didn't match PersistentVolume's node affinity|volume node affinity conflict|no available volume zone|volume zone conflict/;

/** Its volume can be used in one place only, and there no node takes it. */
export const unschedulableVolume = cause({
  id: 'unschedulable-volume',
  kind: 'Pod',
  applies(pod, world): Found | null {
    const refused = refusedBy(pod, REASON);
    if (refused === null) return null;
    const namespace = pod.metadata.namespace ?? '';
    const bound = claimNames(pod).flatMap((name) => {
      const claim = world.claim(namespace, name);
      const volume = world.volume(claim?.spec.volumeName);
      const place = volume === undefined ? null : placeOf(volume);
      return claim === undefined || place === null ? [] : [{ claim, place }];
    });
    const where = bound.map(({ claim, place }) => `${claim.metadata.name} ${place}`);
    return {
      severity: 'blocks',
      says: `no node takes it: ${nodesText(refused)} cannot use ${where.length === 0 ? 'its volume' : `its volume (${listed(where)})`}`,
      rule: {
        text: 'A bound volume stays where it was made; its pod can only run on nodes the volume can be used on.',
        source: 'PersistentVolume spec.nodeAffinity',
      },
      next: bound.map(({ claim }) => subjectOf('PersistentVolumeClaim', claim)),
    };
  },
});
