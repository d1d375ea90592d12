import type { AdmissionPlugin } from '../plugin.ts';

const SECONDS = 300;
const KEYS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'] as const;

interface Toleration {
  key?: string;
  operator?: string;
  effect?: string;
}

/** DefaultTolerationSeconds: pods stay five minutes on a node that is not ready or not reachable, unless they say otherwise. */
export const defaultTolerations: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  resources: ['pods'],
  operations: ['CREATE', 'UPDATE'],
  admit({ object, old }) {
    if (old !== null && old.spec.tolerations !== undefined) return;
    const spec = object!.spec;
    const tolerations: Toleration[] = spec.tolerations ?? [];
    const tolerates = (wanted: string): boolean =>
      tolerations.some(
        ({ key, effect }) =>
          (key === wanted || key === undefined || key === '') &&
          (effect === 'NoExecute' || effect === undefined || effect === ''),
      );
    const missing = KEYS.filter((key) => !tolerates(key));
    if (missing.length === 0) return;
    spec.tolerations = [
      ...tolerations,
      ...missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS })),
    ];
  },
};
