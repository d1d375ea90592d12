import type { AdmissionPlugin } from '../plugin.ts';

const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/** TaintNodesByCondition: a new Node takes no pods before it said that it is Ready. */
export const nodeTaints: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  resources: ['nodes'],
  operations: ['CREATE'],
  admit({ object }) {
    const taints: { key: string; effect: string }[] = object!.spec?.taints ?? [];
    if (taints.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect)) return;
    object!.spec = { ...object!.spec, taints: [...taints, NOT_READY] };
  },
};
