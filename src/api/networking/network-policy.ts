import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { formatLabelSelector } from '../../schema/selectors.ts';
import { defineKind } from '../generic.ts';
import { notOneOf, validatePort, validatePortOrName } from '../shared/checks.ts';
import { cidrContains, parseCidr, validateCidr } from '../shared/cidr.ts';
import { AGE, NAME, text } from '../shared/columns.ts';
import type { Json } from '../shared/json.ts';
import { validateLabelSelector } from '../shared/label-selector.ts';
import { carryGeneration } from '../shared/transitions.ts';

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];

function defaults(draft: Draft): void {
  draft.spec ??= {};
  const { spec } = draft;
  for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
    for (const port of rule.ports ?? []) port.protocol ??= 'TCP';
  }
  if ((spec.policyTypes ?? []).length > 0) return;
  spec.policyTypes = (spec.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}

function validatePolicyPort(entry: Json, field: string, errors: FieldErrors): void {
  const { protocol, port, endPort } = entry;
  if (protocol !== undefined && !PROTOCOLS.includes(protocol))
    notOneOf(`${field}.protocol`, protocol, PROTOCOLS, errors);
  const refuse = (value: unknown, why: string): void => errors.invalid(`${field}.endPort`, value, why);
  if (typeof port === 'string' && endPort !== undefined) {
    refuse(endPort, 'may not be specified when `port` is non-numeric');
  }
  if (port !== undefined) validatePortOrName(port, `${field}.port`, errors);
  if (endPort === undefined || typeof port === 'string') return;
  if (port === undefined) refuse(endPort, 'may not be specified when `port` is not specified');
  else {
    if (endPort < port) refuse(port, 'must be greater than or equal to `port`');
    validatePort(endPort, `${field}.endPort`, errors);
  }
}

function validateIpBlock(block: Json, field: string, errors: FieldErrors): void {
  const cidr: string = block.cidr ?? '';
  if (cidr === '') {
    errors.required(`${field}.cidr`);
    return;
  }
  validateCidr(cidr, `${field}.cidr`, errors);
  const outer = parseCidr(cidr);
  for (const [i, text] of (block.except ?? []).entries()) {
    const at = `${field}.except[${i}]`;
    const inner = parseCidr(text);
    if (inner === null) validateCidr(text, at, errors);
    else if (outer !== null && !(cidrContains(outer, inner.ip) && outer.bits < inner.bits)) {
      errors.invalid(at, text, 'must be a strict subset of `cidr`');
    }
  }
}

function validatePeer(peer: Json, field: string, errors: FieldErrors): void {
  const given = ['podSelector', 'namespaceSelector', 'ipBlock'].filter((name) => peer[name] !== undefined);
  for (const name of given) {
    if (name === 'ipBlock') validateIpBlock(peer.ipBlock, `${field}.ipBlock`, errors);
    else validateLabelSelector(peer[name], `${field}.${name}`, errors);
  }
  if (given.length === 0) errors.required(field, 'must specify a peer');
  else if (given.length > 1 && peer.ipBlock !== undefined) {
    errors.forbidden(field, 'may not specify both ipBlock and another peer');
  }
}

function validate(object: KubeObject, errors: FieldErrors): void {
  const spec: Json = object.spec ?? {};
  validateLabelSelector(spec.podSelector, 'spec.podSelector', errors);
  for (const [direction, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    for (const [i, rule] of (spec[direction] ?? []).entries()) {
      const field = `spec.${direction}[${i}]`;
      for (const [j, port] of (rule.ports ?? []).entries()) validatePolicyPort(port, `${field}.ports[${j}]`, errors);
      for (const [j, peer] of (rule[peers] ?? []).entries()) validatePeer(peer, `${field}.${peers}[${j}]`, errors);
    }
  }
  const types: readonly string[] = spec.policyTypes ?? [];
  if (types.length > 2) errors.invalid('spec.policyTypes', types, 'may not specify more than two policyTypes');
  else {
    for (const [i, type] of types.entries()) {
      if (type === 'Ingress' || type === 'Egress') continue;
      notOneOf(`spec.policyTypes[${i}]`, type, ['Ingress', 'Egress'], errors);
    }
  }
}

export const networkPolicy = defineKind({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  namespaced: true,
  metadataOnUpdate: ['change'],
  generation: true,
  defaults,
  create: { validate },
  update: {
    prepare: (draft, old) => carryGeneration(draft, old),
    validate: (object, _old, errors) => validate(object, errors),
  },
  columns: [NAME, text('Pod-Selector', (o) => formatLabelSelector(o.spec?.podSelector)), AGE],
});
