import { deepEqual } from '../../base/json.ts';
import { pathSegment } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft, KindDefinition } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { invalidEach, notOneOf } from '../shared/checks.ts';
import { AGE, NAME, text, wide } from '../shared/columns.ts';
import { validateSubdomain } from '../shared/validation.ts';

const RBAC = 'rbac.authorization.k8s.io';
const SUBJECT_KINDS = ['ServiceAccount', 'User', 'Group'];

interface Subject {
  kind: string;
  apiGroup?: string;
  name?: string;
  namespace?: string;
}

function defaults(draft: Draft): void {
  draft.roleRef ??= {};
  draft.roleRef.apiGroup ||= RBAC;
  for (const subject of (draft.subjects ?? []) as Subject[]) {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= RBAC;
  }
}

function validateSubject(subject: Subject, namespaced: boolean, field: string, errors: FieldErrors): void {
  if ((subject.name ?? '') === '') errors.required(`${field}.name`);
  const group = subject.apiGroup ?? '';
  switch (subject.kind) {
    case 'ServiceAccount':
      if ((subject.name ?? '') !== '') validateSubdomain(subject.name!, `${field}.name`, errors);
      if (group !== '') errors.notSupported(`${field}.apiGroup`, group, ['']);
      if (!namespaced && (subject.namespace ?? '') === '') errors.required(`${field}.namespace`);
      break;
    case 'User':
    case 'Group':
      if (group !== RBAC) errors.notSupported(`${field}.apiGroup`, group, [RBAC]);
      break;
    default:
      notOneOf(`${field}.kind`, subject.kind, SUBJECT_KINDS, errors);
  }
}

function validator(namespaced: boolean): (object: KubeObject, errors: FieldErrors) => void {
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  return (object, errors) => {
    const { apiGroup = '', kind = '', name = '' } = object.roleRef ?? {};
    if (apiGroup !== RBAC) errors.notSupported('roleRef.apiGroup', apiGroup, [RBAC]);
    if (!kinds.includes(kind)) notOneOf('roleRef.kind', kind, kinds, errors);
    if (name === '') errors.required('roleRef.name');
    else invalidEach(pathSegment(name), 'roleRef.name', name, errors);
    for (const [i, subject] of ((object.subjects ?? []) as Subject[]).entries()) {
      validateSubject(subject, namespaced, `subjects[${i}]`, errors);
    }
  };
}

function subjects(kind: string): (object: KubeObject) => string {
  return (object) =>
    ((object.subjects ?? []) as Subject[])
      .filter((subject) => subject.kind === kind)
      .map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name))
      .join(', ');
}

function binding(kind: string, plural: string, namespaced: boolean): KindDefinition {
  const validate = validator(namespaced);
  return defineKind({
    group: RBAC,
    version: 'v1',
    kind,
    plural,
    namespaced,
    nameRule: 'path',
    createOnUpdate: true,
    defaults,
    create: { validate },
    update: {
      validate(object, old, errors) {
        validate(object, errors);
        if (!deepEqual(object.roleRef, old.roleRef)) errors.invalid('roleRef', object.roleRef, 'cannot change roleRef');
      },
    },
    columns: [
      NAME,
      text('Role', (o) => `${o.roleRef.kind}/${o.roleRef.name}`),
      AGE,
      wide('Users', subjects('User')),
      wide('Groups', subjects('Group')),
      wide('ServiceAccounts', subjects('ServiceAccount')),
    ],
  });
}

export const roleBinding = binding('RoleBinding', 'rolebindings', true);
export const clusterRoleBinding = binding('ClusterRoleBinding', 'clusterrolebindings', false);
