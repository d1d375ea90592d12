import { configMapKey } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { invalidEach } from '../shared/checks.ts';
import { AGE, NAME, text } from '../shared/columns.ts';
import { base64Size, MAX_DATA_BYTES, sortKeys } from '../shared/data.ts';
import { jsonObjectError } from '../shared/json-error.ts';
import { validateImmutable } from '../shared/transitions.ts';
import { validateImmutableFlag } from './config-map.ts';

const REDACTED = '<secret contents redacted>';
const ACCOUNT_ANNOTATION = 'kubernetes.io/service-account.name';

function defaults(draft: Draft): void {
  if (draft.stringData !== undefined && draft.stringData !== null) {
    const data: Record<string, string> = { ...draft.data };
    for (const [key, value] of Object.entries<string>(draft.stringData))
      data[key] = Buffer.from(value).toString('base64');
    if (Object.keys(data).length > 0) draft.data = sortKeys(data);
  }
  delete draft.stringData;
  if (draft.type === undefined || draft.type === '') draft.type = 'Opaque';
}

function requireKeys(data: Record<string, string>, keys: readonly string[], errors: FieldErrors): void {
  for (const key of keys) if (data[key] === undefined) errors.required(`data[${key}]`);
}

function requireJson(data: Record<string, string>, key: string, errors: FieldErrors): void {
  const value = data[key];
  if (value === undefined) {
    errors.required(`data[${key}]`);
    return;
  }
  const problem = jsonObjectError(Buffer.from(value, 'base64').toString());
  if (problem !== null) errors.invalid(`data[${key}]`, REDACTED, problem);
}

/** What the well-known types must hold. */
function validateType(object: KubeObject, data: Record<string, string>, errors: FieldErrors): void {
  switch (object.type) {
    case 'kubernetes.io/service-account-token':
      if ((object.metadata.annotations?.[ACCOUNT_ANNOTATION] ?? '') === '') {
        errors.required(`metadata.annotations[${ACCOUNT_ANNOTATION}]`);
      }
      break;
    case 'kubernetes.io/dockercfg':
      requireJson(data, '.dockercfg', errors);
      break;
    case 'kubernetes.io/dockerconfigjson':
      requireJson(data, '.dockerconfigjson', errors);
      break;
    case 'kubernetes.io/basic-auth':
      if (data.username === undefined && data.password === undefined)
        requireKeys(data, ['username', 'password'], errors);
      break;
    case 'kubernetes.io/ssh-auth':
      if ((data['ssh-privatekey'] ?? '') === '') errors.required('data[ssh-privatekey]');
      break;
    case 'kubernetes.io/tls':
      requireKeys(data, ['tls.crt', 'tls.key'], errors);
      break;
  }
}

function validate(object: KubeObject, errors: FieldErrors): void {
  const data: Record<string, string> = object.data ?? {};
  let size = 0;
  for (const [key, value] of Object.entries(data)) {
    invalidEach(configMapKey(key), `data[${key}]`, key, errors);
    size += base64Size(value);
  }
  if (size > MAX_DATA_BYTES) errors.tooLong('data', MAX_DATA_BYTES);
  validateType(object, data, errors);
}

export const secret = defineKind({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  defaults,
  create: { validate },
  update: {
    validate(object, old, errors) {
      validateImmutable(object.type, old.type, 'type', errors);
      validateImmutableFlag(object, old, ['data'], errors);
      validate(object, errors);
    },
  },
  selectableFields: { type: (o) => o.type ?? '' },
  columns: [NAME, text('Type', (o) => o.type ?? ''), text('Data', (o) => Object.keys(o.data ?? {}).length), AGE],
});
