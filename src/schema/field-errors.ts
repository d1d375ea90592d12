import { type StatusCause, StatusError } from './status.ts';

/** Kinds of field error, as apimachinery's field package: label printed, reason in the cause. */
const LABEL = {
  required: ['Required value', 'FieldValueRequired'],
  invalid: ['Invalid value', 'FieldValueInvalid'],
  typeInvalid: ['Invalid value', 'FieldValueTypeInvalid'],
  notSupported: ['Unsupported value', 'FieldValueNotSupported'],
  duplicate: ['Duplicate value', 'FieldValueDuplicate'],
  notFound: ['Not found', 'FieldValueNotFound'],
  forbidden: ['Forbidden', 'FieldValueForbidden'],
  tooLong: ['Too long', 'FieldValueTooLong'],
  tooMany: ['Too many', 'FieldValueTooMany'],
  tooFew: ['Too few', 'FieldValueTooFew'],
  tooShort: ['Too short', 'FieldValueTooShort'],
  internal: ['Internal error', 'InternalError'],
} as const;

export type FieldErrorKind = keyof typeof LABEL;

export interface FieldError {
  readonly kind: FieldErrorKind;
  readonly field: string;
  readonly value?: unknown;
  readonly detail?: string;
}

const WITHOUT_VALUE: ReadonlySet<FieldErrorKind> = new Set([
  'required',
  'forbidden',
  'tooLong',
  'tooShort',
  'internal',
]);

/** In place of a value: the error prints none, though its kind usually does. */
export const OMITTED: unique symbol = Symbol('omitted');

/** Go's %q for plain text: JSON quoting is the same for everything names and enums contain. */
export function quote(text: string): string {
  return JSON.stringify(text);
}

function shown(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (value === undefined) return 'null';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return JSON.stringify(value);
}

/** The error without its path. */
export function fieldErrorBody(error: FieldError): string {
  const bare = WITHOUT_VALUE.has(error.kind) || error.value === OMITTED;
  const head = bare ? LABEL[error.kind][0] : `${LABEL[error.kind][0]}: ${shown(error.value)}`;
  return error.detail === undefined || error.detail === '' ? head : `${head}: ${error.detail}`;
}

export function fieldErrorText(error: FieldError): string {
  return `${error.field}: ${fieldErrorBody(error)}`;
}

/** Collects field errors under paths; validators take one and never throw. */
export class FieldErrors {
  readonly list: FieldError[] = [];
  add(kind: FieldErrorKind, field: string, value?: unknown, detail?: string): void {
    this.list.push({ kind, field, value, ...(detail === undefined ? {} : { detail }) });
  }
  required(field: string, detail?: string): void {
    this.add('required', field, undefined, detail);
  }
  invalid(field: string, value: unknown, detail: string): void {
    this.add('invalid', field, value, detail);
  }
  forbidden(field: string, detail: string): void {
    this.add('forbidden', field, undefined, detail);
  }
  duplicate(field: string, value: unknown): void {
    this.add('duplicate', field, value);
  }
  /** `supported` is printed sorted, as upstream does. */
  notSupported(field: string, value: unknown, supported: readonly string[]): void {
    this.add('notSupported', field, value, `supported values: ${[...supported].sort().map(quote).join(', ')}`);
  }
  tooLong(field: string, maxBytes: number): void {
    this.add('tooLong', field, undefined, `may not be more than ${maxBytes} bytes`);
  }
  tooMany(field: string, actual: number, max: number): void {
    this.add('tooMany', field, actual, `must have at most ${max} items`);
  }
}

/** 422 Invalid for `kind` (`StatefulSet`), or null when nothing was collected. */
export function invalidStatus(
  kind: { readonly group: string; readonly kind: string },
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const texts = [...new Set(errors.map(fieldErrorText))];
  const body = texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
  const qualified = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  const causes: StatusCause[] = errors.map((error) => ({
    reason: LABEL[error.kind][1],
    message: fieldErrorBody(error),
    field: error.field,
  }));
  return new StatusError(422, 'Invalid', `${qualified} "${name}" is invalid: ${body}`, {
    ...(name === '' ? {} : { name }),
    ...(kind.group === '' ? {} : { group: kind.group }),
    ...(kind.kind === '' ? {} : { kind: kind.kind }),
    causes,
  });
}
