import { dns1123Subdomain, pathSegment } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import { invalidEach } from '../shared/checks.ts';
import type { Json } from '../shared/json.ts';

/** Group, kind and name of an object that an Ingress or an IngressClass refers to. */
export function validateReference(reference: Json, field: string, errors: FieldErrors): void {
  const group: string | undefined = reference.apiGroup;
  if (group !== undefined) invalidEach(dns1123Subdomain(group), `${field}.apiGroup`, group, errors);
  for (const name of ['kind', 'name'] as const) {
    const value: string = reference[name] ?? '';
    if (value === '') errors.required(`${field}.${name}`, `${name} is required`);
    else invalidEach(pathSegment(value), `${field}.${name}`, value, errors);
  }
}
