import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Json } from '../shared/json.ts';

const MAX_WINDOW_S = 3600;
const MAX_PERIOD_S = 1800;

function fill(rules: Json, window: number | undefined, policies: readonly Json[]): Json {
  const out = rules ?? {};
  if (window !== undefined) out.stabilizationWindowSeconds ??= window;
  out.selectPolicy ??= 'Max';
  out.policies ??= policies;
  return out;
}

/** Rules are completed only when some are given: without any, the controller has its own. */
export function defaultBehavior(spec: Json): void {
  const behavior = spec.behavior;
  if (behavior === undefined) return;
  behavior.scaleUp = fill(behavior.scaleUp, 0, [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ]);
  behavior.scaleDown = fill(behavior.scaleDown, undefined, [{ type: 'Percent', value: 100, periodSeconds: 15 }]);
}

function validatePolicy(policy: Json, field: string, errors: FieldErrors): void {
  const { type = '', value = 0, periodSeconds = 0 } = policy;
  if (type !== 'Pods' && type !== 'Percent') errors.notSupported(`${field}.type`, type, ['Percent', 'Pods']);
  if (value <= 0) errors.invalid(`${field}.value`, value, 'must be greater than zero');
  if (periodSeconds <= 0) errors.invalid(`${field}.periodSeconds`, periodSeconds, 'must be greater than zero');
  if (periodSeconds > MAX_PERIOD_S) {
    errors.invalid(`${field}.periodSeconds`, periodSeconds, `must be less than or equal to ${MAX_PERIOD_S}`);
  }
}

function validateRules(rules: Json, field: string, errors: FieldErrors): void {
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [] } = rules;
  if (window < 0) {
    errors.invalid(`${field}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero');
  }
  if (window > MAX_WINDOW_S) {
    errors.invalid(`${field}.stabilizationWindowSeconds`, window, `must be less than or equal to ${MAX_WINDOW_S}`);
  }
  if (selectPolicy !== undefined && !['Max', 'Min', 'Disabled'].includes(selectPolicy)) {
    errors.notSupported(`${field}.selectPolicy`, selectPolicy, ['Disabled', 'Max', 'Min']);
  }
  if (policies.length === 0) errors.required(`${field}.policies`, 'must specify at least one Policy');
  for (let i = 0; i < policies.length; i++) validatePolicy(policies[i], `${field}.policies[${i}]`, errors);
}

export function validateBehavior(behavior: Json, errors: FieldErrors): void {
  if (behavior?.scaleUp !== undefined) validateRules(behavior.scaleUp, 'spec.behavior.scaleUp', errors);
  if (behavior?.scaleDown !== undefined) validateRules(behavior.scaleDown, 'spec.behavior.scaleDown', errors);
}
