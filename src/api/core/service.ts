import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { AGE, labelText, NAME, text, wide } from '../shared/columns.ts';
import { cidrWarnings, ipWarnings } from '../shared/ip-warnings.ts';
import type { Json } from '../shared/json.ts';
import { keepOld } from '../shared/transitions.ts';
import { carryAllocated, defaultService, dropUnused, normalizeClusterIps } from './service-defaults.ts';
import { isHeadless, type ServicePort } from './service-types.ts';
import { validateService, validateServiceStatus, validateServiceUpdate } from './service-validation.ts';

const HINTS = 'service.kubernetes.io/topology-aware-hints';

function headlessWarnings(spec: Json): readonly string[] {
  const out: string[] = [];
  if ((spec.loadBalancerIP ?? '') !== '') out.push('spec.loadBalancerIP is ignored for headless services');
  if ((spec.externalIPs ?? []).length > 0) out.push('spec.externalIPs is ignored for headless services');
  if (spec.sessionAffinity !== 'None') out.push('spec.SessionAffinity is ignored for headless services');
  return out;
}

/** What no longer does anything, or not with a service of this type. */
function uselessWarnings(spec: Json): readonly string[] {
  const out: string[] = [];
  const external = spec.type === 'ExternalName';
  if (external && (spec.externalIPs ?? []).length > 0) {
    out.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  }
  if (!external && (spec.externalName ?? '') !== '') {
    out.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  if (spec.trafficDistribution === 'PreferClose') {
    out.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  }
  return out;
}

function warnings(object: KubeObject): readonly string[] {
  const { spec } = object;
  const headless = spec.type === 'ClusterIP' && isHeadless(object);
  const each = (field: string, check: (text: string, at: string) => readonly string[]): readonly string[] =>
    (spec[field] ?? []).flatMap((text: string, i: number) => check(text, `spec.${field}[${i}]`));
  const deprecated = (spec.externalIPs ?? []).length > 0 && !headless && spec.type !== 'ExternalName';
  return [
    ...(object.metadata.annotations?.[HINTS] === undefined
      ? []
      : [`annotation ${HINTS} is deprecated, please use service.kubernetes.io/topology-mode instead`]),
    ...(headless ? headlessWarnings(spec) : each('clusterIPs', ipWarnings)),
    ...each('externalIPs', ipWarnings),
    ...(deprecated ? ['spec.externalIPs is deprecated and may no longer be implemented in some clusters'] : []),
    ...ipWarnings(spec.loadBalancerIP ?? '', 'spec.loadBalancerIP'),
    ...each('loadBalancerSourceRanges', (text, at) => cidrWarnings(text.trim(), at)),
    ...uselessWarnings(spec),
  ];
}

function balancerAddresses(object: KubeObject): readonly string[] {
  const ingress: readonly { ip?: string; hostname?: string }[] = object.status?.loadBalancer?.ingress ?? [];
  return [...new Set(ingress.map(({ ip = '', hostname = '' }) => (ip === '' ? hostname : ip)))].sort();
}

function externalIp(object: KubeObject): string {
  const fixed: readonly string[] = object.spec.externalIPs ?? [];
  switch (object.spec.type) {
    case 'ExternalName':
      return object.spec.externalName ?? '';
    case 'LoadBalancer':
      return [...balancerAddresses(object), ...fixed].join(',') || '<pending>';
    default:
      return fixed.join(',') || '<none>';
  }
}

function ports(object: KubeObject): string {
  const list: readonly ServicePort[] = object.spec.ports ?? [];
  const shown = list.map(
    ({ port, nodePort = 0, protocol }) => `${port}${nodePort === 0 ? '' : `:${nodePort}`}/${protocol}`,
  );
  return shown.join(',') || '<none>';
}

export const service = defineKind({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  namespaced: true,
  nameRule: 'label',
  createOnUpdate: true,
  returnsDeleted: true,
  defaults: defaultService,
  create: {
    prepare(draft) {
      normalizeClusterIps(draft, null);
      draft.status = { loadBalancer: {} };
    },
    validate: (object, errors) => validateService(object, errors),
    warnings,
  },
  update: {
    prepare(draft, old) {
      carryAllocated(draft, old);
      dropUnused(draft, old);
      keepOld(draft, old, 'status');
    },
    validate: validateServiceUpdate,
    warnings,
  },
  status: {
    prepare: (draft, old) => keepOld(draft, old, 'spec'),
    validate: (object, _old, errors) => validateServiceStatus(object, errors),
  },
  subresources: {
    proxy: { kind: 'ServiceProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
  },
  selectableFields: {
    'spec.clusterIP': (o) => o.spec?.clusterIP ?? '',
    'spec.type': (o) => o.spec?.type ?? '',
  },
  columns: [
    NAME,
    text('Type', (o) => o.spec.type),
    text('Cluster-IP', (o) => o.spec.clusterIPs?.[0] ?? '<none>'),
    text('External-IP', externalIp),
    text('Port(s)', ports),
    AGE,
    wide('Selector', (o) => labelText(o.spec.selector)),
  ],
});
