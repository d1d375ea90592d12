import { CONDITION, STORED_ONLY, type Texts } from './texts.ts';

const IMMUTABLE = 'True: data cannot be changed any more, nor this; only deleting remains. Default false.';
const COUNT_SERIES = { count: 'How often so far.', lastObservedTime: 'When it last happened.' };

export const CORE_OBJECTS: Texts = {
  prefix: 'io.k8s.api.core.v1',
  texts: {
    ConfigMap: {
      '': 'Configuration as keys and values, up to 1 MiB in all. Pods take it as files, which follow changes, or as environment variables, which do not.',
      data: 'Text by key. Keys: letters, digits, `-`, `_`, `.`.',
      binaryData: 'Bytes by key, in base64. No key of data.',
      immutable: IMMUTABLE,
    },
    Secret: {
      '': 'Like a ConfigMap, for what not everybody may read. base64 is no encryption: who may get Secrets or start pods in the namespace can read it.',
      data: 'Bytes by key, in base64; up to 1 MiB in all.',
      stringData: 'The same as plain text, for writing: it is put into data and never shown.',
      type: 'What it is for; default `Opaque`. Some types need certain keys, such as tls.crt and tls.key for kubernetes.io/tls. Cannot be changed.',
      immutable: IMMUTABLE,
    },
    ServiceAccount: {
      '': 'Identity of pods towards the API; what it may do is said by role bindings. Every namespace has one called default.',
      secrets: 'Old list of token Secrets; tokens are made on demand now.',
      imagePullSecrets: 'Registry credentials for pods that name none.',
      automountServiceAccountToken: 'False: pods get no token unless they ask for it. Default true.',
    },
    Event: {
      '': 'Something that happened to an object. Kept for an hour; `kubectl events` and `kubectl describe` show them. Not a history to rely on.',
      involvedObject: 'What it happened to.',
      reason: 'One word in CamelCase, such as `FailedCreate`.',
      message: 'What happened.',
      source: 'Who reports it (old form).',
      firstTimestamp: 'When it first happened.',
      lastTimestamp: 'When it last happened.',
      count: 'How often; the same again only counts up.',
      type: '`Normal` or `Warning`.',
      eventTime: 'When it happened, with microseconds (new form).',
      series: 'Of something that happens again and again (new form).',
      action: 'What was done.',
      related: 'A second object that plays a part.',
      reportingComponent: 'Which component reports it.',
      reportingInstance: 'Which instance of that component.',
    },
    EventSeries: COUNT_SERIES,
    EventSource: { component: 'Which component.', host: 'On which node.' },
    LimitRange: {
      '': 'Defaults and bounds for what pods, containers and claims of the namespace ask for. Applies to new objects.',
      spec: 'The limits.',
    },
    LimitRangeSpec: { limits: 'One entry a type.' },
    LimitRangeItem: {
      type: '`Container`, `Pod` or `PersistentVolumeClaim`.',
      max: 'The most that may be asked for.',
      min: 'The least that may be asked for.',
      default: 'Limits of containers that name none.',
      defaultRequest: 'Requests of containers that name none.',
      maxLimitRequestRatio: 'By how many times a limit may exceed its request.',
    },
    ResourceQuota: {
      '': 'Bounds what a namespace may use in all. What would exceed it is refused (403).',
      spec: 'The bounds.',
      status: 'What is used.',
    },
    ResourceQuotaSpec: {
      hard: 'The bounds by resource: `requests.cpu`, `limits.memory`, `requests.storage`, `pods`, `count/statefulsets.apps` and so on. With cpu or memory in it, every pod must say what it asks for.',
      scopes:
        'Counts only pods that are Terminating, NotTerminating, BestEffort, NotBestEffort and so on. Cannot be changed.',
      scopeSelector: 'The same with operators, such as for priority classes.',
    },
    ScopeSelector: { matchExpressions: 'Requirements; all must hold.' },
    ScopedResourceSelectorRequirement: {
      scopeName: 'The scope, such as `PriorityClass`.',
      operator: '`In`, `NotIn`, `Exists` or `DoesNotExist`.',
      values: 'Values for In and NotIn.',
    },
    ResourceQuotaStatus: { hard: 'The bounds in force.', used: 'What is used of them.' },
    ReplicationController: {
      '': `The forerunner of ReplicaSet. ${STORED_ONLY}`,
      spec: 'What is wanted.',
      status: 'What the controller last saw.',
    },
    ReplicationControllerSpec: {
      replicas: 'Number of pods; default 1.',
      minReadySeconds: 'Seconds a pod must have been ready before it counts as available; default 0.',
      selector: 'Labels of its pods. Default: those of the template.',
      template: 'What new pods are made of.',
    },
    ReplicationControllerStatus: {
      replicas: 'Pods that exist.',
      fullyLabeledReplicas: 'Those of them that have all labels of the template.',
      readyReplicas: 'Pods with the condition Ready.',
      availableReplicas: 'Pods ready for at least minReadySeconds.',
      observedGeneration: 'metadata.generation this status was computed from.',
      conditions: 'ReplicaFailure, while pods cannot be created or deleted.',
    },
    ReplicationControllerCondition: CONDITION,
    ComponentStatus: { '': 'Health of a component; deprecated, ask /readyz.', conditions: 'Its health.' },
    ComponentCondition: {
      type: 'Always `Healthy`.',
      status: '`True`, `False` or `Unknown`.',
      message: 'More about it.',
      error: 'What is wrong.',
    },
  },
};

export const EVENTS: Texts = {
  prefix: 'io.k8s.api.events.v1',
  texts: {
    Event: {
      '': 'Something that happened to an object. The same events as in the core group, with other names of fields. Kept for an hour.',
      eventTime: 'When it first happened.',
      series: 'Of something that happens again and again.',
      reportingController: 'Which controller reports it, such as `statefulset-controller`.',
      reportingInstance: 'Which instance of that controller.',
      action: 'What was done.',
      reason: 'One word in CamelCase.',
      regarding: 'What it happened to.',
      related: 'A second object that plays a part.',
      note: 'What happened; up to 1024 characters.',
      type: '`Normal` or `Warning`.',
      deprecatedSource: 'source of the core form.',
      deprecatedFirstTimestamp: 'firstTimestamp of the core form.',
      deprecatedLastTimestamp: 'lastTimestamp of the core form.',
      deprecatedCount: 'count of the core form.',
    },
    EventSeries: COUNT_SERIES,
  },
};
