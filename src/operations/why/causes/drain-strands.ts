import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { isCordoned, nodesOfVolume, placeOf, unusable } from '../facts/node-facts.ts';
import { claimNames, isDone } from '../facts/pod-facts.ts';
import { listed } from '../words.ts';

/** Members whose volume can be used nowhere else: taken off this node they stay Pending until it is back. */
export const drainStrands = cause({
  id: 'drain-strands',
  kind: 'Node',
  applies(node, world) {
    const { name = '' } = node.metadata;
    const stranded = world.observed.pods
      .filter((pod) => pod.spec.nodeName === name && !isDone(pod))
      .flatMap((pod) => {
        const tied = claimNames(pod).flatMap((claimName) => {
          const volume = world.volume(world.claim(pod.metadata.namespace ?? '', claimName)?.spec.volumeName);
          const place = volume === undefined ? null : placeOf(volume);
          if (volume === undefined || place === null) return [];
          const elsewhere = nodesOfVolume(volume, world).some((other) => other !== node && unusable(other) === null);
          return elsewhere ? [] : [`${claimName} ${place}`];
        });
        return tied.length === 0 ? [] : [`${pod.metadata.name} (${listed(tied)})`];
      });
    if (stranded.length === 0) return null;
    const cordoned = isCordoned(node);
    return {
      severity: 'risk',
      says: `taken off it, ${listed(stranded)} could run nowhere else: ${stranded.length === 1 ? 'its volume stays' : 'their volumes stay'} here`,
      rule: {
        text: 'A bound volume stays where it was made; its pod waits for a node there.',
        source: 'PersistentVolume spec.nodeAffinity',
      },
      ways: cordoned
        ? [way('let the node take pods again when the work is done', kubectl(undefined, 'uncordon', name))]
        : [],
    };
  },
});
