import {
  addQuantity,
  compareQuantity,
  formatQuantity,
  parseQuantity,
  type QuantityFormat,
  quantityOf,
  quantityOfMilli,
} from '../../base/quantity.ts';
import { parseTime } from '../../base/time.ts';
import type { KubeObject } from '../../schema/object.ts';
import { podRequests } from './pod-requests.ts';

/** Amounts by the names a ResourceQuota has for them, as canonical quantities. */
export type Usage = Record<string, string>;

interface Resource {
  readonly group: string;
  readonly plural: string;
}

export const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
/** Kinds that may also be counted by their bare plural. */
const COUNTED: ReadonlySet<string> = new Set([
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
]);
const FINISHED: ReadonlySet<string> = new Set(['Succeeded', 'Failed']);
const CLASS_INFIX = '.storageclass.storage.k8s.io/';
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

/** Adds to one amount, in place. */
export function addUsage(usage: Usage, name: string, amount: string): void {
  const before = usage[name];
  usage[name] =
    before === undefined ? amount : formatQuantity(addQuantity(parseQuantity(before), parseQuantity(amount)));
}

const countName = ({ group, plural }: Resource): string => `count/${plural}${group === '' ? '' : `.${group}`}`;

/** Whether objects of this kind count for what a quota calls `name`. */
export function countsFor(name: string, resource: Resource): boolean {
  if (name === countName(resource)) return true;
  if (resource.group !== '') return false;
  if (name === resource.plural) return COUNTED.has(name);
  switch (resource.plural) {
    case 'pods':
      return (
        COMPUTE.includes(name) ||
        name.startsWith('limits.') ||
        name.startsWith('hugepages-') ||
        (name.startsWith('requests.') && name !== 'requests.storage')
      );
    case 'persistentvolumeclaims':
      return name === 'requests.storage' || name.includes(CLASS_INFIX);
    case 'services':
      return name.startsWith('services.');
    default:
      return false;
  }
}

/** In the way of writing that the pod itself uses: `1Gi` stays binary, `500M` decimal. */
function formatOf(pod: KubeObject, field: 'requests' | 'limits', name: string): QuantityFormat {
  for (const container of [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])]) {
    const text: string | undefined = container.resources?.[field]?.[name];
    if (text !== undefined) return parseQuantity(text).format;
  }
  return 'DecimalSI';
}

function podAmounts(pod: KubeObject, field: 'requests' | 'limits'): Usage {
  const { milliCpu, memory, ephemeral, extended } = podRequests(pod.spec ?? {}, field);
  const out: Usage = {};
  if (milliCpu > 0) out.cpu = formatQuantity(quantityOfMilli(milliCpu));
  const bytes = (name: string, value: number): void => {
    if (value > 0) out[name] = formatQuantity(quantityOf(value, formatOf(pod, field, name)));
  };
  bytes('memory', memory);
  bytes('ephemeral-storage', ephemeral);
  for (const [name, value] of extended ?? []) bytes(name, value);
  return out;
}

function addPod(pod: KubeObject, usage: Usage): void {
  for (const [name, amount] of Object.entries(podAmounts(pod, 'requests'))) {
    usage[`requests.${name}`] = amount;
    if (COMPUTE.includes(name) || name.startsWith('hugepages-')) usage[name] = amount;
  }
  for (const [name, amount] of Object.entries(podAmounts(pod, 'limits'))) {
    if (COMPUTE.includes(name)) usage[`limits.${name}`] = amount;
  }
}

