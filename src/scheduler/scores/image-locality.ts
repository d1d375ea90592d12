import type { Score } from '../types.ts';

const MIN_BYTES = 23 * 1024 * 1024;
const MAX_BYTES_PER_CONTAINER = 1000 * 1024 * 1024;

/** Prefers nodes that hold the pod's images already, by their size and how widespread they are. */
export const imageLocality: Score = {
  name: 'ImageLocality',
  weight: 1,
  prepare(pod, _world, nodes) {
    if (nodes.every((node) => !node.node?.status?.images?.length)) return null;
    // biome-ignore lint/suspicious/noExplicitAny: container specs as stored
    const containers: readonly any[] = [...(pod.pod.spec.initContainers ?? []), ...(pod.pod.spec.containers ?? [])];
    const sizeOn = (node: (typeof nodes)[number], image: string): number =>
      // biome-ignore lint/suspicious/noExplicitAny: node images as stored
      (node.node?.status?.images ?? []).find((held: any) => held.names?.includes(image))?.sizeBytes ?? 0;
    const max = MAX_BYTES_PER_CONTAINER * containers.length;
    return (node) => {
      let sum = 0;
      for (const { image } of containers) {
        const size = sizeOn(node, image);
        if (size > 0) sum += (size * nodes.filter((other) => sizeOn(other, image) > 0).length) / nodes.length;
      }
      return Math.floor((100 * (Math.min(Math.max(sum, MIN_BYTES), max) - MIN_BYTES)) / (max - MIN_BYTES));
    };
  },
};
