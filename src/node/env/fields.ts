import { amountsOf } from '../../api/shared/pod-requests.ts';
import { compareText } from '../../base/json.ts';
import { quantityMilli, quantityValue } from '../../base/quantity.ts';
import type { KubeObject } from '../../schema/object.ts';
import { ConfigError } from '../lookup.ts';

/** Addresses as they are when the container starts. */
export interface PodAddresses {
  readonly podIPs: readonly string[];
  readonly hostIPs: readonly string[];
}

const SUBSCRIPT = /^metadata\.(labels|annotations)\['(.+)'\]$/;
const quoted = (value: string): string => JSON.stringify(value);

function asLines(map: Readonly<Record<string, string>> | undefined): string {
  return Object.keys(map ?? {})
    .sort(compareText)
    .map((key) => `${key}=${quoted(map![key]!)}`)
    .join('\n');
}

/** Value of a fieldRef (node.md 6.1). Throws ConfigError for a path that is not supported. */
export function fieldValue(pod: KubeObject, path: string, addresses: PodAddresses): string {
  const { metadata, spec } = pod;
  switch (path) {
    case 'metadata.name':
      return metadata.name ?? '';
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'metadata.labels':
      return asLines(metadata.labels);
    case 'metadata.annotations':
      return asLines(metadata.annotations);
    case 'spec.nodeName':
      return spec.nodeName ?? '';
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? '';
    case 'status.hostIP':
      return addresses.hostIPs[0] ?? '';
    case 'status.hostIPs':
      return addresses.hostIPs.join(',');
    case 'status.podIP':
      return addresses.podIPs[0] ?? '';
    case 'status.podIPs':
      return addresses.podIPs.join(',');
  }
  const subscript = SUBSCRIPT.exec(path);
  if (subscript === null) throw new ConfigError(`unsupported fieldPath: ${path}`);
  const map = subscript[1] === 'labels' ? metadata.labels : metadata.annotations;
  return map?.[subscript[2]!] ?? '';
}

interface ResourceRef {
  readonly containerName?: string;
  readonly resource: string;
  readonly divisor?: string;
}

/** Value of a resourceFieldRef: ceil(amount / divisor); a limit that is not set is what the node can give. */
export function resourceValue(
  pod: KubeObject,
  ref: ResourceRef,
  container: string,
  allocatable: Readonly<Record<string, string>>,
): string {
  const wanted = ref.containerName || container;
  const all = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])];
  const template = all.find((candidate: { name: string }) => candidate.name === wanted);
  if (template === undefined) throw new ConfigError(`container ${wanted} not found`);
  const [kind = '', ...rest] = ref.resource.split('.');
  const name = rest.join('.');
  const given = template.resources?.[kind]?.[name];
  const text: string = given ?? (kind === 'limits' ? allocatable[name] : undefined) ?? '0';
  const divisor = ref.divisor === undefined || ref.divisor === '' || ref.divisor === '0' ? '1' : ref.divisor;
  if (name === 'cpu') {
    const milli = given === undefined && kind === 'limits' ? amountsOf(allocatable).milliCpu : quantityMilli(text);
    return String(Math.ceil(milli / quantityMilli(divisor)));
  }
  return String(Math.ceil(quantityValue(text) / quantityValue(divisor)));
}
