import type { KindDefinition } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { podColumns, podRowConditions } from './pod/columns.ts';
import { podCreate } from './pod/create.ts';
import { defaultPod } from './pod/defaults.ts';
import { podStatus } from './pod/status.ts';
import { podSubresources } from './pod/subresources.ts';
import { podUpdate } from './pod/update.ts';

const specField =
  (name: string) =>
  (pod: KubeObject): string =>
    pod.spec?.[name] ?? '';
const statusField =
  (name: string) =>
  (pod: KubeObject): string =>
    pod.status?.[name] ?? '';

/** Nobody has to be waited for when the pod never got a node, or has ended (api.md 4.6). */
function graceSeconds(pod: KubeObject, requested: number | undefined): number {
  const phase = pod.status?.phase;
  if (!pod.spec?.nodeName || phase === 'Succeeded' || phase === 'Failed') return 0;
  const grace = requested ?? pod.spec.terminationGracePeriodSeconds ?? 30;
  return grace < 0 ? 1 : grace;
}

/** v1 Pod (api.md 6.2 to 6.4). */
export const pod: KindDefinition = defineKind({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  generation: true,
  returnsDeleted: true,
  defaults: defaultPod,
  create: podCreate,
  update: podUpdate,
  status: podStatus,
  subresources: podSubresources,
  columns: podColumns,
  rowConditions: podRowConditions,
  selectableFields: {
    'spec.nodeName': specField('nodeName'),
    'spec.host': specField('nodeName'),
    'spec.restartPolicy': specField('restartPolicy'),
    'spec.schedulerName': specField('schedulerName'),
    'spec.serviceAccountName': specField('serviceAccountName'),
    'spec.hostNetwork': (object) => String(object.spec?.hostNetwork === true),
    'status.phase': statusField('phase'),
    'status.podIP': (object) => object.status?.podIPs?.[0]?.ip ?? object.status?.podIP ?? '',
    // A key that is accepted and matches nothing.
    'status.podIPs': () => '',
    'status.nominatedNodeName': statusField('nominatedNodeName'),
  },
  resetFields: {
    main: [['status']],
    status: [['spec'], ['metadata', 'deletionTimestamp'], ['metadata', 'ownerReferences']],
  },
  graceSeconds,
});
