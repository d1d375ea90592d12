import type { Texts } from './texts.ts';

export const SCHEDULING: Texts = {
  prefix: 'io.k8s.api.scheduling.v1',
  texts: {
    PriorityClass: {
      '': 'How important pods are: who is scheduled first, who may push others off a node, who is evicted last.',
      value: 'The priority, up to 1000000000; more is more important. Cannot be changed.',
      globalDefault: 'True: for pods that name no class. Only one class. Default false; then those have 0.',
      description: 'When to use it, for people.',
      preemptionPolicy: '`PreemptLowerPriority` (default), or `Never`: such pods wait for room. Cannot be changed.',
    },
  },
};

export const NODE: Texts = {
  prefix: 'io.k8s.api.node.v1',
  texts: {
    RuntimeClass: {
      '': 'A way to run containers, by the name pods use.',
      handler: 'Handler of the runtime of the node. Cannot be changed.',
      overhead: 'What a pod costs besides its containers.',
      scheduling: 'Which nodes have it.',
    },
    Overhead: { podFixed: 'Resources for each pod.' },
    Scheduling: {
      nodeSelector: 'Labels of such nodes; added to those of the pod.',
      tolerations: 'Tolerations added to those of the pod.',
    },
  },
};
