import type { Texts } from './texts.ts';

export const POLICY: Texts = {
  prefix: 'io.k8s.api.policy.v1',
  texts: {
    PodDisruptionBudget: {
      '': 'Bounds how many of some pods may be away by evictions at once: `kubectl drain`, and anything else that evicts. It does not act on crashes, lost nodes, updates of workloads or plain deletions.',
      spec: 'Which pods, and the bound.',
      status: 'How much room there is.',
    },
    PodDisruptionBudgetSpec: {
      minAvailable:
        'How many pods must stay healthy: a number, or a percentage rounded up. Not together with maxUnavailable. For a quorum of n members: n/2 rounded down, plus 1.',
      maxUnavailable:
        'How many pods may be away: a number, or a percentage rounded up, of what their controllers want. 0 blocks every drain. Not together with minAvailable.',
      selector:
        'The pods. `{}` means all of the namespace, left out means none. A pod with two budgets cannot be evicted.',
      unhealthyPodEvictionPolicy:
        'What holds for pods that run but are not Ready. `IfHealthyBudget` (default): they can be evicted only while enough others are healthy. `AlwaysAllow`: at any time, so that a broken pod does not block a drain.',
    },
    PodDisruptionBudgetStatus: {
      observedGeneration: 'metadata.generation this status was computed from. Nothing is evicted while it is behind.',
      disruptedPods:
        'Pods whose eviction was granted and that are still there, with the time; an entry lapses after 2 minutes.',
      disruptionsAllowed: 'How many pods can be evicted now.',
      currentHealthy: 'Pods that are Ready and not about to be evicted.',
      desiredHealthy: 'Pods that must stay healthy.',
      expectedPods: 'Pods that count, by what their controllers want.',
      conditions:
        'DisruptionAllowed: whether any pod can be evicted now; SyncFailed is its reason when the bound cannot be computed.',
    },
    Eviction: {
      '': 'Asks to delete a pod within its budget, at pods/NAME/eviction. 429 means: not now, try again.',
      deleteOptions: 'How to delete it.',
    },
  },
};
