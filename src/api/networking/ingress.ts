import { dns1123Subdomain, portName, wildcardDns1123Subdomain } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { invalidEach, validateDnsLabel, validatePort } from '../shared/checks.ts';
import { AGE, NAME, text } from '../shared/columns.ts';
import { ipFamily, validateIp } from '../shared/ip.ts';
import type { Json } from '../shared/json.ts';
import { takeAllButStatus, takeStatusOnly } from '../shared/transitions.ts';
import { validateSubdomain } from '../shared/validation.ts';
import { validateReference } from './reference.ts';

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const FORBIDDEN_PARTS = ['//', '/./', '/../', '%2f', '%2F'];
const FORBIDDEN_ENDS = ['/..', '/.'];

function validateHost(host: string, field: string, errors: FieldErrors): void {
  invalidEach(host.includes('*') ? wildcardDns1123Subdomain(host) : dns1123Subdomain(host), field, host, errors);
}

function validateServiceBackend(service: Json, field: string, errors: FieldErrors): void {
  const { name = '', port = {} } = service;
  if (name === '') errors.required(`${field}.service.name`);
  else validateDnsLabel(name, `${field}.service.name`, errors);
  const named = (port.name ?? '') !== '';
  const numbered = (port.number ?? 0) !== 0;
  if (named && numbered) errors.invalid(field, '', 'cannot set both port name & port number');
  else if (named) invalidEach(portName(port.name), `${field}.service.port.name`, port.name, errors);
  else if (numbered) validatePort(port.number, `${field}.service.port.number`, errors);
  else errors.required(field, 'port name or number is required');
}

function validateBackend(backend: Json, field: string, errors: FieldErrors): void {
  const { resource, service } = backend ?? {};
  if (resource !== undefined && service !== undefined) {
    errors.invalid(field, '', 'cannot set both resource and service backends');
  } else if (resource !== undefined) validateReference(resource, `${field}.resource`, errors);
  else if (service !== undefined) validateServiceBackend(service, field, errors);
  else errors.invalid(field, '', 'resource or service backend is required');
}

function validatePath(entry: Json, field: string, errors: FieldErrors): void {
  const { path = '', pathType } = entry;
  if ((pathType ?? '') === '') {
    errors.required(`${field}.pathType`, 'pathType must be specified');
    return;
  }
  const refuse = (why: string): void => errors.invalid(`${field}.path`, path, why);
  if (!PATH_TYPES.includes(pathType)) errors.notSupported(`${field}.pathType`, pathType, PATH_TYPES);
  else if (!path.startsWith('/') && (path !== '' || pathType !== 'ImplementationSpecific')) {
    refuse('must be an absolute path');
  }
  if (pathType === 'Exact' || pathType === 'Prefix') {
    for (const part of FORBIDDEN_PARTS) if (path.includes(part)) refuse(`must not contain '${part}'`);
    for (const end of FORBIDDEN_ENDS) if (path.endsWith(end)) refuse(`cannot end with '${end}'`);
  }
  validateBackend(entry.backend, `${field}.backend`, errors);
}

function validateRule(rule: Json, field: string, errors: FieldErrors): void {
  const host: string = rule.host ?? '';
  if (host !== '') {
    if (ipFamily(host) !== 0) errors.invalid(`${field}.host`, host, 'must be a DNS name, not an IP address');
    validateHost(host, `${field}.host`, errors);
  }
  if (rule.http === undefined) return;
  const paths: readonly Json[] = rule.http.paths ?? [];
  if (paths.length === 0) errors.required(`${field}.http.paths`);
  for (const [i, path] of paths.entries()) validatePath(path, `${field}.http.paths[${i}]`, errors);
}

function validate(object: KubeObject, errors: FieldErrors): void {
  const spec: Json = object.spec ?? {};
  const rules: readonly Json[] = spec.rules ?? [];
  if (rules.length === 0 && spec.defaultBackend === undefined) {
    errors.invalid('spec', null, 'either `defaultBackend` or `rules` must be specified');
  }
  if (spec.defaultBackend !== undefined) validateBackend(spec.defaultBackend, 'spec.defaultBackend', errors);
  for (const [i, rule] of rules.entries()) validateRule(rule, `spec.rules[${i}]`, errors);
  for (const [i, { hosts = [], secretName = '' }] of (spec.tls ?? []).entries()) {
    for (const [j, host] of hosts.entries()) validateHost(host, `spec.tls[${i}].hosts[${j}]`, errors);
    if (secretName !== '') validateSubdomain(secretName, `spec.tls[${i}].secretName`, errors);
  }
  if (spec.ingressClassName !== undefined) validateSubdomain(spec.ingressClassName, 'spec.ingressClassName', errors);
}

/** The annotation of old may stand beside the field when both name the same class. */
function validateCreate(object: KubeObject, errors: FieldErrors): void {
  validate(object, errors);
  const annotated = object.metadata.annotations?.[CLASS_ANNOTATION];
  const name: string | undefined = object.spec?.ingressClassName;
  if (annotated === undefined || name === undefined || annotated === name) return;
  errors.invalid(`annotations.${CLASS_ANNOTATION}`, annotated, 'must match `ingressClassName` when both are specified');
}

function validateStatus(object: KubeObject, errors: FieldErrors): void {
  for (const [i, { ip = '', hostname = '' }] of (object.status?.loadBalancer?.ingress ?? []).entries()) {
    const field = `status.loadBalancer.ingress[${i}]`;
    if (ip !== '') validateIp(ip, `${field}.ip`, errors);
    if (hostname === '') continue;
    validateSubdomain(hostname, `${field}.hostname`, errors);
    if (ipFamily(hostname) !== 0) {
      errors.invalid(`${field}.hostname`, hostname, 'must be a DNS name, not an IP address');
    }
  }
}

function warnings(object: KubeObject): readonly string[] {
  return object.metadata.annotations?.[CLASS_ANNOTATION] === undefined
    ? []
    : [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`];
}

function hosts(object: KubeObject): string {
  const rules: readonly { host?: string }[] = object.spec?.rules ?? [];
  const named = rules.filter((rule) => (rule.host ?? '') !== '').map((rule) => rule.host!);
  if (named.length === 0) return '*';
  const shown = named.slice(0, 3).join(',');
  return named.length >= 3 && rules.length > 3 ? `${shown} + ${rules.length - 3} more...` : shown;
}

function addresses(object: KubeObject): string {
  const ingress: readonly { ip?: string; hostname?: string }[] = object.status?.loadBalancer?.ingress ?? [];
  return [...new Set(ingress.map(({ ip = '', hostname = '' }) => ip || hostname))].sort().join(',');
}

export const ingress = defineKind({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  plural: 'ingresses',
  shortNames: ['ing'],
  namespaced: true,
  metadataOnUpdate: ['change'],
  generation: true,
  create: {
    prepare(draft) {
      draft.status = { loadBalancer: {} };
    },
    validate: validateCreate,
    warnings,
  },
  update: { prepare: takeAllButStatus, validate: (object, _old, errors) => validate(object, errors), warnings },
  status: { prepare: takeStatusOnly, validate: (object, _old, errors) => validateStatus(object, errors) },
  columns: [
    NAME,
    text('Class', (o) => o.spec?.ingressClassName ?? o.metadata.annotations?.[CLASS_ANNOTATION] ?? '<none>'),
    text('Hosts', hosts),
    text('Address', addresses),
    text('Ports', (o) => ((o.spec?.tls ?? []).length > 0 ? '80, 443' : '80')),
    AGE,
  ],
});
