import { at, type Case } from './cases.ts';
import { ago, changed, claim, event, healthy, node, pod, service, set, volume } from './objects.ts';

const web = at('sts/web');

/** Names, places and data of a set. */
export const SET_DATA_CASES: readonly Case[] = [
  {
    name: 'the governing service does not exist',
    subject: web,
    world: { ...healthy(), services: [] },
    path: ['governing-service'],
    state: 'warned',
    says: 'service web does not exist, so the members have no names of their own (web-0.web.shop.svc is unknown to DNS)',
    ways: [['"clusterIP":"None"', 'keeps data']],
  },
  {
    name: 'the governing service is not headless',
    subject: web,
    world: changed(healthy(), { services: [service({ spec: { clusterIP: '10.96.0.7' } })] }),
    path: ['governing-service'],
    state: 'warned',
    says: 'service web is not headless (clusterIP 10.96.0.7): it has one address for all, and web-0.web.shop.svc is unknown to DNS',
  },
  {
    name: 'two sets with one selector',
    subject: web,
    world: changed(healthy(), { statefulSets: [set({ metadata: { name: 'cache', uid: 'other' } })] }),
    path: ['overlapping-selectors'],
    state: 'warned',
    says: "its selector overlaps with that of cache: services and budgets count both sets' pods as one",
  },
  {
    name: 'all replicas on one node',
    subject: web,
    world: changed(healthy(), { pods: [0, 1, 2].map((ordinal) => pod(ordinal, { spec: { nodeName: 'n1' } })) }),
    path: ['replicas-together'],
    state: 'fine',
    says: 'all 3 pods are on node n1: its loss is the loss of all members',
    ways: [
      [
        'topologySpreadConstraints',
        'risk: volumes stay, but a member whose volume is bound to its node or zone cannot move and would stay Pending',
      ],
    ],
  },
  {
    name: 'the majority in one zone',
    subject: web,
    world: changed(healthy(), {
      nodes: [node('n1', { metadata: { labels: { 'topology.kubernetes.io/zone': 'z0' } } })],
    }),
    path: ['replicas-together'],
    state: 'fine',
    says: '2 of 3 pods are in zone z0: its loss is the loss of the majority',
  },
  {
    name: 'after a scale-down and a scale-up members start on their old data',
    subject: web,
    world: changed(healthy(), {
      statefulSets: [
        set({
          metadata: {
            managedFields: [
              {
                manager: 'kubectl',
                operation: 'Update',
                subresource: 'scale',
                time: ago(300),
                fieldsV1: { 'f:spec': { 'f:replicas': {} } },
              },
            ],
          },
        }),
      ],
      pods: [pod(2, { metadata: { creationTimestamp: ago(299) } })],
    }),
    path: ['reused-claim'],
    state: 'fine',
    says: 'scaled up again, web-2 (4m59s old) on data-web-2 (10d old) started with the data of the time before, not empty',
    ways: [['delete pvc data-web-2 --wait=false', 'loses data of pvc data-web-2']],
  },
  {
    name: 'a claim was deleted and made anew, its volume retained',
    subject: web,
    world: changed(healthy(), {
      claims: [claim(1, { metadata: { uid: 'second', creationTimestamp: ago(400) }, spec: { volumeName: 'pv-9' } })],
      volumes: [volume(1, { status: { phase: 'Released' } })],
    }),
    path: ['recreated-claim'],
    state: 'warned',
    says: 'claim data-web-1 of web-1 was deleted and made anew 6m40s ago, empty',
    ways: [['patch pv pv-1', 'loses data of the new pvc data-web-1, what was written since']],
  },
  {
    name: 'claims of members it no longer has',
    subject: web,
    world: changed(healthy(), { claims: [claim(3), claim(4, { status: { capacity: { storage: '20Gi' } } })] }),
    path: ['orphaned-claims'],
    state: 'fine',
    says: '2 claims of members it no longer has: data-web-3 (10Gi, 10d old) and data-web-4 (20Gi, 10d old)',
    ways: [['delete pvc data-web-3 data-web-4', 'loses data of these 2 claims']],
  },
  {
    name: 'the same, told by the events of the set alone',
    subject: web,
    world: changed(healthy(), {
      pods: [pod(2, { metadata: { creationTimestamp: ago(100) } })],
      events: [
        event('StatefulSet', 'web', 'SuccessfulDelete', 'Delete Pod web-2 in StatefulSet web successful', {
          lastTimestamp: ago(110),
        }),
      ],
    }),
    path: ['reused-claim'],
    state: 'fine',
    says: 'scaled up again, web-2 (100s old) on data-web-2 (10d old) started with the data of the time before, not empty',
  },
  {
    name: 'a rollout that reached the member explains that its pod is younger than its claim',
    subject: web,
    world: changed(healthy(), {
      pods: [0, 1, 2].map((ordinal) => pod(ordinal, { metadata: { creationTimestamp: ago(50 + 10 * ordinal) } })),
      events: [2, 1, 0].map((ordinal) =>
        event('StatefulSet', 'web', 'SuccessfulDelete', `Delete Pod web-${ordinal} in StatefulSet web successful`, {
          metadata: { name: `e${ordinal}` },
          lastTimestamp: ago(60 + 10 * ordinal),
        }),
      ),
    }),
    path: [],
    state: 'fine',
    says: '',
    never: 'data-web',
  },
  {
    name: 'nor was a member scaled away whose broken pod was deleted by hand after a rollout',
    subject: web,
    world: changed(healthy(), {
      pods: [pod(2, { metadata: { creationTimestamp: ago(100) } })],
      events: [
        event('StatefulSet', 'web', 'SuccessfulDelete', 'Delete Pod web-2 in StatefulSet web successful', {
          lastTimestamp: ago(900),
        }),
        event('StatefulSet', 'web', 'SuccessfulCreate', 'Create Pod web-2 in StatefulSet web successful', {
          lastTimestamp: ago(100),
          count: 3,
        }),
      ],
    }),
    path: [],
    state: 'fine',
    says: '',
    never: 'data-web',
  },
  {
    name: 'the claim of the highest member was made anew, by the events of the set',
    subject: web,
    world: changed(healthy(), {
      claims: [claim(2, { metadata: { creationTimestamp: ago(90) } })],
      events: [
        event(
          'StatefulSet',
          'web',
          'SuccessfulCreate',
          'Create Claim data-web-2 Pod web-2 in StatefulSet web success',
          {
            count: 2,
          },
        ),
      ],
    }),
    path: ['recreated-claim'],
    state: 'warned',
    says: 'claim data-web-2 of web-2 was deleted and made anew 90s ago, empty',
  },
];
