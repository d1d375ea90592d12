import { deepEqual } from '../../base/json.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { IMMUTABLE } from '../shared/checks.ts';
import { AGE, NAME, text } from '../shared/columns.ts';
import { keepOld } from '../shared/transitions.ts';
import {
  COUNTED_RESOURCES,
  isHugePages,
  isWholeQuantity,
  nonNegativeQuantity,
  STANDARD_RESOURCES,
  validateResourceName,
} from '../shared/validation.ts';

const SCOPES = [
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
  'VolumeAttributesClass',
];
const CONFLICTS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;
const POD_RESOURCES: ReadonlySet<string> = new Set(
  'pods cpu memory requests.cpu requests.memory limits.cpu limits.memory'.split(' '),
);
const CLAIM_RESOURCES: ReadonlySet<string> = new Set(['persistentvolumeclaims', 'requests.storage']);

function scopeCovers(scope: string, resource: string): boolean {
  switch (scope) {
    case 'Terminating':
    case 'NotTerminating':
    case 'NotBestEffort':
    case 'PriorityClass':
    case 'CrossNamespacePodAffinity':
      return POD_RESOURCES.has(resource);
    case 'BestEffort':
      return resource === 'pods';
    case 'VolumeAttributesClass':
      return CLAIM_RESOURCES.has(resource);
    default:
      return true;
  }
}

function isQuotaResource(name: string): boolean {
  return (STANDARD_RESOURCES.has(name) && name !== 'storage') || isHugePages(name);
}

function validateHard(errors: FieldErrors, path: string, hard: Readonly<Record<string, string>> | undefined): void {
  for (const [name, value] of Object.entries(hard ?? {})) {
    const at = `${path}[${name}]`;
    validateResourceName(name, at, errors);
    if (!name.includes('/') && !isQuotaResource(name))
      errors.invalid(at, name, 'must be a standard resource for quota');
    nonNegativeQuantity(value, at, errors);
    if (COUNTED_RESOURCES.has(name) && !isWholeQuantity(value)) errors.invalid(at, value, 'must be an integer');
  }
}

function validateScopeSet(
  errors: FieldErrors,
  path: string,
  shown: unknown,
  scopes: readonly string[],
  resources: readonly string[],
): void {
  for (const scope of scopes) {
    if (!SCOPES.includes(scope)) errors.invalid(path, shown, 'unsupported scope');
    for (const name of resources) {
      if (isQuotaResource(name) && !scopeCovers(scope, name)) {
        errors.invalid(path, shown, 'unsupported scope applied to resource');
      }
    }
  }
  for (const pair of CONFLICTS) {
    if (pair.every((scope) => scopes.includes(scope))) errors.invalid(path, shown, 'conflicting scopes');
  }
}

function validateSelector(errors: FieldErrors, spec: KubeObject['spec'], resources: readonly string[]): void {
  const path = 'spec.scopeSelector.matchExpressions';
  for (const term of spec?.scopeSelector?.matchExpressions ?? []) {
    const values: readonly string[] = term.values ?? [];
    validateScopeSet(errors, `${path}.scopeName`, term.scopeName ?? '', [term.scopeName ?? ''], resources);
    if (
      term.scopeName !== 'PriorityClass' &&
      term.scopeName !== 'VolumeAttributesClass' &&
      term.operator !== 'Exists'
    ) {
      errors.invalid(
        `${path}.operator`,
        term.operator ?? '',
        `must be 'Exists' when scope is any of ${SCOPES.slice(0, 4).join(', ')} and CrossNamespacePodAffinity`,
      );
    }
    if ((term.operator === 'In' || term.operator === 'NotIn') && values.length === 0) {
      errors.required(
        `${path}.values`,
        "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
      );
    } else if ((term.operator === 'Exists' || term.operator === 'DoesNotExist') && values.length > 0) {
      errors.invalid(
        `${path}.values`,
        values,
        "must be no value when `operator` is 'Exists' or 'DoesNotExist' for scope selector",
      );
    } else if (!['In', 'NotIn', 'Exists', 'DoesNotExist'].includes(term.operator)) {
      errors.invalid(`${path}.operator`, term.operator ?? '', 'not a valid selector operator');
    }
  }
}

function validate(object: KubeObject, errors: FieldErrors): void {
  const resources = Object.keys(object.spec?.hard ?? {});
  const scopes: readonly string[] = object.spec?.scopes ?? [];
  validateHard(errors, 'spec.hard', object.spec?.hard);
  validateScopeSet(errors, 'spec.scopes', scopes, scopes, resources);
  validateSelector(errors, object.spec, resources);
}

/** `res: used/hard, …`, of the resources that are limits or of the others. */
function usage(object: KubeObject, limits: boolean): string {
  const hard: Record<string, string> = object.status?.hard ?? {};
  return Object.keys(hard)
    .filter((name) => name.startsWith('limits.') === limits)
    .sort()
    .map((name) => `${name}: ${object.status?.used?.[name] ?? '0'}/${hard[name]}`)
    .join(', ');
}

export const resourceQuota = defineKind({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  shortNames: ['quota'],
  namespaced: true,
  returnsDeleted: true,
  create: {
    prepare(draft) {
      draft.status = {};
    },
    validate,
  },
  update: {
    prepare: (draft, old) => keepOld(draft, old, 'status'),
    validate(object, old, errors) {
      validate(object, errors);
      const before = new Set<string>(old.spec?.scopes ?? []);
      const after = new Set<string>(object.spec?.scopes ?? []);
      if (!deepEqual([...before].sort(), [...after].sort())) {
        errors.invalid('spec.scopes', object.spec?.scopes ?? null, IMMUTABLE);
      }
    },
  },
  status: {
    prepare: (draft, old) => keepOld(draft, old, 'spec'),
    validate(object, _old, errors) {
      validateHard(errors, 'status.hard', object.status?.hard);
      validateHard(errors, 'status.used', object.status?.used);
    },
  },
  columns: [NAME, text('Request', (o) => usage(o, false)), text('Limit', (o) => usage(o, true)), AGE],
});
