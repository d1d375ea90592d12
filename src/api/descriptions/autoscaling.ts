import { CONDITION, STORED_ONLY, type Texts } from './texts.ts';

const TARGET_REF = {
  kind: 'Its kind.',
  name: 'Its name.',
  apiVersion: 'Its group and version.',
};
const MIN = 'The fewest replicas; default 1.';
const MAX = 'The most replicas.';
const SCALE_TARGET =
  'What is scaled, such as a StatefulSet or Deployment. Scaling a StatefulSet down removes members: mind where their data goes.';
const STATUS = {
  observedGeneration: 'metadata.generation this status was computed from.',
  lastScaleTime: 'When it last changed the number.',
  currentReplicas: 'How many there are.',
  desiredReplicas: 'How many it wants.',
};
const SOURCES = {
  type: '`Resource`, `ContainerResource`, `Pods`, `Object` or `External`; the field of that name is set.',
  resource: 'cpu or memory of the pods.',
  containerResource: 'cpu or memory of one container of the pods.',
  pods: 'A metric of the pods, averaged.',
  object: 'A metric of one object.',
  external: 'A metric from outside the cluster.',
};
const METRIC = 'Which metric.';
const CURRENT = 'Its value.';

export const AUTOSCALING_V2: Texts = {
  prefix: 'io.k8s.api.autoscaling.v2',
  texts: {
    HorizontalPodAutoscaler: {
      '': `Scales a workload by metrics. ${STORED_ONLY}`,
      spec: 'What is scaled, by what, how far.',
      status: 'What it sees and wants.',
    },
    HorizontalPodAutoscalerSpec: {
      scaleTargetRef: SCALE_TARGET,
      minReplicas: MIN,
      maxReplicas: MAX,
      metrics: 'What decides; the metric that wants most replicas wins. Default: cpu at 80% of the requests.',
      behavior: 'How fast.',
    },
    CrossVersionObjectReference: TARGET_REF,
    MetricSpec: SOURCES,
    MetricStatus: SOURCES,
    ObjectMetricSource: { describedObject: 'The object.', target: 'What it should be.', metric: METRIC },
    PodsMetricSource: { metric: METRIC, target: 'What it should be on average.' },
    ResourceMetricSource: { name: '`cpu` or `memory`.', target: 'What it should be.' },
    ContainerResourceMetricSource: {
      name: '`cpu` or `memory`.',
      target: 'What it should be.',
      container: 'The container.',
    },
    ExternalMetricSource: { metric: METRIC, target: 'What it should be.' },
    MetricIdentifier: { name: 'Name of the metric.', selector: 'Labels of the metric.' },
    MetricTarget: {
      type: '`Utilization`, `Value` or `AverageValue`.',
      value: 'The value as a whole.',
      averageValue: 'The value for each pod.',
      averageUtilization: 'Percent of what the pods request.',
    },
    HorizontalPodAutoscalerBehavior: {
      scaleUp: 'Upwards. Default: at once, doubling or 4 pods within 15 s.',
      scaleDown: 'Downwards. Default: the largest wish of the last 300 s, all at once.',
    },
    HPAScalingRules: {
      stabilizationWindowSeconds: 'Seconds over which wishes are looked back at before following them; 0 to 3600.',
      selectPolicy: '`Max` (default), `Min`, or `Disabled`: which policy counts.',
      policies: 'How much may change in how long.',
      tolerance: 'By which part the metric may be off before anything is done; default 0.1. Behind a feature gate.',
    },
    HPAScalingPolicy: {
      type: '`Pods` or `Percent`.',
      value: 'How much may change.',
      periodSeconds: 'Within how many seconds.',
    },
    HorizontalPodAutoscalerStatus: {
      ...STATUS,
      currentMetrics: 'The metrics as last read.',
      conditions: 'AbleToScale, ScalingActive, ScalingLimited.',
    },
    HorizontalPodAutoscalerCondition: CONDITION,
    ObjectMetricStatus: { metric: METRIC, current: CURRENT, describedObject: 'The object.' },
    PodsMetricStatus: { metric: METRIC, current: CURRENT },
    ResourceMetricStatus: { name: '`cpu` or `memory`.', current: CURRENT },
    ContainerResourceMetricStatus: { name: '`cpu` or `memory`.', current: CURRENT, container: 'The container.' },
    ExternalMetricStatus: { metric: METRIC, current: CURRENT },
    MetricValueStatus: {
      value: 'The value as a whole.',
      averageValue: 'The value for each pod.',
      averageUtilization: 'Percent of what the pods request.',
    },
  },
};

export const AUTOSCALING_V1: Texts = {
  prefix: 'io.k8s.api.autoscaling.v1',
  texts: {
    HorizontalPodAutoscaler: {
      '': `Scales a workload by cpu; autoscaling/v2 can do more. ${STORED_ONLY}`,
      spec: 'What is scaled, how far.',
      status: 'What it sees and wants.',
    },
    HorizontalPodAutoscalerSpec: {
      scaleTargetRef: SCALE_TARGET,
      minReplicas: MIN,
      maxReplicas: MAX,
      targetCPUUtilizationPercentage: 'Percent of the requested cpu the pods should use; default 80.',
    },
    CrossVersionObjectReference: TARGET_REF,
    HorizontalPodAutoscalerStatus: {
      ...STATUS,
      currentCPUUtilizationPercentage: 'Percent of the requested cpu the pods use.',
    },
    Scale: {
      '': 'How many replicas of something there are and should be: what /scale reads and writes.',
      spec: 'How many there should be.',
      status: 'How many there are.',
    },
    ScaleSpec: { replicas: 'The wanted number; 0 or more.' },
    ScaleStatus: { replicas: 'The present number.', selector: 'Selector of the pods, as text.' },
  },
};
