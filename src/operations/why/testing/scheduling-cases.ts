import type { Pod } from '../observed.ts';
import { at, type Case } from './cases.ts';
import {
  changed,
  claim,
  type event,
  healthy,
  node,
  pendingClaim,
  pod,
  refused,
  silent,
  storageClass,
} from './objects.ts';

const it = at('pod/web-2');
const withPod = (made: Pod, ...events: readonly ReturnType<typeof event>[]) =>
  changed(healthy(), { pods: [made], events });
const db = (part: object) => ({ spec: { containers: [{ name: 'db', image: 'postgres:17', resources: {}, ...part }] } });
const none = (reasons: string) =>
  `0/3 nodes are available: ${reasons}. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.`;

/** Pods that get no node. */
export const SCHEDULING_CASES: readonly Case[] = [
  {
    name: 'held by a scheduling gate',
    subject: it,
    world: withPod(refused(2, '', { spec: { schedulingGates: [{ name: 'example.com/wait' }] } })),
    path: ['unscheduled-silent'],
    state: 'blocked',
    says: 'it is held back by scheduling gate example.com/wait',
  },
  {
    name: 'its scheduler does not run',
    subject: it,
    world: withPod({ ...refused(2, '', { spec: { schedulerName: 'batch' } }), status: { phase: 'Pending' } }),
    path: ['unscheduled-silent'],
    state: 'blocked',
    says: 'scheduler batch has not looked at it in 24h',
  },
  {
    name: 'zone-locked: its volume is in a zone whose node is dead',
    subject: it,
    world: changed(
      withPod(
        refused(2, none("1 node(s) had untolerated taint(s), 2 node(s) didn't match PersistentVolume's node affinity")),
      ),
      {
        nodes: [
          silent('n2', 600, { spec: { taints: [{ key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' }] } }),
        ],
        classes: [storageClass({ volumeBindingMode: 'Immediate' })],
      },
    ),
    path: ['unschedulable-volume', 'claim-place', 'node-not-ready'],
    state: 'blocked',
    says: 'it has not answered for 10m (Ready Unknown)',
    ways: [['delete pvc data-web-2 --wait=false', 'loses data of pvc data-web-2']],
  },
  {
    name: 'its claim is unbound',
    subject: it,
    world: changed(
      withPod(refused(2, '0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found')),
      { claims: [pendingClaim(2)], classes: [storageClass({ metadata: { name: 'other' } })] },
      ['standard', 'pv-2'],
    ),
    path: ['unschedulable-claims'],
    state: 'blocked',
    says: 'it waits for its claim data-web-2',
  },
  {
    name: 'its claim does not exist',
    subject: it,
    world: changed(
      withPod(refused(2, '0/3 nodes are available: persistentvolumeclaim "data-web-2" not found. not found')),
      {},
      ['data-web-2'],
    ),
    path: ['unschedulable-claims'],
    state: 'blocked',
    says: 'its claim data-web-2 does not exist',
    ways: [['delete pod web-2', 'keeps data']],
  },
  {
    name: 'too little cpu',
    subject: it,
    world: withPod(refused(2, none('3 Insufficient cpu'), db({ resources: { requests: { cpu: '6' } } }))),
    path: ['unschedulable-resources'],
    state: 'blocked',
    says: 'no node takes it: all 3 nodes lack cpu (it asks for 6, the largest node has 4 in all)',
    ways: [['set resources sts/web', 'keeps data']],
  },
  {
    name: 'tainted nodes',
    subject: it,
    world: changed(withPod(refused(2, none('1 Insufficient memory, 2 node(s) had untolerated taint(s)'))), {
      nodes: [
        node('n0', { spec: { taints: [{ key: 'team', value: 'infra', effect: 'NoSchedule' }] } }),
        node('n1', { spec: { taints: [{ key: 'team', value: 'infra', effect: 'NoSchedule' }] } }),
      ],
    }),
    path: ['unschedulable-taints'],
    state: 'blocked',
    says: 'no node takes it: 2 of 3 nodes have a taint it does not tolerate (n0: team=infra:NoSchedule and n1: team=infra:NoSchedule)',
    ways: [['taint node n0 team=infra:NoSchedule-', 'risk: any other pod may then come to that node too']],
  },
  {
    name: 'cordoned nodes',
    subject: it,
    world: changed(withPod(refused(2, none('3 node(s) were unschedulable'))), {
      nodes: ['n0', 'n1', 'n2'].map((name) => node(name, { spec: { unschedulable: true } })),
    }),
    path: ['unschedulable-cordoned'],
    state: 'blocked',
    says: 'no node takes it: all 3 nodes are cordoned (n0, n1 and n2)',
  },
  {
    name: 'a node selector nobody matches',
    subject: it,
    world: withPod(
      refused(2, none("3 node(s) didn't match Pod's node affinity/selector"), {
        spec: { nodeSelector: { disk: 'ssd' } },
      }),
    ),
    path: ['unschedulable-affinity'],
    state: 'blocked',
    says: 'no node takes it: all 3 nodes do not match what it asks of nodes (disk=ssd)',
  },
  {
    name: 'anti-affinity on two nodes',
    subject: it,
    world: withPod(
      refused(2, none("1 node(s) had untolerated taint(s), 2 node(s) didn't match pod anti-affinity rules"), {
        spec: {
          affinity: {
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname' }],
            },
          },
        },
      }),
    ),
    path: ['unschedulable-peers'],
    state: 'blocked',
    says: 'no node takes it: 2 of 3 nodes hold a pod it must not be with (one per kubernetes.io/hostname)',
  },
  {
    name: 'a spread that a lost zone breaks',
    subject: it,
    world: withPod(
      refused(2, none("1 node(s) had untolerated taint(s), 2 node(s) didn't match pod topology spread constraints"), {
        spec: {
          topologySpreadConstraints: [
            { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule' },
          ],
        },
      }),
    ),
    path: ['unschedulable-spread'],
    state: 'blocked',
    says: 'no node takes it: on 2 of 3 nodes it would break its spread (topology.kubernetes.io/zone, maxSkew 1)',
  },
  {
    name: 'host ports are taken',
    subject: it,
    world: withPod(
      refused(
        2,
        none("3 node(s) didn't have free ports for the requested pod ports"),
        db({ ports: [{ containerPort: 5432, hostPort: 5432 }] }),
      ),
    ),
    path: ['unschedulable-ports'],
    state: 'blocked',
    says: 'no node takes it: on all 3 nodes host port 5432 is taken',
  },
  {
    name: 'refused for something new',
    subject: it,
    world: withPod(refused(2, none('3 node(s) were under the wrong moon'))),
    path: ['unschedulable'],
    state: 'blocked',
    says: 'no node takes it: 3 node(s) were under the wrong moon',
  },
  {
    name: 'waits for a claim that is used by another pod alone',
    subject: it,
    world: changed(
      withPod(
        refused(
          2,
          none(
            '3 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
          ),
        ),
      ),
      {
        claims: [claim(2)],
        pods: [
          pod(2, { metadata: { name: 'tool' } }),
          refused(
            2,
            none(
              '3 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
            ),
          ),
        ],
      },
    ),
    path: ['unschedulable-claims'],
    state: 'blocked',
    says: 'its claim may be used by one pod only (ReadWriteOncePod) and tool uses it',
  },
];
