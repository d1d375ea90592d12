import { addUsage, COMPUTE, isInScope, type Usage, usageOf } from '../../api/shared/quota-usage.ts';
import { canonicalQuantity, compareQuantity, formatQuantity, parseQuantity, subQuantity } from '../../base/quantity.ts';
import type { KubeObject } from '../../schema/object.ts';
import { forbidden } from '../../schema/status.ts';
import { lookupAll } from '../core.ts';
import { objectKey } from '../registry.ts';
import { encoder, finished } from '../resources/encode.ts';
import type { AdmissionPlugin, Attributes } from './plugin.ts';

function delta(attributes: Attributes): Usage {
  const { definition } = attributes.kind;
  const nowMs = attributes.core.clock.now();
  const next = usageOf(definition, attributes.object as unknown as KubeObject, nowMs);
  if (attributes.old === null) return next;
  const out: Usage = {};
  const before = usageOf(definition, attributes.old, nowMs);
  for (const [name, amount] of Object.entries(next)) {
    if (compareQuantity(amount, before[name] ?? '0') <= 0) continue;
    out[name] = formatQuantity(subQuantity(parseQuantity(amount), parseQuantity(before[name] ?? '0')));
  }
  return out;
}

function listText(usage: Usage, names: readonly string[]): string {
  return names.map((name) => `${name}=${canonicalQuantity(usage[name] ?? '0')}`).join(',');
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
    addUsage(next, name, asked[name]!);
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
  charge(attributes) {
    const { kind, namespace, core } = attributes;
    if (!kind.definition.namespaced || attributes.object === null || attributes.subresource !== '') return;
    if (core.store.count(`core/resourcequotas/${namespace}/`) === 0) return;
    const quotas = lookupAll(core, 'resourcequotas', '', namespace).filter((quota) =>
      isInScope(quota, kind.definition, attributes.object as unknown as KubeObject),
    );
    const asked = delta(attributes);
    for (const quota of quotas) checkMentioned(quota, attributes);
    for (const quota of quotas) charge(quota, asked, attributes);
  },
};
