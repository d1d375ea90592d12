import { deepEqual } from '../../base/json.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { validateDnsLabel, validateLabelName, validateLabels } from '../shared/checks.ts';
import { parseIp, validateEndpointIp } from '../shared/cidr.ts';
import { AGE, listWithMore, NAME, text } from '../shared/columns.ts';
import { validateIp } from '../shared/ip.ts';
import type { Json } from '../shared/json.ts';
import { carryGeneration, validateImmutable } from '../shared/transitions.ts';
import { contentChanged, validateSubdomain } from '../shared/validation.ts';

const TYPES = ['FQDN', 'IPv4', 'IPv6'];
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const MAX_ENDPOINTS = 1000;
const MAX_ADDRESSES = 100;
const MAX_PORTS = 20000;
const MAX_ZONES = 8;

function defaults(draft: Draft): void {
  for (const port of draft.ports ?? []) {
    port.name ??= '';
    port.protocol ??= 'TCP';
  }
}

function validateAddress(address: string, type: string, field: string, errors: FieldErrors): void {
  if (type === 'FQDN') {
    validateSubdomain(address.replace(/\.$/, ''), field, errors);
    if (!address.includes('.'))
      errors.invalid(field, address, 'should be a domain with at least two segments separated by dots');
    return;
  }
  const ip = parseIp(address);
  if (ip === null) validateIp(address, field, errors);
  else if (ip.family === type) validateEndpointIp(address, field, errors);
  else errors.invalid(field, address, `must be an ${type} address`);
}

function validateEndpoint(endpoint: Json, type: string, field: string, errors: FieldErrors): void {
  const addresses: readonly string[] = endpoint.addresses ?? [];
  if (addresses.length === 0) errors.required(`${field}.addresses`, 'must contain at least 1 address');
  else if (addresses.length > MAX_ADDRESSES) errors.tooMany(`${field}.addresses`, addresses.length, MAX_ADDRESSES);
  for (const [i, address] of addresses.entries()) validateAddress(address, type, `${field}.addresses[${i}]`, errors);
  if (endpoint.nodeName !== undefined) validateSubdomain(endpoint.nodeName, `${field}.nodeName`, errors);
  if (endpoint.hostname !== undefined) validateDnsLabel(endpoint.hostname, `${field}.hostname`, errors);
  validateLabels(endpoint.deprecatedTopology ?? {}, `${field}.deprecatedTopology`, errors);
  for (const hint of ['forZones', 'forNodes']) {
    const targets: readonly { name?: string }[] = endpoint.hints?.[hint] ?? [];
    const at = `${field}.hints.${hint}`;
    if (targets.length > MAX_ZONES) errors.tooMany(at, targets.length, MAX_ZONES);
    for (const [i, { name = '' }] of targets.entries()) {
      if (targets.findIndex((other) => other.name === name) < i) errors.duplicate(`${at}[${i}].name`, name);
    }
  }
}

function validatePorts(ports: readonly Json[], errors: FieldErrors): void {
  if (ports.length > MAX_PORTS) errors.tooMany('ports', ports.length, MAX_PORTS);
  const seen = new Set<string>();
  for (const [i, port] of ports.entries()) {
    const field = `ports[${i}]`;
    if (seen.has(port.name)) errors.duplicate(`${field}.name`, port.name);
    else seen.add(port.name);
    if ((port.name ?? '') !== '') validateDnsLabel(port.name, `${field}.name`, errors);
    if (!PROTOCOLS.includes(port.protocol)) errors.notSupported(`${field}.protocol`, port.protocol, PROTOCOLS);
    if (port.appProtocol !== undefined) validateLabelName(port.appProtocol, `${field}.appProtocol`, errors);
  }
}

function validate(object: KubeObject, errors: FieldErrors): void {
  const type: string = object.addressType ?? '';
  const endpoints: readonly Json[] = object.endpoints ?? [];
  if (type === '') errors.required('addressType');
  else if (!TYPES.includes(type)) errors.notSupported('addressType', type, TYPES);
  if (endpoints.length > MAX_ENDPOINTS) errors.tooMany('endpoints', endpoints.length, MAX_ENDPOINTS);
  else {
    for (const [i, endpoint] of endpoints.entries()) validateEndpoint(endpoint, type, `endpoints[${i}]`, errors);
  }
  validatePorts(object.ports ?? [], errors);
}

function warnings(object: KubeObject): readonly string[] {
  return object.addressType === 'FQDN' ? ['addressType: FQDN endpoints are deprecated'] : [];
}

const portText = ({ port, name }: { port?: number; name?: string }): string =>
  port === undefined ? name || '*' : String(port);

export const endpointSlice = defineKind({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  namespaced: true,
  metadataOnUpdate: ['itself'],
  generation: true,
  defaults,
  create: { validate, warnings },
  update: {
    // Labels say which Service a slice belongs to: a change of them counts too.
    prepare(draft, old) {
      const relabelled = !deepEqual(draft.metadata.labels ?? {}, old.metadata.labels ?? {});
      carryGeneration(draft, old, relabelled || contentChanged(draft, old));
    },
    validate(object, old, errors) {
      validate(object, errors);
      validateImmutable(object.addressType, old.addressType, 'addressType', errors);
    },
  },
  columns: [
    NAME,
    text('AddressType', (o) => o.addressType ?? ''),
    text('Ports', (o) => listWithMore((o.ports ?? []).map(portText), 3, '<unset>')),
    text('Endpoints', (o) =>
      listWithMore(
        (o.endpoints ?? []).flatMap((endpoint: Json) => endpoint.addresses ?? []),
        3,
        '<unset>',
      ),
    ),
    AGE,
  ],
});
