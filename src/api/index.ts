import type { KindDefinition } from '../schema/kind.ts';
import { controllerRevision } from './apps/controller-revision.ts';
import { statefulSet } from './apps/stateful-set.ts';
import { pod } from './core/pod.ts';
import { genericKind } from './generic.ts';
import { podDisruptionBudget } from './policy/pod-disruption-budget.ts';

const EXTENSION = { categories: ['api-extensions'] };
const CREATE_ONLY = { verbs: ['create'], persisted: false } as const;

/** Every kind the server offers, in the order of their groups. */
export const KINDS: readonly KindDefinition[] = [
  // core
  genericKind('v1', 'Binding', 'bindings', true, CREATE_ONLY),
  genericKind('v1', 'ComponentStatus', 'componentstatuses', false, { shortNames: ['cs'], verbs: ['get', 'list'] }),
  genericKind('v1', 'ConfigMap', 'configmaps', true, { shortNames: ['cm'] }),
  genericKind('v1', 'Endpoints', 'endpoints', true, { singular: 'endpoints', shortNames: ['ep'] }),
  genericKind('v1', 'Event', 'events', true, { shortNames: ['ev'], nameRule: 'path' }),
  genericKind('v1', 'LimitRange', 'limitranges', true, { shortNames: ['limits'] }),
  genericKind('v1', 'Namespace', 'namespaces', false, {
    shortNames: ['ns'],
    verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
    status: {},
    subresources: { finalize: { kind: 'Namespace', verbs: ['update'] } },
  }),
  genericKind('v1', 'Node', 'nodes', false, { shortNames: ['no'], status: {} }),
  genericKind('v1', 'PersistentVolume', 'persistentvolumes', false, { shortNames: ['pv'], status: {} }),
  genericKind('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', true, { shortNames: ['pvc'], status: {} }),
  pod,
  genericKind('v1', 'PodTemplate', 'podtemplates', true),
  genericKind('v1', 'ReplicationController', 'replicationcontrollers', true, {
    shortNames: ['rc'],
    categories: ['all'],
    status: {},
  }),
  genericKind('v1', 'ResourceQuota', 'resourcequotas', true, { shortNames: ['quota'], status: {} }),
  genericKind('v1', 'Secret', 'secrets', true),
  genericKind('v1', 'ServiceAccount', 'serviceaccounts', true, { shortNames: ['sa'] }),
  genericKind('v1', 'Service', 'services', true, { shortNames: ['svc'], categories: ['all'], status: {} }),
  // apps
  controllerRevision,
  genericKind('apps/v1', 'DaemonSet', 'daemonsets', true, { shortNames: ['ds'], categories: ['all'], status: {} }),
  genericKind('apps/v1', 'Deployment', 'deployments', true, {
    shortNames: ['deploy'],
    categories: ['all'],
    status: {},
  }),
  genericKind('apps/v1', 'ReplicaSet', 'replicasets', true, { shortNames: ['rs'], categories: ['all'], status: {} }),
  statefulSet,
  // batch, autoscaling, policy
  genericKind('batch/v1', 'Job', 'jobs', true, { categories: ['all'], status: {} }),
  genericKind('batch/v1', 'CronJob', 'cronjobs', true, { shortNames: ['cj'], categories: ['all'], status: {} }),
  genericKind('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', true, {
    shortNames: ['hpa'],
    categories: ['all'],
    status: {},
  }),
  podDisruptionBudget,
  // storage
  genericKind('storage.k8s.io/v1', 'CSIDriver', 'csidrivers', false),
  genericKind('storage.k8s.io/v1', 'CSINode', 'csinodes', false),
  genericKind('storage.k8s.io/v1', 'CSIStorageCapacity', 'csistoragecapacities', true),
  genericKind('storage.k8s.io/v1', 'StorageClass', 'storageclasses', false, { shortNames: ['sc'] }),
  genericKind('storage.k8s.io/v1', 'VolumeAttachment', 'volumeattachments', false, { status: {} }),
  genericKind('storage.k8s.io/v1', 'VolumeAttributesClass', 'volumeattributesclasses', false, { shortNames: ['vac'] }),
  // discovery, coordination
  genericKind('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices', true),
  genericKind('coordination.k8s.io/v1', 'Lease', 'leases', true),
  // networking
  genericKind('networking.k8s.io/v1', 'Ingress', 'ingresses', true, { shortNames: ['ing'], status: {} }),
  genericKind('networking.k8s.io/v1', 'IngressClass', 'ingressclasses', false),
  genericKind('networking.k8s.io/v1', 'IPAddress', 'ipaddresses', false, { shortNames: ['ip'] }),
  genericKind('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', true, { shortNames: ['netpol'] }),
  genericKind('networking.k8s.io/v1', 'ServiceCIDR', 'servicecidrs', false, { status: {} }),
  // rbac
  genericKind('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', false, { nameRule: 'path' }),
  genericKind('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'clusterrolebindings', false, { nameRule: 'path' }),
  genericKind('rbac.authorization.k8s.io/v1', 'Role', 'roles', true, { nameRule: 'path' }),
  genericKind('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings', true, { nameRule: 'path' }),
  // scheduling, node
  genericKind('scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses', false, { shortNames: ['pc'] }),
  genericKind('node.k8s.io/v1', 'RuntimeClass', 'runtimeclasses', false),
  // apiextensions, apiregistration, admissionregistration
  genericKind('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions', false, {
    ...EXTENSION,
    shortNames: ['crd', 'crds'],
    status: {},
  }),
  genericKind('apiregistration.k8s.io/v1', 'APIService', 'apiservices', false, { ...EXTENSION, status: {} }),
  ...(
    [
      ['MutatingAdmissionPolicy', 'mutatingadmissionpolicies'],
      ['MutatingAdmissionPolicyBinding', 'mutatingadmissionpolicybindings'],
      ['MutatingWebhookConfiguration', 'mutatingwebhookconfigurations'],
      ['ValidatingAdmissionPolicy', 'validatingadmissionpolicies'],
      ['ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings'],
      ['ValidatingWebhookConfiguration', 'validatingwebhookconfigurations'],
    ] as const
  ).map(([kind, plural]) =>
    genericKind('admissionregistration.k8s.io/v1', kind, plural, false, {
      ...EXTENSION,
      ...(kind === 'ValidatingAdmissionPolicy' ? { status: {} } : {}),
    }),
  ),
  // authentication, authorization: answers only
  genericKind('authentication.k8s.io/v1', 'SelfSubjectReview', 'selfsubjectreviews', false, CREATE_ONLY),
  genericKind('authentication.k8s.io/v1', 'TokenReview', 'tokenreviews', false, CREATE_ONLY),
  genericKind('authorization.k8s.io/v1', 'LocalSubjectAccessReview', 'localsubjectaccessreviews', true, CREATE_ONLY),
  genericKind('authorization.k8s.io/v1', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews', false, CREATE_ONLY),
  genericKind('authorization.k8s.io/v1', 'SelfSubjectRulesReview', 'selfsubjectrulesreviews', false, CREATE_ONLY),
  genericKind('authorization.k8s.io/v1', 'SubjectAccessReview', 'subjectaccessreviews', false, CREATE_ONLY),
  // certificates, flowcontrol
  genericKind('certificates.k8s.io/v1', 'CertificateSigningRequest', 'certificatesigningrequests', false, {
    shortNames: ['csr'],
    nameRule: 'path',
    status: {},
  }),
  genericKind('flowcontrol.apiserver.k8s.io/v1', 'FlowSchema', 'flowschemas', false, { status: {} }),
  genericKind('flowcontrol.apiserver.k8s.io/v1', 'PriorityLevelConfiguration', 'prioritylevelconfigurations', false, {
    status: {},
  }),
  // resource
  genericKind('resource.k8s.io/v1', 'DeviceClass', 'deviceclasses', false, { returnsDeleted: true }),
  genericKind('resource.k8s.io/v1', 'ResourceClaim', 'resourceclaims', true, { returnsDeleted: true, status: {} }),
  genericKind('resource.k8s.io/v1', 'ResourceClaimTemplate', 'resourceclaimtemplates', true, { returnsDeleted: true }),
  genericKind('resource.k8s.io/v1', 'ResourceSlice', 'resourceslices', false, { returnsDeleted: true }),
];
