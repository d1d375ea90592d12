import { dns1035Label } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Json } from '../shared/json.ts';

/** Names a definition asks for. */
export function validateNames(names: Json, errors: FieldErrors): void {
  const field = 'spec.names';
  for (const name of ['plural', 'singular', 'kind', 'listKind']) {
    if ((names[name] ?? '') === '') errors.required(`${field}.${name}`);
  }
  const label = (name: string, value: string, prefix = ''): void => {
    const messages = value === '' ? [] : dns1035Label(prefix === '' ? value : value.toLowerCase());
    if (messages.length > 0) errors.invalid(`${field}.${name}`, value, prefix + messages.join(','));
  };
  const mixed = 'may have mixed case, but should otherwise match: ';
  label('plural', names.plural ?? '');
  label('singular', names.singular ?? '');
  label('kind', names.kind ?? '', mixed);
  label('listKind', names.listKind ?? '', mixed);
  for (const [i, name] of (names.shortNames ?? []).entries()) label(`shortNames[${i}]`, name);
  if ((names.kind ?? '') !== '' && names.kind === names.listKind) {
    errors.invalid(`${field}.listKind`, names.listKind, 'kind and listKind may not be the same');
  }
  for (const [i, category] of (names.categories ?? []).entries()) label(`categories[${i}]`, category);
}
