import type { Draft, KindDefinition } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import type { Json } from '../shared/json.ts';
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';

const PREFIX = 'autoscaling.alpha.kubernetes.io/';
/** What v1 has no fields for travels in annotations, as JSON. */
const METRICS = `${PREFIX}metrics`;
const BEHAVIOR = `${PREFIX}behavior`;
const CURRENT_METRICS = `${PREFIX}current-metrics`;
const CONDITIONS = `${PREFIX}conditions`;
const CARRIED: ReadonlySet<string> = new Set([METRICS, BEHAVIOR, CURRENT_METRICS, CONDITIONS]);

const isCpuShare = (metric: Json): boolean =>
  metric.type === 'Resource' &&
  metric.resource?.name === 'cpu' &&
  metric.resource.target?.averageUtilization !== undefined;

function parsed(annotations: Json, key: string): Json {
  const value = annotations?.[key];
  if (value === undefined) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function withoutCarried(metadata: Json): Json {
  if (metadata?.annotations === undefined) return metadata;
  const annotations = Object.fromEntries(Object.entries(metadata.annotations).filter(([key]) => !CARRIED.has(key)));
  const { annotations: _, ...rest } = metadata;
  return Object.keys(annotations).length === 0 ? rest : { ...rest, annotations };
}

/** v1 to v2: the CPU target and the metrics of the annotation become one list. */
function toStored(object: Draft): Draft {
  const { targetCPUUtilizationPercentage: cpu, ...spec } = object.spec ?? {};
  const annotations = object.metadata?.annotations;
  const metrics: Json[] = parsed(annotations, METRICS) ?? [];
  if (cpu !== undefined) {
    const target = { type: 'Utilization', averageUtilization: cpu };
    metrics.unshift({ type: 'Resource', resource: { name: 'cpu', target } });
  }
  const behavior = parsed(annotations, BEHAVIOR);
  const { currentCPUUtilizationPercentage: current, ...status } = object.status ?? {};
  const currentMetrics: Json[] = parsed(annotations, CURRENT_METRICS) ?? [];
  if (current !== undefined) {
    const now = { averageUtilization: current, averageValue: '0' };
    currentMetrics.unshift({ type: 'Resource', resource: { name: 'cpu', current: now } });
  }
  const conditions = parsed(annotations, CONDITIONS);
  const out: Draft = {
    kind: object.kind,
    apiVersion: 'autoscaling/v2',
    metadata: withoutCarried(object.metadata),
    spec: {
      ...spec,
      ...(metrics.length === 0 ? {} : { metrics }),
      ...(behavior === undefined ? {} : { behavior }),
    },
    status: {
      ...status,
      desiredReplicas: status.desiredReplicas ?? 0,
      currentMetrics: currentMetrics.length === 0 ? null : currentMetrics,
      ...(conditions === undefined ? {} : { conditions }),
    },
  };
  horizontalPodAutoscaler.defaults?.(out);
  return out;
}

/** v2 to v1: the first CPU utilization has a field, all else goes to annotations. */
function fromStored(object: KubeObject): Draft {
  const { metrics = [], behavior, ...spec } = object.spec ?? {};
  const { currentMetrics, conditions, ...status } = object.status ?? {};
  const cpu = metrics.find(isCpuShare);
  const others = metrics.filter((metric: Json) => metric !== cpu);
  const measured: readonly Json[] = currentMetrics ?? [];
  const cpuNow = measured.find(
    (metric) => metric.type === 'Resource' && metric.resource?.name === 'cpu' && metric.resource.current !== undefined,
  );
  const carried: Record<string, string> = {};
  if (others.length > 0) carried[METRICS] = JSON.stringify(others);
  if (behavior !== undefined) carried[BEHAVIOR] = JSON.stringify(behavior);
  if (measured.length > 0) carried[CURRENT_METRICS] = JSON.stringify(measured);
  if (conditions?.length > 0) carried[CONDITIONS] = JSON.stringify(conditions);
  const annotations = { ...object.metadata.annotations, ...carried };
  const share = cpuNow?.resource.current.averageUtilization;
  return {
    kind: object.kind,
    apiVersion: 'autoscaling/v1',
    metadata: Object.keys(annotations).length === 0 ? object.metadata : { ...object.metadata, annotations },
    spec: {
      ...spec,
      ...(cpu === undefined ? {} : { targetCPUUtilizationPercentage: cpu.resource.target.averageUtilization }),
    },
    status: {
      ...status,
      currentReplicas: status.currentReplicas ?? 0,
      desiredReplicas: status.desiredReplicas ?? 0,
      ...(share === undefined ? {} : { currentCPUUtilizationPercentage: share }),
    },
  };
}

function defaults(draft: Draft): void {
  draft.spec ??= {};
  draft.spec.minReplicas ??= 1;
}

/** autoscaling/v1 HorizontalPodAutoscaler: another view of the stored v2. */
export const horizontalPodAutoscalerV1: KindDefinition = defineKind({
  group: 'autoscaling',
  version: 'v1',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  namespaced: true,
  metadataOnUpdate: ['change'],
  defaults,
  status: horizontalPodAutoscaler.status ?? {},
  columns: (horizontalPodAutoscaler.columns ?? []).map((column) => ({
    ...column,
    cell: (object, now) => column.cell(toStored(object as Draft) as KubeObject, now),
  })),
  derivedAnnotations: [...CARRIED],
  secondVersion: { storedAs: 'autoscaling/v2/horizontalpodautoscalers', toStored, fromStored },
});
