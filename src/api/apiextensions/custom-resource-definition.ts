import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { CREATED_AT, NAME } from '../shared/columns.ts';
import type { Json } from '../shared/json.ts';
import { takeAllButStatus, takeStatusAlone, validateImmutable } from '../shared/transitions.ts';
import { validateDefinition } from './validation.ts';

const HTTPS_PORT = 443;

function defaults(draft: Draft): void {
  draft.spec ??= {};
  const { spec } = draft;
  spec.names ??= {};
  const { names } = spec;
  const kind: string = names.kind ?? '';
  if ((names.singular ?? '') === '' && kind !== '') names.singular = kind.toLowerCase();
  if ((names.listKind ?? '') === '' && kind !== '') names.listKind = `${kind}List`;
  spec.conversion ??= { strategy: 'None' };
  const service = spec.conversion.webhook?.clientConfig?.service;
  if (service !== undefined && service !== null) service.port ??= HTTPS_PORT;
}

/** The storage version counts as stored from the moment it is one. */
function rememberStored(draft: Draft): void {
  const stored: string[] = draft.status.storedVersions ?? [];
  for (const version of draft.spec.versions ?? []) {
    if (version.storage === true && !stored.includes(version.name)) stored.push(version.name);
  }
  if (stored.length > 0) draft.status = { ...draft.status, storedVersions: stored };
}

const established = (object: KubeObject): boolean =>
  (object.status?.conditions ?? []).some((c: Json) => c.type === 'Established' && c.status === 'True');

function validateUpdate(object: KubeObject, old: KubeObject, errors: FieldErrors): void {
  validateDefinition(object, errors);
  if (established(old)) {
    validateImmutable(object.spec.scope, old.spec.scope, 'spec.scope', errors);
    validateImmutable(object.spec.names?.kind, old.spec.names?.kind, 'spec.names.kind', errors);
  }
  validateImmutable(object.spec.group, old.spec.group, 'spec.group', errors);
  validateImmutable(object.spec.names?.plural, old.spec.names?.plural, 'spec.names.plural', errors);
}

export const customResourceDefinition = defineKind({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  generation: true,
  unconditionalUpdate: false,
  defaults,
  create: {
    prepare(draft) {
      draft.status = { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: null };
      rememberStored(draft);
    },
    validate: validateDefinition,
  },
  update: {
    prepare(draft, old) {
      takeAllButStatus(draft, old);
      draft.status = { ...draft.status, storedVersions: [...(draft.status?.storedVersions ?? [])] };
      rememberStored(draft);
    },
    validate: validateUpdate,
  },
  status: { prepare: takeStatusAlone },
  columns: [NAME, CREATED_AT],
});
