import type { FieldErrors } from '../../schema/field-errors.ts';

export function hasBacksteps(path: string): boolean {
  return path.includes('..') && path.split('/').includes('..');
}

export function validateNoBacksteps(path: string, field: string, errors: FieldErrors): void {
  if (hasBacksteps(path)) errors.invalid(field, path, "must not contain '..'");
}

/** Relative and without `..`. */
export function validateDescendingPath(path: string, field: string, errors: FieldErrors): void {
  if (path.startsWith('/')) errors.invalid(field, path, 'must be a relative path');
  validateNoBacksteps(path, field, errors);
}

/** As above, and its first element does not begin with `..` (names that kubelets use themselves). */
export function validateUnreservedPath(path: string, field: string, errors: FieldErrors): void {
  validateDescendingPath(path, field, errors);
  if (path.startsWith('..') && !path.startsWith('../')) errors.invalid(field, path, "must not start with '..'");
}
