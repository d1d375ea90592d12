import type { AdmissionPlugin } from './plugin.ts';

const SECONDS = 300;
const KEYS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'] as const;

interface Toleration {
  readonly key?: string;
  readonly effect?: string;
}

/** Pods stay five minutes on a node that fails, unless they say otherwise. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  resources: ['pods'],
  operations: ['CREATE', 'UPDATE'],
  admit({ object }) {
    const tolerations: readonly Toleration[] = object!.spec?.tolerations ?? [];
    const covers = (toleration: Toleration, key: string): boolean =>
      (toleration.key === key || (toleration.key ?? '') === '') &&
      (toleration.effect === 'NoExecute' || (toleration.effect ?? '') === '');
    const missing = KEYS.filter((key) => !tolerations.some((toleration) => covers(toleration, key)));
    if (missing.length === 0) return;
    object!.spec.tolerations = [
      ...tolerations,
      ...missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS })),
    ];
  },
};
