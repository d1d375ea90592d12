import { labelValue, qualifiedName } from '../base/names.ts';

export type LabelOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'exists' | '!' | 'gt' | 'lt';

export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  /** Sorted; empty for `exists` and `!`. */
  readonly values: readonly string[];
}

const INTEGER = /^[+-]?\d+$/;
/** Text of an integer of 64 bits. */
export const inInt64 = (text: string): boolean =>
  INTEGER.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);

/**
 * Why a requirement is not valid, as field errors are printed, or nothing. Go's `labels.NewRequirement`.
 */
export function requirementErrors({ key, operator, values }: LabelRequirement): readonly string[] {
  const errors: string[] = [];
  const invalid = (path: string, value: unknown, why: string): void => {
    errors.push(`${path}: Invalid value: ${JSON.stringify(value)}: ${why}`);
  };
  const keyMessages = qualifiedName(key);
  if (keyMessages.length > 0) invalid('key', key, keyMessages.join('; '));
  if ((operator === 'in' || operator === 'notin') && values.length === 0) {
    invalid('values', values, "for 'in', 'notin' operators, values set can't be empty");
  } else if (operator === 'gt' || operator === 'lt') {
    values.forEach((value, i) => {
      if (!inInt64(value)) invalid(`values[${i}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer");
    });
  }
  values.forEach((value, i) => {
    const messages = labelValue(value);
    if (messages.length > 0) invalid(`values[${i}][${key}]`, value, messages.join('; '));
  });
  return errors;
}
