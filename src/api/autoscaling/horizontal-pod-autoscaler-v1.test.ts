import { expect, it } from 'vitest';
import type { Json } from '../shared/json.ts';
import { horizontalPodAutoscalerV1 } from './horizontal-pod-autoscaler-v1.ts';

const { toStored, fromStored } = horizontalPodAutoscalerV1.secondVersion!;
const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' };
const cpu = (share: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: share } },
});
const pods = { type: 'Pods', pods: { metric: { name: 'm' }, target: { type: 'AverageValue', averageValue: '1' } } };

function v2(spec: Json): Json {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'h' },
    spec: { scaleTargetRef: target, minReplicas: 1, maxReplicas: 3, ...spec },
    status: { desiredReplicas: 0, currentMetrics: null },
  };
}

it('shows a CPU target as a field', () => {
  const shown = fromStored(v2({ metrics: [cpu(60)] }));
  expect(shown.spec.targetCPUUtilizationPercentage).toBe(60);
  expect(shown.metadata.annotations).toBeUndefined();
  expect(toStored(shown).spec.metrics).toEqual([cpu(60)]);
});

it('carries what v1 cannot say in annotations, and back', () => {
  const behavior = { scaleDown: { selectPolicy: 'Disabled' } };
  const stored = v2({ metrics: [pods], behavior });
  const shown = fromStored(stored);
  expect(Object.keys(shown.metadata.annotations)).toEqual([
    'autoscaling.alpha.kubernetes.io/metrics',
    'autoscaling.alpha.kubernetes.io/behavior',
  ]);
  const back = toStored(shown);
  expect(back.metadata.annotations).toBeUndefined();
  expect(back.spec.metrics).toEqual([pods]);
  expect(back.spec.behavior.scaleDown.selectPolicy).toBe('Disabled');
});

it('aims at 80% CPU when nothing is said', () => {
  const draft = {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'h' },
    spec: { maxReplicas: 2 },
  };
  expect(toStored(draft).spec.metrics).toEqual([cpu(80)]);
});
