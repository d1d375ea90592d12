export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
  readonly timeAdded?: string;
}

export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly tolerationSeconds?: number;
}

/** Whether this toleration covers the taint (field docs of core/v1 Toleration). */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { key = '', operator = '', value = '', effect = '' } = toleration;
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return key !== '' && (operator === '' || operator === 'Equal') && value === (taint.value ?? '');
}

/** First taint with one of `effects` that no toleration covers; null when all are tolerated. */
export function untolerated(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
  effects: readonly string[],
): Taint | null {
  for (const taint of taints) {
    if (effects.includes(taint.effect) && !tolerations.some((toleration) => tolerates(toleration, taint))) return taint;
  }
  return null;
}
