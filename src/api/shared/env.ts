import { configMapKey, dns1123Subdomain, envVarName } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import { invalidEach } from './checks.ts';
import { ENV_FIELDS, validateFieldRef, validateResourceFieldRef } from './downward-api.ts';
import type { Json } from './json.ts';

function validateKeyRef(ref: Json, field: string, errors: FieldErrors): void {
  invalidEach(dns1123Subdomain(ref.name ?? ''), `${field}.name`, ref.name ?? '', errors);
  if ((ref.key ?? '') === '') errors.required(`${field}.key`);
  else invalidEach(configMapKey(ref.key), `${field}.key`, ref.key, errors);
}

function validateFileKeyRef(ref: Json, field: string, errors: FieldErrors): void {
  for (const name of ['key', 'volumeName', 'path'] as const) {
    if ((ref[name] ?? '') === '') errors.required(`${field}.${name}`);
  }
}

function validateValueFrom(variable: Json, field: string, errors: FieldErrors): void {
  const from = variable.valueFrom;
  let sources = 0;
  if (from.fieldRef) {
    sources++;
    validateFieldRef(from.fieldRef, ENV_FIELDS, `${field}.fieldRef`, errors);
  }
  if (from.resourceFieldRef) {
    sources++;
    validateResourceFieldRef(from.resourceFieldRef, `${field}.resourceFieldRef`, false, errors);
  }
  for (const name of ['configMapKeyRef', 'secretKeyRef'] as const) {
    if (from[name] === undefined) continue;
    sources++;
    validateKeyRef(from[name], `${field}.${name}`, errors);
  }
  if (from.fileKeyRef) {
    sources++;
    validateFileKeyRef(from.fileKeyRef, `${field}.fileKeyRef`, errors);
  }
  if (sources === 0) {
    errors.invalid(
      field,
      '',
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
    );
  } else if ((variable.value ?? '') !== '') {
    errors.invalid(field, '', 'may not be specified when `value` is not empty');
  } else if (sources > 1) {
    errors.invalid(field, '', 'may not have more than one field specified at a time');
  }
}

export function validateEnv(variables: readonly Json[], field: string, errors: FieldErrors): void {
  for (let i = 0; i < variables.length; i++) {
    const variable = variables[i];
    const name: string = variable.name ?? '';
    if (name === '') errors.required(`${field}[${i}].name`);
    else invalidEach(envVarName(name), `${field}[${i}].name`, name, errors);
    if (variable.valueFrom !== undefined) validateValueFrom(variable, `${field}[${i}].valueFrom`, errors);
  }
}

export function validateEnvFrom(sources: readonly Json[], field: string, errors: FieldErrors): void {
  for (let i = 0; i < sources.length; i++) {
    const source = sources[i];
    if ((source.prefix ?? '') !== '') {
      invalidEach(envVarName(source.prefix), `${field}[${i}].prefix`, source.prefix, errors);
    }
    let count = 0;
    for (const name of ['configMapRef', 'secretRef'] as const) {
      const ref = source[name];
      if (ref === undefined) continue;
      count++;
      if ((ref.name ?? '') === '') errors.required(`${field}[${i}].${name}.name`);
      else invalidEach(dns1123Subdomain(ref.name), `${field}[${i}].${name}.name`, ref.name, errors);
    }
    if (count === 0) errors.invalid(field, '', 'must specify one of: `configMapRef` or `secretRef`');
    else if (count > 1) errors.invalid(field, '', 'may not have more than one field specified at a time');
  }
}
