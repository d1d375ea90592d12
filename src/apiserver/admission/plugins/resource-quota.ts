import { addQuantity, compareQuantity, formatQuantity, parseQuantity, type Quantity } from '../../../base/quantity.ts';
import type { KubeObject } from '../../../schema/object.ts';
import { forbidden } from '../../../schema/status.ts';
import { lookupAll } from '../../core.ts';
import type { AdmissionPlugin } from '../plugin.ts';

type Usage = Map<string, Quantity>;
const ONE = parseQuantity('1');

/** Resources that are counted under their plain name as well as under `count/`. */
const PLAIN: ReadonlySet<string> = new Set([
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
]);

function add(usage: Usage, name: string, amount: Quantity): void {
  const known = usage.get(name);
  usage.set(name, known === undefined ? amount : addQuantity(known, amount));
}

function podUsage(usage: Usage, pod: KubeObject): void {
  for (const container of pod.spec.containers ?? []) {
    for (const [name, amount] of Object.entries<string>(container.resources?.requests ?? {})) {
      add(usage, `requests.${name}`, parseQuantity(amount));
      if (name === 'cpu' || name === 'memory' || name === 'ephemeral-storage') add(usage, name, parseQuantity(amount));
    }
    for (const [name, amount] of Object.entries<string>(container.resources?.limits ?? {}))
      add(usage, `limits.${name}`, parseQuantity(amount));
  }
}

function claimUsage(usage: Usage, claim: KubeObject): void {
  const storage: string | undefined = claim.spec?.resources?.requests?.storage;
  const name: string | undefined = claim.spec?.storageClassName;
  if (storage !== undefined) {
    add(usage, 'requests.storage', parseQuantity(storage));
    if (name !== undefined) add(usage, `${name}.storageclass.storage.k8s.io/requests.storage`, parseQuantity(storage));
  }
  if (name !== undefined) add(usage, `${name}.storageclass.storage.k8s.io/persistentvolumeclaims`, ONE);
}

function serviceUsage(usage: Usage, service: KubeObject): void {
  if (service.spec?.type === 'NodePort') add(usage, 'services.nodeports', ONE);
  if (service.spec?.type === 'LoadBalancer') add(usage, 'services.loadbalancers', ONE);
}

/** What one object counts for in quotas. */
function usageOf(group: string, resource: string, object: KubeObject): Usage {
  const usage: Usage = new Map();
  const finished = resource === 'pods' && (object.status?.phase === 'Succeeded' || object.status?.phase === 'Failed');
  add(usage, group === '' ? `count/${resource}` : `count/${resource}.${group}`, ONE);
  if (finished) return usage;
  if (group === '' && PLAIN.has(resource)) add(usage, resource, ONE);
  if (group === '' && resource === 'pods') podUsage(usage, object);
  if (group === '' && resource === 'persistentvolumeclaims') claimUsage(usage, object);
  if (group === '' && resource === 'services') serviceUsage(usage, object);
  return usage;
}

const shown = (names: readonly string[], of: (name: string) => Quantity): string =>
  names.map((name) => `${name}=${formatQuantity(of(name))}`).join(',');

/** ResourceQuota: refuses what would take a namespace beyond one of its quotas. Usage is counted from what is there. */
export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',
  resources: ['*'],
  operations: ['CREATE'],
  validate({ core, kind, namespace, name, subresource, object }) {
    const { group, plural, namespaced, persisted } = kind.definition;
    if (!namespaced || persisted === false || subresource !== '') return;
    const quotas = lookupAll(core, 'resourcequotas', '', namespace);
    if (quotas.length === 0) return;
    const requested = usageOf(group, plural, object as unknown as KubeObject);
    let used: Usage | null = null;
    for (const quota of quotas) {
      if ((quota.spec?.scopes ?? []).length > 0 || quota.spec?.scopeSelector !== undefined) continue;
      const hard: Readonly<Record<string, string>> = quota.spec?.hard ?? {};
      const missing =
        plural === 'pods'
          ? Object.keys(hard)
              .filter((each) => /^(requests\.|limits\.)?(cpu|memory)$/.test(each) && !requested.has(each))
              .sort()
          : [];
      if (missing.length > 0) {
        throw forbidden(
          kind.subject,
          name,
          `failed quota: ${quota.metadata.name}: must specify ${missing.map((each) => `${each} for: ${containersWithout(object as unknown as KubeObject)}`).join('; ')}`,
        );
      }
      const relevant = Object.keys(hard).filter((each) => requested.has(each));
      if (relevant.length === 0) continue;
      used ??= totalUsage(lookupAll(core, plural, group, namespace), group, plural);
      const of = (each: string): Quantity => used!.get(each) ?? parseQuantity('0');
      const exceeded = relevant
        .filter((each) => compareQuantity(addQuantity(of(each), requested.get(each)!), hard[each]!) > 0)
        .sort();
      if (exceeded.length === 0) continue;
      throw forbidden(
        kind.subject,
        name,
        `exceeded quota: ${quota.metadata.name}, requested: ${shown(exceeded, (each) => requested.get(each)!)}, used: ${shown(exceeded, of)}, limited: ${shown(exceeded, (each) => parseQuantity(hard[each]!))}`,
      );
    }
  },
};

const containersWithout = (pod: KubeObject): string =>
  (pod.spec.containers ?? []).map((container: { name: string }) => container.name).join(',');

function totalUsage(objects: readonly KubeObject[], group: string, resource: string): Usage {
  const total: Usage = new Map();
  for (const object of objects) for (const [name, amount] of usageOf(group, resource, object)) add(total, name, amount);
  return total;
}
