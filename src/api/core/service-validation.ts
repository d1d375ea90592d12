import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import {
  notOneOf,
  validateDnsLabel,
  validateLabelName,
  validateLabels,
  validatePort,
  validatePortOrName,
} from '../shared/checks.ts';
import { validateCidr, validateEndpointIp } from '../shared/cidr.ts';
import { internalValue } from '../shared/internal-form.ts';
import { ipFamily, validateIp } from '../shared/ip.ts';
import type { Json } from '../shared/json.ts';
import { validateSubdomain } from '../shared/validation.ts';
import { validateClusterIpChange, validateClusterIpFields } from './service-ips.ts';
import { isHeadless, needsHealthCheckPort, needsTrafficPolicy, type ServicePort } from './service-types.ts';

const SERVICE_PORT = 'io.k8s.api.core.v1.ServicePort';

const TYPES = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'];
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
const KUBELET_PORT = 10250;
const LB_ONLY = "may only be used when `type` is 'LoadBalancer'";

function validateType(object: KubeObject, errors: FieldErrors): void {
  const { spec } = object;
  const ports: readonly ServicePort[] = spec.ports ?? [];
  if (ports.length === 0 && !isHeadless(object) && spec.type !== 'ExternalName') errors.required('spec.ports');
  if (spec.type === 'LoadBalancer') {
    for (const [i, { port }] of ports.entries()) {
      if (port !== KUBELET_PORT) continue;
      errors.invalid(`spec.ports[${i}]`, port, `may not expose port ${port} externally since it is used by kubelet`);
    }
  }
  if ((spec.type === 'LoadBalancer' || spec.type === 'NodePort') && isHeadless(object)) {
    errors.invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`);
  }
  if (spec.type !== 'ExternalName') return;
  const forbid = (field: string, given: boolean): void => {
    if (given) errors.forbidden(`spec.${field}`, 'may not be set for ExternalName services');
  };
  forbid('clusterIPs', (spec.clusterIPs ?? []).length > 0);
  forbid('ipFamilies', (spec.ipFamilies ?? []).length > 0);
  forbid('ipFamilyPolicy', spec.ipFamilyPolicy !== undefined);
  const target: string = (spec.externalName ?? '').replace(/\.$/, '');
  if (target === '') errors.required('spec.externalName');
  else validateSubdomain(target, 'spec.externalName', errors);
}

function validateServicePort(
  port: ServicePort,
  named: boolean,
  seen: Set<string>,
  field: string,
  errors: FieldErrors,
): void {
  const name = port.name ?? '';
  if (name !== '') {
    validateDnsLabel(name, `${field}.name`, errors);
    if (seen.has(name)) errors.duplicate(`${field}.name`, name);
    seen.add(name);
  } else if (named) errors.required(`${field}.name`);
  validatePort(port.port, `${field}.port`, errors);
  if ((port.protocol ?? '') === '') errors.required(`${field}.protocol`);
  else if (!PROTOCOLS.includes(port.protocol!)) errors.notSupported(`${field}.protocol`, port.protocol, PROTOCOLS);
  validatePortOrName(port.targetPort, `${field}.targetPort`, errors);
  if (port.appProtocol !== undefined) validateLabelName(port.appProtocol, `${field}.appProtocol`, errors);
}

function validateAffinity(spec: Json, errors: FieldErrors): void {
  const { sessionAffinity = '', sessionAffinityConfig: config } = spec;
  if (sessionAffinity === '') errors.required('spec.sessionAffinity');
  else if (!['ClientIP', 'None'].includes(sessionAffinity)) {
    errors.notSupported('spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None']);
  }
  if (sessionAffinity === 'ClientIP') {
    const timeout: number | undefined = config?.clientIP?.timeoutSeconds;
    const field = 'spec.sessionAffinityConfig.clientIP.timeoutSeconds';
    if (timeout === undefined) errors.required(field, 'when session affinity type is ClientIP');
    else if (timeout <= 0 || timeout > 86400)
      errors.invalid(field, timeout, 'must be greater than 0 and less than 86400');
  } else if (sessionAffinity === 'None' && config !== undefined) {
    errors.forbidden('spec.sessionAffinityConfig', 'must not be set when session affinity is None');
  }
}

/** Node ports only where the type has them; no two ports alike. */
function validateDuplicates(spec: Json, errors: FieldErrors): void {
  const ports: readonly ServicePort[] = spec.ports ?? [];
  for (const [i, port] of ports.entries()) {
    if (spec.type === 'ClusterIP' && (port.nodePort ?? 0) !== 0) {
      errors.forbidden(`spec.ports[${i}].nodePort`, "may not be used when `type` is 'ClusterIP'");
    }
  }
  const repeated = (i: number, key: (port: ServicePort) => number): boolean =>
    ports.slice(0, i).some((other) => other.protocol === ports[i]!.protocol && key(other) === key(ports[i]!));
  for (const [i, { nodePort = 0 }] of ports.entries()) {
    if (nodePort !== 0 && repeated(i, (port) => port.nodePort ?? 0)) {
      errors.duplicate(`spec.ports[${i}].nodePort`, nodePort);
    }
  }
  for (const [i, { port, protocol }] of ports.entries()) {
    if (repeated(i, (other) => other.port)) {
      errors.duplicate(`spec.ports[${i}]`, internalValue(SERVICE_PORT, { protocol, port }));
    }
  }
}

function validateLoadBalancer(spec: Json, errors: FieldErrors): void {
  const balancer = spec.type === 'LoadBalancer';
  const ranges: readonly string[] = spec.loadBalancerSourceRanges ?? [];
  if (ranges.length > 0 && !balancer) errors.forbidden('spec.LoadBalancerSourceRanges', LB_ONLY);
  else {
    for (const [i, range] of ranges.entries())
      validateCidr(range.trim(), `spec.LoadBalancerSourceRanges[${i}]`, errors);
  }
  if (spec.allocateLoadBalancerNodePorts !== undefined && !balancer) {
    errors.forbidden('spec.allocateLoadBalancerNodePorts', LB_ONLY);
  }
  if (spec.loadBalancerClass === undefined) return;
  if (!balancer) errors.forbidden('spec.loadBalancerClass', LB_ONLY);
  else validateLabelName(spec.loadBalancerClass, 'spec.loadBalancerClass', errors);
}

function validateTraffic(object: KubeObject, errors: FieldErrors): void {
  const { spec } = object;
  const oneOf = (field: string, choices: readonly string[]): void => {
    if (!choices.includes(spec[field])) errors.notSupported(`spec.${field}`, spec[field], choices);
  };
  const external: string = spec.externalTrafficPolicy ?? '';
  if (!needsTrafficPolicy(object)) {
    if (external !== '') {
      errors.invalid('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services');
    }
  } else if (external === '') errors.required('spec.externalTrafficPolicy');
  else oneOf('externalTrafficPolicy', ['Cluster', 'Local']);
  const health: number = spec.healthCheckNodePort ?? 0;
  if (!needsHealthCheckPort(object)) {
    if (health !== 0) {
      errors.invalid(
        'spec.healthCheckNodePort',
        health,
        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      );
    }
  } else if (health === 0) errors.required('spec.healthCheckNodePort');
  else validatePort(health, 'spec.healthCheckNodePort', errors);
  if (spec.internalTrafficPolicy !== undefined) oneOf('internalTrafficPolicy', ['Cluster', 'Local']);
  if (spec.trafficDistribution !== undefined && !DISTRIBUTIONS.includes(spec.trafficDistribution)) {
    notOneOf('spec.trafficDistribution', spec.trafficDistribution, DISTRIBUTIONS, errors);
  }
}

/** A Service after defaulting and allocation. */
export function validateService(object: KubeObject, errors: FieldErrors): void {
  const { spec } = object;
  const ports: readonly ServicePort[] = spec.ports ?? [];
  validateType(object, errors);
  const names = new Set<string>();
  for (const [i, port] of ports.entries())
    validateServicePort(port, ports.length > 1, names, `spec.ports[${i}]`, errors);
  validateLabels(spec.selector ?? {}, 'spec.selector', errors);
  validateAffinity(spec, errors);
  validateClusterIpFields(object, errors);
  for (const [i, ip] of (spec.externalIPs ?? []).entries()) validateEndpointIp(ip, `spec.externalIPs[${i}]`, errors);
  if (!TYPES.includes(spec.type)) errors.notSupported('spec.type', spec.type, TYPES);
  validateDuplicates(spec, errors);
  validateLoadBalancer(spec, errors);
  validateTraffic(object, errors);
}

export function validateServiceUpdate(object: KubeObject, old: KubeObject, errors: FieldErrors): void {
  validateClusterIpChange(object, old, errors);
  const { spec } = object;
  const stays = spec.type === 'LoadBalancer' && old.spec.type === 'LoadBalancer';
  if (stays && spec.loadBalancerClass !== old.spec.loadBalancerClass) {
    errors.invalid('spec.loadBalancerClass', spec.loadBalancerClass ?? null, 'may not change once set');
  }
  validateService(object, errors);
}

/** Load balancer addresses, written by whoever provides them. */
export function validateServiceStatus(object: KubeObject, errors: FieldErrors): void {
  const ingress: readonly Json[] = object.status?.loadBalancer?.ingress ?? [];
  const field = 'status.loadBalancer.ingress';
  if (ingress.length > 0 && object.spec.type !== 'LoadBalancer') {
    errors.forbidden(field, 'may only be used when `spec.type` is LoadBalancer');
  }
  for (const [i, { ip = '', ipMode, hostname = '' }] of ingress.entries()) {
    const at = `${field}[${i}]`;
    if (ip !== '') validateIp(ip, `${at}.ip`, errors);
    if (ip === '' && ipMode !== undefined)
      errors.forbidden(`${at}.ipMode`, 'may not be specified when `ip` is not set');
    else if (ipMode !== undefined && !['Proxy', 'VIP'].includes(ipMode)) {
      errors.notSupported(`${at}.ipMode`, ipMode, ['Proxy', 'VIP']);
    }
    if (hostname === '') continue;
    validateSubdomain(hostname, `${at}.hostname`, errors);
    if (ipFamily(hostname) !== 0) errors.invalid(`${at}.hostname`, hostname, 'must be a DNS name, not an IP address');
  }
}
