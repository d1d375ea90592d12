import {
  addQuantity,
  canonicalQuantity,
  compareQuantity,
  formatQuantity,
  parseQuantity,
  subQuantity,
} from '../../base/quantity.ts';
import type { KubeObject } from '../../schema/object.ts';
import { forbidden } from '../../schema/status.ts';
import { lookupAll } from '../core.ts';
import { objectKey } from '../registry.ts';
import { encoder, finished } from '../resources/encode.ts';
import type { AdmissionPlugin, Attributes } from './plugin.ts';

type Usage = Record<string, string>;

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
/** Old names of object counts. */
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

function add(usage: Usage, name: string, amount: string): void {
  const before = usage[name];
  usage[name] =
    before === undefined ? amount : formatQuantity(addQuantity(parseQuantity(before), parseQuantity(amount)));
}

function podUsage(pod: KubeObject, usage: Usage): void {
  for (const container of pod.spec?.containers ?? []) {
    for (const name of COMPUTE) {
      const request: string | undefined = container.resources?.requests?.[name];
      const limit: string | undefined = container.resources?.limits?.[name];
      if (request !== undefined) {
        add(usage, name, request);
        add(usage, `requests.${name}`, request);
      }
      if (limit !== undefined) add(usage, `limits.${name}`, limit);
    }
  }
}

/** What a claim asks for, or what was already set aside for it: asking for less again does not give that back. */
function claimSize(claim: KubeObject): string {
  const requested: string = claim.spec?.resources?.requests?.storage ?? '0';
  const allocated: string = claim.status?.allocatedResources?.storage ?? '0';
  return compareQuantity(requested, allocated) < 0 ? allocated : requested;
}

/** What one object counts for. */
function usageOf(attributes: Pick<Attributes, 'kind'>, object: KubeObject): Usage {
  const { group, plural } = attributes.kind.definition;
  const usage: Usage = { [`count/${plural}${group === '' ? '' : `.${group}`}`]: '1' };
  if (group !== '') return usage;
  if (plural === 'pods') {
    if (FINISHED.has(object.status?.phase ?? '')) return usage;
    podUsage(object, usage);
  }
  if (COUNTED.has(plural)) usage[plural] = '1';
  if (plural === 'persistentvolumeclaims') add(usage, 'requests.storage', claimSize(object));
  if (plural === 'services') {
    if (object.spec?.type === 'LoadBalancer') usage['services.loadbalancers'] = '1';
    if (object.spec?.type === 'LoadBalancer' || object.spec?.type === 'NodePort') usage['services.nodeports'] = '1';
  }
  return usage;
}

function delta(attributes: Attributes): Usage {
  const next = usageOf(attributes, attributes.object as unknown as KubeObject);
  if (attributes.old === null) return next;
  const out: Usage = {};
  const before = usageOf(attributes, attributes.old);
  for (const [name, amount] of Object.entries(next)) {
    if (compareQuantity(amount, before[name] ?? '0') <= 0) continue;
    out[name] = formatQuantity(subQuantity(parseQuantity(amount), parseQuantity(before[name] ?? '0')));
  }
  return out;
}

function listText(usage: Usage, names: readonly string[]): string {
  return names.map((name) => `${name}=${canonicalQuantity(usage[name] ?? '0')}`).join(',');
}

function isBestEffort(pod: KubeObject): boolean {
  return (pod.spec?.containers ?? []).every(
    (c: { resources?: { requests?: object; limits?: object } }) =>
      Object.keys(c.resources?.requests ?? {}).length === 0 && Object.keys(c.resources?.limits ?? {}).length === 0,
  );
}

/** Whether the scopes of a quota take the object in. */
function inScope(quota: KubeObject, attributes: Attributes): boolean {
  const scopes: readonly string[] = quota.spec?.scopes ?? [];
  if (scopes.length === 0) return true;
  if (attributes.kind.definition.plural !== 'pods') return false;
  const pod = attributes.object as unknown as KubeObject;
  return scopes.every((scope) => {
    if (scope === 'BestEffort') return isBestEffort(pod);
    if (scope === 'NotBestEffort') return !isBestEffort(pod);
    const terminating = pod.spec?.activeDeadlineSeconds !== undefined;
    if (scope === 'Terminating') return terminating;
    return scope === 'NotTerminating' ? !terminating : true;
  });
}

/** Containers must say how much they take of what a quota limits. */
function checkMentioned(quota: KubeObject, attributes: Attributes): void {
  if (attributes.kind.definition.plural !== 'pods' || attributes.operation !== 'CREATE') return;
  const hard: Usage = quota.spec?.hard ?? {};
  const missing: string[] = [];
  for (const name of Object.keys(hard).sort()) {
    const bare = name.replace(/^(requests|limits)\./, '');
    if (!COMPUTE.includes(bare)) continue;
    const kind = name.startsWith('limits.') ? 'limits' : 'requests';
    const lacking = (attributes.object!.spec?.containers ?? [])
      .filter((c: { resources?: Record<string, Usage> }) => c.resources?.[kind]?.[bare] === undefined)
      .map((c: { name: string }) => c.name);
    if (lacking.length > 0) missing.push(`${name} for: ${lacking.join(',')}`);
  }
  if (missing.length === 0) return;
  throw forbidden(
    attributes.kind.subject,
    attributes.name,
    `failed quota: ${quota.metadata.name}: must specify ${missing.join('; ')}`,
  );
}

function charge(quota: KubeObject, asked: Usage, attributes: Attributes): void {
  const hard: Usage = quota.status?.hard ?? quota.spec?.hard ?? {};
  const used: Usage = { ...quota.status?.used };
  const names = Object.keys(asked)
    .filter((name) => hard[name] !== undefined)
    .sort();
  if (names.length === 0) return;
  const exceeded: string[] = [];
  const next: Usage = { ...used };
  for (const name of names) {
    add(next, name, asked[name]!);
    if (compareQuantity(next[name]!, hard[name]!) > 0) exceeded.push(name);
  }
  if (exceeded.length > 0) {
    throw forbidden(
      attributes.kind.subject,
      attributes.name,
      `exceeded quota: ${quota.metadata.name}, requested: ${listText(asked, exceeded)}, used: ${listText(used, exceeded)}, limited: ${listText(hard, exceeded)}`,
    );
  }
  if (attributes.dryRun) return;
  const { core } = attributes;
  const kind = core.kinds.find('', 'v1', 'resourcequotas')!;
  const key = objectKey(kind, attributes.namespace, quota.metadata.name ?? '');
  const revision = core.store.getPending(key)?.revision;
  if (revision === undefined) return;
  const updated = finished(kind, { ...quota, status: { ...quota.status, hard, used: next } }, '');
  // Written in the same batch as the object; the quota controller puts right what fails later.
  core.store.put(key, { kind: 'revision', revision }, encoder(kind, updated)).catch(() => {});
}

/** Object counts and amounts of a namespace, charged before the object is stored; the last plugin. */
export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',
  resources: ['*'],
  operations: ['CREATE', 'UPDATE'],
  validate(attributes) {
    const { kind, namespace, core } = attributes;
    if (!kind.definition.namespaced || attributes.object === null || attributes.subresource !== '') return;
    if (core.store.count(`core/resourcequotas/${namespace}/`) === 0) return;
    const quotas = lookupAll(core, 'resourcequotas', '', namespace).filter((quota) => inScope(quota, attributes));
    const asked = delta(attributes);
    for (const quota of quotas) checkMentioned(quota, attributes);
    for (const quota of quotas) charge(quota, asked, attributes);
  },
};