/** A pod counts until it has ended, or should have: one whose node is lost does not keep others from being made. */
function isCounted(pod: KubeObject, nowMs: number): boolean {
  if (FINISHED.has(pod.status?.phase ?? '')) return false;
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
  return deletionTimestamp === undefined || nowMs <= parseTime(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
}

/** What a claim asks for, or what was already set aside for it: asking for less again does not give that back. */
function claimSize(claim: KubeObject): string {
  const requested: string = claim.spec?.resources?.requests?.storage ?? '0';
  const allocated: string = claim.status?.allocatedResources?.storage ?? '0';
  return compareQuantity(requested, allocated) < 0 ? allocated : requested;
}

function addClaim(claim: KubeObject, usage: Usage): void {
  const size = claimSize(claim);
  usage['requests.storage'] = size;
  const storageClass: string = claim.spec?.storageClassName ?? claim.metadata.annotations?.[CLASS_ANNOTATION] ?? '';
  if (storageClass === '') return;
  usage[`${storageClass}${CLASS_INFIX}requests.storage`] = size;
  usage[`${storageClass}${CLASS_INFIX}persistentvolumeclaims`] = '1';
}

function addService({ spec }: KubeObject, usage: Usage): void {
  const ports: readonly { nodePort?: number }[] = spec?.ports ?? [];
  if (spec?.type === 'LoadBalancer') usage['services.loadbalancers'] = '1';
  if (spec?.type !== 'LoadBalancer' && spec?.type !== 'NodePort') return;
  const allocates = spec.type === 'NodePort' || spec.allocateLoadBalancerNodePorts !== false;
  usage['services.nodeports'] = String(allocates ? ports.length : ports.filter((port) => port.nodePort).length);
}

/** What one object counts for at a moment (milliseconds since the epoch). */
export function usageOf(resource: Resource, object: KubeObject, nowMs: number): Usage {
  const usage: Usage = { [countName(resource)]: '1' };
  const { group, plural } = resource;
  if (group !== '') return usage;
  if (plural === 'pods') {
    if (!isCounted(object, nowMs)) return usage;
    addPod(object, usage);
  }
  if (COUNTED.has(plural)) usage[plural] = '1';
  if (plural === 'persistentvolumeclaims') addClaim(object, usage);
  if (plural === 'services') addService(object, usage);
  return usage;
}

interface ScopeTerm {
  readonly scopeName: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

function isBestEffort(pod: KubeObject): boolean {
  return (pod.spec?.containers ?? []).every(
    (c: { resources?: { requests?: object; limits?: object } }) =>
      Object.keys(c.resources?.requests ?? {}).length === 0 && Object.keys(c.resources?.limits ?? {}).length === 0,
  );
}

function hasPriorityClass(pod: KubeObject, { operator, values = [] }: ScopeTerm): boolean {
  const name: string = pod.spec?.priorityClassName ?? '';
  switch (operator) {
    case 'Exists':
      return name !== '';
    case 'DoesNotExist':
      return name === '';
    case 'In':
      return values.includes(name);
    case 'NotIn':
      return !values.includes(name);
  }
}

function isOfScope(pod: KubeObject, term: ScopeTerm): boolean {
  switch (term.scopeName) {
    case 'BestEffort':
      return isBestEffort(pod);
    case 'NotBestEffort':
      return !isBestEffort(pod);
    case 'Terminating':
      return pod.spec?.activeDeadlineSeconds !== undefined;
    case 'NotTerminating':
      return pod.spec?.activeDeadlineSeconds === undefined;
    case 'PriorityClass':
      return hasPriorityClass(pod, term);
    case 'CrossNamespacePodAffinity':
      return namesOtherNamespaces(pod);
    default:
      return false;
  }
}

function namesOtherNamespaces({ spec }: KubeObject): boolean {
  return [spec?.affinity?.podAffinity, spec?.affinity?.podAntiAffinity].some((affinity) =>
    [
      ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
        (one: { podAffinityTerm: object }) => one.podAffinityTerm,
      ),
    ].some(({ namespaces, namespaceSelector }) => (namespaces ?? []).length > 0 || namespaceSelector !== undefined),
  );
}

/** Whether the scopes of a quota take the object in; all must. */
export function isInScope(quota: KubeObject, resource: Resource, object: KubeObject): boolean {
  const scopes: readonly string[] = quota.spec?.scopes ?? [];
  const terms: readonly ScopeTerm[] = [
    ...scopes.map((scopeName) => ({ scopeName, operator: 'Exists' as const })),
    ...(quota.spec?.scopeSelector?.matchExpressions ?? []),
  ];
  if (terms.length === 0) return true;
  return resource.group === '' && resource.plural === 'pods' && terms.every((term) => isOfScope(object, term));
}
