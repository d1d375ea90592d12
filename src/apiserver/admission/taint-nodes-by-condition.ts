import type { AdmissionPlugin } from './plugin.ts';

const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/** A new node takes no pods until it has reported itself ready. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  resources: ['nodes'],
  operations: ['CREATE'],
  admit({ object }) {
    const spec = object!.spec ?? {};
    const taints: readonly { key: string; effect: string }[] = spec.taints ?? [];
    if (taints.some((taint) => taint.key === NOT_READY.key && taint.effect === NOT_READY.effect)) return;
    object!.spec = { ...spec, taints: [...taints, NOT_READY] };
  },
};
