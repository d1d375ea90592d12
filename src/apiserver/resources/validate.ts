import { FieldErrors, invalidStatus } from '../../schema/field-errors.ts';
import type { ServedKind } from '../registry.ts';

/** Runs validators and throws Invalid with everything they found. */
export function validated(
  kind: ServedKind,
  name: string,
  run: (errors: FieldErrors) => void,
  as: { group: string; kind: string } = kind.definition,
): void {
  const errors = new FieldErrors();
  run(errors);
  if (errors.list.length > 0) throw invalidStatus(as, name, errors.list);
}
