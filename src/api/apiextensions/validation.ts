import { deepEqual } from '../../base/json.ts';
import { dns1035Label, dns1123Subdomain } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { validateClientConfig } from '../admissionregistration/client-config.ts';
import { notOneOf } from '../shared/checks.ts';
import type { Json } from '../shared/json.ts';
import { validateNames } from './names.ts';
import { validateSchema } from './schema-validation.ts';

const SCOPES = ['Cluster', 'Namespaced'];
const STRATEGIES = ['None', 'Webhook'];
const COLUMN_TYPES = ['integer', 'number', 'string', 'boolean', 'date'];
const COLUMN_FORMATS = ['int32', 'int64', 'float', 'double', 'byte', 'date', 'date-time', 'password'];

function validateGroup(group: string, errors: FieldErrors): void {
  const field = 'spec.group';
  const messages = group === '' ? [] : dns1123Subdomain(group);
  if (group === '') errors.required(field);
  else if (messages.length > 0) errors.invalid(field, group, messages.join(','));
  else if (!group.includes('.')) errors.invalid(field, group, 'should be a domain with at least one dot');
}

function oneOf(value: string, choices: readonly string[], field: string, errors: FieldErrors): void {
  if (value === '') errors.required(field);
  else if (!choices.includes(value)) notOneOf(field, value, choices, errors);
}

function validateColumns(columns: readonly Json[], field: string, errors: FieldErrors): void {
  for (const [i, { name = '', type = '', format = '', jsonPath = '' }] of columns.entries()) {
    const at = `${field}.additionalPrinterColumns[${i}]`;
    if (name === '') errors.required(`${at}.name`);
    if (type === '') errors.required(`${at}.type`, `must be one of ${[...COLUMN_TYPES].sort().join(',')}`);
    else if (!COLUMN_TYPES.includes(type)) {
      errors.invalid(`${at}.type`, type, `must be one of ${[...COLUMN_TYPES].sort().join(',')}`);
    }
    if (format !== '' && !COLUMN_FORMATS.includes(format)) {
      errors.invalid(`${at}.format`, format, `must be one of ${[...COLUMN_FORMATS].sort().join(',')}`);
    }
    if (jsonPath === '') errors.required(`${at}.JSONPath`);
  }
}

/** `.status.x` and the like: a path below `root`, without lists. */
function validateScalePath(
  path: string | undefined,
  root: string,
  required: boolean,
  field: string,
  errors: FieldErrors,
) {
  if ((path ?? '') === '') {
    if (required) errors.required(field);
  } else if (!new RegExp(`^\\.${root}(\\.[A-Za-z_][\\w-]*)+$`).test(path!)) {
    errors.invalid(field, path, `should be a json path under .${root}`);
  }
}

function validateSubresources(subresources: Json, field: string, errors: FieldErrors): void {
  const scale = subresources?.scale;
  if (scale === undefined) return;
  const at = `${field}.subresources.scale`;
  validateScalePath(scale.specReplicasPath, 'spec', true, `${at}.specReplicasPath`, errors);
  validateScalePath(scale.statusReplicasPath, 'status', true, `${at}.statusReplicasPath`, errors);
  if (scale.labelSelectorPath !== undefined) {
    validateScalePath(scale.labelSelectorPath, '(spec|status)', false, `${at}.labelSelectorPath`, errors);
  }
}

/** What versions have in common stands at the top in the server's own form, and errors name it there. */
function fieldOf(versions: readonly Json[], part: string, i: number): string {
  const same = versions.every((version) => deepEqual(version[part] ?? null, versions[0]![part] ?? null));
  return same ? 'spec' : `spec.versions[${i}]`;
}

