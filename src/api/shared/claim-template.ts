import type { FieldErrors } from '../../schema/field-errors.ts';
import { defaultClaimSpec, validateClaimSpec } from './claim-spec.ts';
import type { Json } from './json.ts';

/** A template of claims reads back as a whole claim: kind, version, phase. */
export function defaultClaimTemplate(claim: Json): void {
  claim.kind = 'PersistentVolumeClaim';
  claim.apiVersion = 'v1';
  claim.metadata ??= {};
  claim.spec ??= {};
  claim.status ??= {};
  claim.status.phase ??= 'Pending';
  defaultClaimSpec(claim.spec);
}

export function validateClaimTemplates(claims: readonly Json[], field: string, errors: FieldErrors): void {
  for (let i = 0; i < claims.length; i++) validateClaimSpec(claims[i].spec, `${field}[${i}].spec`, errors);
}
