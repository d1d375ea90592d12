import { deepEqual } from '../../base/json.ts';
import { configMapKey } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { invalidEach } from '../shared/checks.ts';
import { AGE, NAME, text } from '../shared/columns.ts';
import { base64Size, MAX_DATA_BYTES } from '../shared/data.ts';

function validate(object: KubeObject, errors: FieldErrors): void {
  const data: Record<string, string> = object.data ?? {};
  const binary: Record<string, string> = object.binaryData ?? {};
  let size = 0;
  for (const [key, value] of Object.entries(data)) {
    invalidEach(configMapKey(key), `data[${key}]`, key, errors);
    if (key in binary) errors.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData');
    size += Buffer.byteLength(value);
  }
  for (const [key, value] of Object.entries(binary)) {
    invalidEach(configMapKey(key), `binaryData[${key}]`, key, errors);
    size += base64Size(value);
  }
  // Upstream builds this path from an empty name, which prints as a pair of brackets.
  if (size > MAX_DATA_BYTES) errors.tooLong('[]', MAX_DATA_BYTES);
}

/** `immutable: true` freezes the data and the flag itself; shared with Secret. */
export function validateImmutableFlag(
  object: KubeObject,
  old: KubeObject,
  fields: readonly string[],
  errors: FieldErrors,
) {
  if (old.immutable !== true) return;
  const why = 'field is immutable when `immutable` is set';
  if (object.immutable !== true) errors.forbidden('immutable', why);
  for (const field of fields) {
    if (!deepEqual(object[field] ?? {}, old[field] ?? {})) errors.forbidden(field, why);
  }
}

export const configMap = defineKind({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  namespaced: true,
  create: { validate },
  update: {
    validate(object, old, errors) {
      validateImmutableFlag(object, old, ['data', 'binaryData'], errors);
      validate(object, errors);
    },
  },
  columns: [NAME, text('Data', (o) => Object.keys(o.data ?? {}).length + Object.keys(o.binaryData ?? {}).length), AGE],
});
