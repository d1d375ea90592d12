import type { Node, Pod } from '../observed.ts';

export type Taint = NonNullable<Node['spec']['taints']>[number];
type Toleration = NonNullable<Pod['spec']['tolerations']>[number];

/** core/v1 Toleration against a taint. */
function covers({ key = '', operator = 'Equal', value = '', effect = '' }: Toleration, taint: Taint): boolean {
  if (effect !== '' && effect !== taint.effect) return false;
  if (key === '') return operator === 'Exists';
  return key === taint.key && (operator === 'Exists' || value === (taint.value ?? ''));
}

export const tolerates = (pod: Pod, taint: Taint): boolean =>
  (pod.spec.tolerations ?? []).some((toleration) => covers(toleration, taint));

/** For how long the pod stays on a node with this NoExecute taint, in seconds: 0 not at all, Infinity for ever. */
export function toleratedSeconds(pod: Pod, taint: Taint): number {
  const covering = (pod.spec.tolerations ?? []).filter((toleration) => covers(toleration, taint));
  if (covering.length === 0) return 0;
  return Math.min(
    ...covering.map(({ tolerationSeconds = Number.POSITIVE_INFINITY }) => Math.max(0, tolerationSeconds)),
  );
}
