import type { Pod, Taint, Toleration } from '../framework/objects.ts';

function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== '' && toleration.effect !== taint.effect) return false;
  if (toleration.key !== undefined && toleration.key !== '' && toleration.key !== taint.key) return false;
  return toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '');
}

/** Milliseconds a pod may stay under these NoExecute taints from first sight: 0 at once, Infinity for good. */
export function toleratedMs(pod: Pod, taints: readonly Taint[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const taint of taints) {
    const used = (pod.spec.tolerations ?? []).filter((toleration) => tolerates(toleration, taint));
    if (used.length === 0) return 0;
    for (const { tolerationSeconds } of used) {
      if (tolerationSeconds !== undefined) least = Math.min(least, Math.max(0, tolerationSeconds) * 1000);
    }
  }
  return least;
}
