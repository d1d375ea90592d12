import { dns1123Label, qualifiedName } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { invalidEach, validateDnsLabel, validatePort } from '../shared/checks.ts';
import { validateEndpointIp } from '../shared/cidr.ts';
import { AGE, listWithMore, NAME, text } from '../shared/columns.ts';
import { validateSubdomain } from '../shared/validation.ts';

interface Address {
  ip: string;
  hostname?: string;
  nodeName?: string;
}
interface Port {
  name?: string;
  port: number;
  protocol?: string;
  appProtocol?: string;
}
interface Subset {
  addresses?: Address[];
  notReadyAddresses?: Address[];
  ports?: Port[];
}

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];

function defaults(draft: Draft): void {
  for (const subset of (draft.subsets ?? []) as Subset[]) {
    for (const port of subset.ports ?? []) if ((port.protocol ?? '') === '') port.protocol = 'TCP';
  }
}

function validateAddress(errors: FieldErrors, path: string, address: Address): void {
  validateEndpointIp(address.ip, `${path}.ip`, errors);
  if ((address.hostname ?? '') !== '') validateDnsLabel(address.hostname!, `${path}.hostname`, errors);
  if (address.nodeName !== undefined) validateSubdomain(address.nodeName, `${path}.nodeName`, errors);
}

function validateEndpointPort(errors: FieldErrors, path: string, port: Port, named: boolean): void {
  const name = port.name ?? '';
  if (named && name === '') errors.required(`${path}.name`);
  else if (name !== '') invalidEach(dns1123Label(name), `${path}.name`, name, errors);
  validatePort(port.port, `${path}.port`, errors);
  if ((port.protocol ?? '') === '') errors.required(`${path}.protocol`);
  else if (!PROTOCOLS.includes(port.protocol!)) errors.notSupported(`${path}.protocol`, port.protocol, PROTOCOLS);
  if (port.appProtocol !== undefined)
    invalidEach(qualifiedName(port.appProtocol), `${path}.appProtocol`, port.appProtocol, errors);
}

function validate(object: KubeObject, errors: FieldErrors): void {
  for (const [i, subset] of ((object.subsets ?? []) as Subset[]).entries()) {
    const path = `subsets[${i}]`;
    const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
    if (addresses.length + notReadyAddresses.length === 0) {
      errors.required(path, 'must specify `addresses` or `notReadyAddresses`');
    }
    for (const [j, address] of addresses.entries()) validateAddress(errors, `${path}.addresses[${j}]`, address);
    for (const [j, address] of notReadyAddresses.entries()) {
      validateAddress(errors, `${path}.notReadyAddresses[${j}]`, address);
    }
    for (const [j, port] of ports.entries())
      validateEndpointPort(errors, `${path}.ports[${j}]`, port, ports.length > 1);
  }
}

function endpointText(object: KubeObject): string {
  const all: string[] = [];
  for (const { addresses = [], ports = [] } of (object.subsets ?? []) as Subset[]) {
    if (ports.length === 0) all.push(...addresses.map((address) => address.ip));
    for (const { port } of ports) {
      all.push(...addresses.map(({ ip }) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)));
    }
  }
  return listWithMore(all, 3, '<none>');
}

export const endpoints = defineKind({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  namespaced: true,
  metadataOnUpdate: ['change'],
  createOnUpdate: true,
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  defaults,
  create: { validate },
  update: { validate: (object, _old, errors) => validate(object, errors) },
  columns: [NAME, text('Endpoints', endpointText), AGE],
});
