import { dns1123Label, labelValue, portName, qualifiedName } from '../../base/names.ts';
import { type FieldErrors, quote } from '../../schema/field-errors.ts';
import type { Json } from './json.ts';

export const NON_NEGATIVE = 'must be greater than or equal to 0';
export const IMMUTABLE = 'field is immutable';
const PORT_RANGE = 'must be between 1 and 65535, inclusive';
const ANNOTATION_BYTES = 256 * 1024;

/** One `Invalid value` a message. */
export function invalidEach(messages: readonly string[], field: string, value: unknown, errors: FieldErrors): void {
  for (const message of messages) errors.invalid(field, value, message);
}

/** An absent number counts as zero, as in Go. */
export function nonNegative(value: number | undefined, field: string, errors: FieldErrors): void {
  if (value !== undefined && value < 0) errors.invalid(field, value, NON_NEGATIVE);
}

/** `Unsupported value` with the supported ones in the order given (upstream sorts only where it holds a set). */
export function notOneOf(field: string, value: unknown, supported: readonly string[], errors: FieldErrors): void {
  errors.add('notSupported', field, value, `supported values: ${supported.map(quote).join(', ')}`);
}

export function validateDnsLabel(value: string, field: string, errors: FieldErrors): void {
  invalidEach(dns1123Label(value), field, value, errors);
}

export function validateLabelName(key: string, field: string, errors: FieldErrors): void {
  invalidEach(qualifiedName(key), field, key, errors);
}

/** Label keys and values; both are reported at the map itself. */
export function validateLabels(labels: Json, field: string, errors: FieldErrors): void {
  for (const key in labels) {
    invalidEach(qualifiedName(key), field, key, errors);
    invalidEach(labelValue(labels[key]), field, labels[key], errors);
  }
}

/** Annotation keys (case does not matter) and the total size of 256 KiB. */
export function validateAnnotations(annotations: Json, field: string, errors: FieldErrors): void {
  let bytes = 0;
  for (const key in annotations) {
    invalidEach(qualifiedName(key.toLowerCase()), field, key, errors);
    bytes += Buffer.byteLength(key) + Buffer.byteLength(annotations[key]);
  }
  if (bytes > ANNOTATION_BYTES) errors.tooLong(field, ANNOTATION_BYTES);
}

export function validatePort(port: number, field: string, errors: FieldErrors): void {
  if (port < 1 || port > 65535) errors.invalid(field, port, PORT_RANGE);
}

/** A port number, or the name of a container port. */
export function validatePortOrName(port: number | string | undefined, field: string, errors: FieldErrors): void {
  if (typeof port === 'string') invalidEach(portName(port), field, port, errors);
  else validatePort(port ?? 0, field, errors);
}

/** Whole user and group ids of POSIX: 0 to 2^31-1. */
export function validateId(id: number | undefined, field: string, errors: FieldErrors): void {
  if (id !== undefined && (id < 0 || id > 2147483647)) {
    errors.invalid(field, id, 'must be between 0 and 2147483647, inclusive');
  }
}