function validateVersion(versions: readonly Json[], i: number, errors: FieldErrors): void {
  const version = versions[i]!;
  const schema = version.schema?.openAPIV3Schema;
  const once = (part: string): string | null => {
    const field = fieldOf(versions, part, i);
    return field === 'spec' && i > 0 ? null : field;
  };
  const schemaField = once('schema');
  if (schema === undefined) errors.required(`spec.versions[${i}].schema.openAPIV3Schema`);
  else if (schemaField !== null) {
    const at = schemaField === 'spec' ? 'spec.validation' : `${schemaField}.schema`;
    validateSchema(schema, `${at}.openAPIV3Schema`, errors);
  }
  const subresources = once('subresources');
  if (subresources !== null) validateSubresources(version.subresources, subresources, errors);
  const columns = once('additionalPrinterColumns');
  if (columns !== null) validateColumns(version.additionalPrinterColumns ?? [], columns, errors);
}

function validateVersionNames(versions: readonly Json[], errors: FieldErrors): void {
  for (const [i, { name = '' }] of versions.entries()) {
    const messages = dns1035Label(name);
    if (messages.length > 0) errors.invalid(`spec.versions[${i}].name`, name, messages.join(','));
  }
  if (new Set(versions.map((version) => version.name)).size < versions.length) {
    errors.invalid('spec.versions', versions, 'must contain unique version names');
  }
  if (versions.filter((version) => version.storage === true).length !== 1) {
    errors.invalid('spec.versions', versions, 'must have exactly one version marked as storage version');
  }
  const messages = versions.length === 0 ? [] : dns1035Label(versions[0].name ?? '');
  if (messages.length > 0) errors.invalid('spec.version', versions[0].name, messages.join(','));
}

function validateConversion(conversion: Json, errors: FieldErrors): void {
  if (conversion === undefined) return;
  const field = 'spec.conversion';
  oneOf(conversion.strategy ?? '', STRATEGIES, `${field}.strategy`, errors);
  const { webhook } = conversion;
  if (conversion.strategy !== 'Webhook') {
    if (webhook?.clientConfig !== undefined) {
      errors.forbidden(`${field}.webhookClientConfig`, 'should not be set when strategy is not set to Webhook');
    }
    return;
  }
  const config = webhook?.clientConfig;
  if (config === undefined) {
    errors.required(`${field}.webhookClientConfig`, 'required when strategy is set to Webhook');
  } else validateClientConfig(config, `${field}.webhookClientConfig`, errors);
  const versions: readonly string[] = webhook?.conversionReviewVersions ?? [];
  const at = `${field}.conversionReviewVersions`;
  if (versions.length === 0) errors.required(at);
  else if (!versions.some((version) => version === 'v1' || version === 'v1beta1')) {
    errors.invalid(at, versions, 'must include at least one of v1, v1beta1');
  }
}

function validateStored(stored: readonly string[] | undefined, versions: readonly Json[], errors: FieldErrors): void {
  const field = 'status.storedVersions';
  if ((stored ?? []).length === 0) {
    errors.invalid(field, null, 'must have at least one stored version');
    return;
  }
  const open = new Map(stored!.map((name, i) => [name, i]));
  for (const version of versions) {
    if (open.delete(version.name)) continue;
    if (version.storage === true) errors.invalid(field, version, `must have the storage version ${version.name}`);
  }
  for (const [name, i] of open) errors.invalid(`${field}[${i}]`, name, 'must appear in spec.versions');
}

/** A CustomResourceDefinition, in upstream's order. */
export function validateDefinition(object: KubeObject, errors: FieldErrors): void {
  const spec: Json = object.spec ?? {};
  const versions: readonly Json[] = spec.versions ?? [];
  const name = object.metadata.name ?? '';
  if (name !== `${spec.names?.plural ?? ''}.${spec.group ?? ''}`) {
    errors.invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group');
  }
  validateGroup(spec.group ?? '', errors);
  oneOf(spec.scope ?? '', SCOPES, 'spec.scope', errors);
  if (spec.preserveUnknownFields === true) {
    errors.invalid(
      'spec.preserveUnknownFields',
      true,
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    );
  }
  validateVersionNames(versions, errors);
  validateNames(spec.names ?? {}, errors);
  for (let i = 0; i < versions.length; i++) validateVersion(versions, i, errors);
  validateConversion(spec.conversion, errors);
  validateStored(object.status?.storedVersions, versions, errors);
}
