import type { PlantedBug } from './bug.ts';

export const DISRUPTION_BUGS: readonly PlantedBug[] = [
  {
    id: 'budget-forgets-granted',
    title: 'pods whose eviction was granted count as healthy until they terminate',
    file: 'src/controllers/disruption/decide.ts',
    search: "isPodReady(pod) && !isTerminating(pod) && disrupted[pod.metadata.name ?? ''] === undefined,",
    replace: 'isPodReady(pod) && !isTerminating(pod),',
    breaks: 'S9',
    note: 'needs two evictions in a row',
  },
  {
    id: 'budget-counts-leaving',
    title: 'terminating pods count as healthy',
    file: 'src/controllers/disruption/decide.ts',
    search: "isPodReady(pod) && !isTerminating(pod) && disrupted[pod.metadata.name ?? ''] === undefined,",
    replace: 'isPodReady(pod),',
    breaks: 'S9',
    note: 'needs a drain while members take time to stop',
  },
  {
    id: 'budget-counts-unready',
    title: 'pods that are not ready count as healthy',
    file: 'src/controllers/disruption/decide.ts',
    search: 'isPodReady(pod) && !isTerminating(pod) &&',
    replace: '!isTerminating(pod) &&',
    breaks: 'S9',
    note: 'needs a drain while members are not ready',
  },
  {
    id: 'unfenced-pods-removed',
    title: 'the pod collector removes terminating pods of nodes that live',
    file: 'src/controllers/node-lifecycle/pod-gc.ts',
    search: "(nodeName === '' || (node !== undefined && isFenced(node)))",
    replace: "(nodeName === '' || node !== undefined)",
    breaks: 'S1',
    note: 'needs a member that takes more than 20 s to stop, or a node that is cut off',
  },
  {
    id: 'pods-of-lost-nodes-kept',
    title: 'pods of a node that is gone for good are never removed',
    file: 'src/controllers/node-lifecycle/pod-gc.ts',
    search: 'if (now - since >= QUARANTINE_MS) reconciler.queue.add(keyOf(pod));',
    replace: '',
    breaks: 'L1',
    note: 'needs a Node object that is deleted and not made again',
  },
];
