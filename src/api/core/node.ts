import { deepEqual } from '../../base/json.ts';
import { labelValue } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { notOneOf, validateLabelName } from '../shared/checks.ts';
import { parseCidr, validateCidr } from '../shared/cidr.ts';
import { AGE, NAME, text, wide } from '../shared/columns.ts';
import { internalValue } from '../shared/internal-form.ts';
import { keepOld } from '../shared/transitions.ts';
import { nonNegativeQuantity } from '../shared/validation.ts';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const ROLE_PREFIX = 'node-role.kubernetes.io/';

function defaults(draft: Draft): void {
  draft.spec ??= {};
  const { spec } = draft;
  // The single form mirrors the first of the list; the single form wins where they differ.
  if ((spec.podCIDR ?? '') !== '' && spec.podCIDRs?.[0] !== spec.podCIDR) spec.podCIDRs = [spec.podCIDR];
  else if (spec.podCIDRs?.length > 0) spec.podCIDR = spec.podCIDRs[0];
  draft.status ??= {};
  if (draft.status.allocatable === undefined && draft.status.capacity !== undefined) {
    draft.status.allocatable = { ...draft.status.capacity };
  }
}

const TAINT = 'io.k8s.api.core.v1.Taint';
const NODE_ADDRESS = 'io.k8s.api.core.v1.NodeAddress';

function validateTaints(errors: FieldErrors, taints: readonly { key: string; value?: string; effect: string }[]): void {
  const seen = new Set<string>();
  for (const [i, taint] of taints.entries()) {
    const path = `spec.taints[${i}]`;
    validateLabelName(taint.key, `${path}.key`, errors);
    const messages = labelValue(taint.value ?? '');
    if (messages.length > 0) errors.invalid(`${path}.value`, taint.value, messages.join(';'));
    if (taint.effect === '') errors.required(`${path}.effect`);
    else if (!EFFECTS.includes(taint.effect)) notOneOf(`${path}.effect`, taint.effect, EFFECTS, errors);
    const identity = `${taint.effect}/${taint.key}`;
    if (seen.has(identity)) {
      const rule = 'taints must be unique by key and effect pair';
      errors.add('duplicate', path, internalValue(TAINT, taint), rule);
    }
    seen.add(identity);
  }
}

function validate(object: KubeObject, errors: FieldErrors): void {
  validateTaints(errors, object.spec?.taints ?? []);
  const cidrs: readonly string[] = object.spec?.podCIDRs ?? [];
  for (const [i, cidr] of cidrs.entries()) validateCidr(cidr, `spec.podCIDRs[${i}]`, errors);
  const families = cidrs.map((cidr) => parseCidr(cidr)?.ip.family);
  if (cidrs.length > 1 && new Set(families).size < cidrs.length) {
    errors.invalid('spec.podCIDRs', cidrs, 'may specify no more than one CIDR for each IP family');
  }
}

function validateStatus(object: KubeObject, errors: FieldErrors): void {
  for (const field of ['capacity', 'allocatable'] as const) {
    for (const [name, value] of Object.entries<string>(object.status?.[field] ?? {})) {
      nonNegativeQuantity(value, `status.${field}[${name}]`, errors);
    }
  }
  const seen: unknown[] = [];
  for (const [i, address] of (object.status?.addresses ?? []).entries()) {
    if (seen.some((other) => deepEqual(other, address))) {
      errors.duplicate(`status.addresses[${i}]`, internalValue(NODE_ADDRESS, address));
    }
    seen.push(address);
  }
}

function validateUpdate(object: KubeObject, old: KubeObject, errors: FieldErrors): void {
  validateTaints(errors, object.spec?.taints ?? []);
  const had: readonly string[] = old.spec?.podCIDRs ?? [];
  if (had.length > 0 && !deepEqual(had, object.spec?.podCIDRs ?? [])) {
    errors.forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid');
  }
  if ((old.spec?.providerID ?? '') !== '' && old.spec.providerID !== object.spec?.providerID) {
    errors.forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid');
  }
}

function nodeStatus(object: KubeObject): string {
  const ready = object.status?.conditions?.find((condition: { type: string }) => condition.type === 'Ready');
  const base = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return object.spec?.unschedulable === true ? `${base},SchedulingDisabled` : base;
}

function roles(object: KubeObject): string {
  const found = new Set<string>();
  for (const [key, value] of Object.entries(object.metadata.labels ?? {})) {
    if (key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length) found.add(key.slice(ROLE_PREFIX.length));
    else if (key === 'kubernetes.io/role' && value !== '') found.add(value);
  }
  return found.size === 0 ? '<none>' : [...found].sort().join(',');
}

function address(object: KubeObject, type: string): string {
  return object.status?.addresses?.find((a: { type: string; address: string }) => a.type === type)?.address ?? '<none>';
}

function info(object: KubeObject, field: string): string {
  const value = object.status?.nodeInfo?.[field];
  return value === undefined || value === '' ? '<unknown>' : value;
}

function kernel(object: KubeObject): string {
  const arch = object.status?.nodeInfo?.architecture;
  const version = info(object, 'kernelVersion');
  return version === '<unknown>' || arch === undefined || arch === '' ? version : `${version} (${arch})`;
}

export const node = defineKind({
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  shortNames: ['no'],
  namespaced: false,
  keepsStatusOnCreate: true,
  defaults,
  create: { validate },
  update: { prepare: (draft, old) => keepOld(draft, old, 'status'), validate: validateUpdate },
  status: {
    prepare: (draft, old) => keepOld(draft, old, 'spec'),
    validate: (object, _old, errors) => validateStatus(object, errors),
  },
  subresources: {
    proxy: { kind: 'NodeProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
  },
  selectableFields: { 'spec.unschedulable': (o) => String(o.spec?.unschedulable === true) },
  columns: [
    NAME,
    text('Status', nodeStatus),
    text('Roles', roles),
    AGE,
    text('Version', (o) => o.status?.nodeInfo?.kubeletVersion ?? ''),
    wide('Internal-IP', (o) => address(o, 'InternalIP')),
    wide('External-IP', (o) => address(o, 'ExternalIP')),
    wide('OS-Image', (o) => info(o, 'osImage')),
    wide('Kernel-Version', kernel),
    wide('Container-Runtime', (o) => info(o, 'containerRuntimeVersion')),
  ],
});
