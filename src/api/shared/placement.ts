import { labelValue, qualifiedName } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import { invalidEach, notOneOf, validateLabelName } from './checks.ts';
import type { Json } from './json.ts';
import { validateLabelSelector } from './label-selector.ts';

const EFFECTS: readonly string[] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const ANY_KEY = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';

export function validateTolerations(tolerations: readonly Json[], field: string, errors: FieldErrors): void {
  for (let i = 0; i < tolerations.length; i++) {
    const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = tolerations[i];
    if (key !== '') validateLabelName(key, `${field}[${i}].key`, errors);
    if (key === '' && operator !== 'Exists') errors.invalid(`${field}[${i}].operator`, operator, ANY_KEY);
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      errors.invalid(`${field}[${i}].effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    if (operator === '' || operator === 'Equal') {
      const messages = labelValue(value);
      if (messages.length > 0) errors.invalid(`${field}[${i}].operator`, value, messages.join(';'));
    } else if (operator === 'Exists') {
      if (value !== '') {
        const rule = "value must be empty when `operator` is 'Exists'";
        errors.invalid(`${field}[${i}].operator`, value, rule);
      }
    } else notOneOf(`${field}[${i}].operator`, operator, ['Equal', 'Exists'], errors);
    if (effect !== '' && !EFFECTS.includes(effect)) notOneOf(`${field}[${i}].effect`, effect, EFFECTS, errors);
  }
}

function validateKeys(constraint: Json, field: string, errors: FieldErrors): void {
  const keys: readonly string[] = constraint.matchLabelKeys ?? [];
  if (keys.length === 0) return;
  const selector = constraint.labelSelector;
  if (selector === undefined) {
    errors.forbidden(field, 'must not be specified when labelSelector is not set');
    return;
  }
  for (let i = 0; i < keys.length; i++) {
    validateLabelName(keys[i]!, `${field}[${i}]`, errors);
    if (selector.matchLabels?.[keys[i]!] !== undefined) {
      errors.invalid(`${field}[${i}]`, keys[i], 'exists in both matchLabelKeys and labelSelector');
    }
  }
}

function validateMinDomains(constraint: Json, field: string, errors: FieldErrors): void {
  const { minDomains, whenUnsatisfiable } = constraint;
  if (minDomains === undefined) return;
  if (minDomains <= 0) errors.invalid(field, minDomains, 'must be greater than zero');
  if (whenUnsatisfiable !== 'DoNotSchedule') {
    const rule = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
    errors.invalid(field, minDomains, rule);
  }
}

/** topologySpreadConstraints, in upstream's order of errors. */
export function validateSpread(constraints: readonly Json[], field: string, errors: FieldErrors): void {
  for (let i = 0; i < constraints.length; i++) {
    const constraint = constraints[i];
    const at = `${field}[${i}]`;
    const { maxSkew = 0, topologyKey = '', whenUnsatisfiable: action = '' } = constraint;
    if (maxSkew <= 0) errors.invalid(`${at}.maxSkew`, maxSkew, 'must be greater than zero');
    if (topologyKey === '') errors.required(`${at}.topologyKey`, 'can not be empty');
    else validateLabelName(topologyKey, `${at}.topologyKey`, errors);
    if (action !== 'DoNotSchedule' && action !== 'ScheduleAnyway') {
      errors.notSupported(`${at}.whenUnsatisfiable`, action, ['DoNotSchedule', 'ScheduleAnyway']);
    }
    const repeated = constraints
      .slice(i + 1)
      .some((later) => later.topologyKey === topologyKey && later.whenUnsatisfiable === action);
    if (repeated) errors.duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${action}}`);
    validateMinDomains(constraint, `${at}.minDomains`, errors);
    for (const name of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      const policy = constraint[name];
      if (policy !== undefined && policy !== 'Honor' && policy !== 'Ignore') {
        errors.notSupported(`${at}.${name}`, policy, ['Honor', 'Ignore']);
      }
    }
    validateKeys(constraint, `${at}.matchLabelKeys`, errors);
    validateLabelSelector(constraint.labelSelector, `${at}.labelSelector`, errors);
  }
}

export function validateSchedulingGates(gates: readonly Json[], field: string, errors: FieldErrors): void {
  const seen = new Set<string>();
  for (let i = 0; i < gates.length; i++) {
    const name: string = gates[i].name ?? '';
    invalidEach(qualifiedName(name), `${field}[${i}]`, name, errors);
    if (seen.has(name)) errors.duplicate(`${field}[${i}]`, name);
    seen.add(name);
  }
}
