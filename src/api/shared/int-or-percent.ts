import { percent } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import { invalidEach, nonNegative } from './checks.ts';

const PERCENT = /^[0-9]+%$/;
/** An integer not below zero, or `N%`. */
export function validateIntOrPercent(value: number | string | undefined, field: string, errors: FieldErrors): void {
  if (typeof value === 'string') {
    invalidEach(percent(value), field, value, errors);
  } else nonNegative(value, field, errors);
}

export function validateAtMost100Percent(value: number | string | undefined, field: string, errors: FieldErrors): void {
  if (typeof value === 'string' && PERCENT.test(value) && Number.parseInt(value, 10) > 100) {
    errors.invalid(field, value, 'must not be greater than 100%');
  }
}

/** The number in front of the percent sign, or the integer: for comparing with zero. */
export function intOrPercentNumber(value: number | string | undefined): number {
  if (typeof value === 'string') return PERCENT.test(value) ? Number.parseInt(value, 10) : 0;
  return value ?? 0;
}
