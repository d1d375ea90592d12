import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { AGE, labelText, NAME, text, wide } from '../shared/columns.ts';
import { keepOld } from '../shared/transitions.ts';
import { carryAllocated, defaultService, dropUnused, normalizeClusterIps } from './service-defaults.ts';
import { isHeadless, type ServicePort } from './service-types.ts';
import { validateService, validateServiceStatus, validateServiceUpdate } from './service-validation.ts';

const HINTS = 'service.kubernetes.io/topology-aware-hints';

function warnings(object: KubeObject): readonly string[] {
  const out: string[] = [];
  const { spec } = object;
  if (object.metadata.annotations?.[HINTS] !== undefined) {
    out.push(
      `metadata.annotations[${HINTS}]: this annotation is deprecated, please use service.kubernetes.io/topology-mode instead`,
    );
  }
  if (isHeadless(object)) {
    if ((spec.loadBalancerIP ?? '') !== '') out.push('spec.loadBalancerIP is ignored when spec.clusterIP is "None"');
    if ((spec.externalIPs ?? []).length > 0) out.push('spec.externalIPs is ignored when spec.clusterIP is "None"');
    if (spec.sessionAffinity === 'ClientIP') out.push('spec.SessionAffinity is ignored for headless services');
  }
  return out;
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
