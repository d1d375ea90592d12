import { deepEqual } from '../../base/json.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { validateLabelName } from '../shared/checks.ts';
import { AGE, NAME, text } from '../shared/columns.ts';
import type { Json } from '../shared/json.ts';
import { topologyWarnings } from '../shared/node-label-warnings.ts';
import { validateImmutable } from '../shared/transitions.ts';

const DEFAULT_ANNOTATIONS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];
const MAX_PARAMETERS = 512;
const MAX_PARAMETER_BYTES = 256 * 1024;
const FIXED = ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'];

function defaults(draft: Draft): void {
  draft.reclaimPolicy ??= 'Delete';
  draft.volumeBindingMode ??= 'Immediate';
}

function validateProvisioner(provisioner: string, errors: FieldErrors): void {
  if (provisioner === '') errors.required('provisioner');
  else validateLabelName(provisioner.toLowerCase(), 'provisioner', errors);
}

/** Parameters of a class or of an attributes class: not too many, no empty key. */
export function validateParameters(
  parameters: Readonly<Record<string, string>> | undefined,
  errors: FieldErrors,
): void {
  const entries = Object.entries(parameters ?? {});
  if (entries.length > MAX_PARAMETERS) errors.tooLong('parameters', MAX_PARAMETERS);
  let bytes = 0;
  for (const [key, value] of entries) {
    if (key === '') errors.invalid('parameters', key, 'field can not be empty.');
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > MAX_PARAMETER_BYTES) errors.tooLong('parameters', MAX_PARAMETER_BYTES);
}

function validateTopologyRequirement(requirement: Json, field: string, seen: Set<string>, errors: FieldErrors): void {
  const values: readonly string[] = requirement.values ?? [];
  if (values.length === 0) errors.required(`${field}.values`);
  for (const [i, value] of values.entries()) {
    if (values.indexOf(value) < i) errors.duplicate(`${field}.values[${i}]`, value);
  }
  const key: string = requirement.key ?? '';
  validateLabelName(key, `${field}.key`, errors);
  if (seen.has(key)) errors.duplicate(`${field}.key`, key);
  seen.add(key);
}

function validateTopologies(terms: readonly Json[], errors: FieldErrors): void {
  for (const [i, term] of terms.entries()) {
    const seen = new Set<string>();
    for (const [j, requirement] of (term.matchLabelExpressions ?? []).entries()) {
      validateTopologyRequirement(requirement, `allowedTopologies[${i}].matchLabelExpressions[${j}]`, seen, errors);
    }
    if (terms.slice(0, i).some((other) => deepEqual(other, term))) errors.duplicate(`allowedTopologies[${i}]`, '');
  }
}

function validate(object: KubeObject, errors: FieldErrors): void {
  validateProvisioner(object.provisioner ?? '', errors);
  validateParameters(object.parameters, errors);
  for (const [field, choices] of [
    ['reclaimPolicy', ['Delete', 'Retain']],
    ['volumeBindingMode', ['Immediate', 'WaitForFirstConsumer']],
  ] as const) {
    const value: string = object[field] ?? '';
    if (value !== '' && !(choices as readonly string[]).includes(value)) errors.notSupported(field, value, choices);
  }
  validateTopologies(object.allowedTopologies ?? [], errors);
}

function isDefault(object: KubeObject): boolean {
  return DEFAULT_ANNOTATIONS.some((name) => object.metadata.annotations?.[name] === 'true');
}

const warnings = (object: KubeObject): readonly string[] => topologyWarnings(object.allowedTopologies ?? []);

export const storageClass = defineKind({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  shortNames: ['sc'],
  namespaced: false,
  returnsDeleted: true,
  defaults,
  create: { validate, warnings },
  update: {
    warnings,
    validate(object, old, errors) {
      for (const field of FIXED) validateImmutable(object[field], old[field], field, errors);
    },
  },
  columns: [
    { ...NAME, cell: (o) => `${o.metadata.name}${isDefault(o) ? ' (default)' : ''}` },
    text('Provisioner', (o) => o.provisioner ?? ''),
    text('ReclaimPolicy', (o) => o.reclaimPolicy ?? 'Delete'),
    text('VolumeBindingMode', (o) => o.volumeBindingMode ?? '<unset>'),
    text('AllowVolumeExpansion', (o) => o.allowVolumeExpansion === true),
    AGE,
  ],
});
