import { at, type Case } from './cases.ts';
import {
  ago,
  budget,
  changed,
  claim,
  event,
  healthy,
  node,
  pendingClaim,
  pod,
  refused,
  silent,
  storageClass,
  unready,
  volume,
  zoned,
} from './objects.ts';

const DAY = 86_400;
const it = at('pvc/data-web-2');
const immediate = storageClass({ volumeBindingMode: 'Immediate' });

export const CLAIM_CASES: readonly Case[] = [
  {
    name: 'tied to a zone whose only node is dead',
    subject: it,
    world: changed(healthy(), { nodes: [silent('n2', 600)], classes: [immediate] }),
    path: ['claim-place', 'node-not-ready'],
    state: 'blocked',
    says: 'it has not answered for 10m (Ready Unknown); 1 pod on it',
    ways: [['label node NODE topology.kubernetes.io/zone=z2', 'keeps data']],
  },
  {
    name: 'tied to a zone without nodes',
    subject: it,
    world: changed(healthy(), {}, ['n2']),
    path: ['claim-place'],
    state: 'blocked',
    says: 'its volume pv-2 can be used in zone z2 only, and there is no node there to take a pod',
  },
  {
    name: 'no class and no default',
    subject: it,
    world: changed(healthy(), { claims: [pendingClaim(2, { spec: { storageClassName: undefined } })] }, ['pv-2']),
    path: ['claim-no-class'],
    state: 'blocked',
    says: 'it names no storage class and none of standard is the default',
    ways: [['annotate storageclass standard storageclass.kubernetes.io/is-default-class=true', 'keeps data']],
  },
  {
    name: 'its class does not exist',
    subject: it,
    world: changed(healthy(), { claims: [pendingClaim(2, { spec: { storageClassName: 'fast' } })] }, ['pv-2']),
    path: ['claim-class-missing'],
    state: 'blocked',
    says: 'its storage class fast does not exist (there is standard)',
  },
  {
    name: 'waits for its first consumer, which there is not',
    subject: at('pvc/scratch'),
    world: changed(healthy(), { claims: [pendingClaim(2, { metadata: { name: 'scratch' } })] }),
    path: ['claim-waits-for-consumer'],
    state: 'fine',
    says: 'no pod uses it yet, and its volume is made for the first one',
  },
  {
    name: 'waits for its pod to be placed',
    subject: it,
    world: changed(
      healthy(),
      { claims: [pendingClaim(2)], pods: [refused(2, '0/3 nodes are available: 3 Insufficient cpu.')] },
      ['pv-2'],
    ),
    path: ['claim-waits-for-consumer', 'unschedulable-resources'],
    state: 'blocked',
    says: 'no node takes it: all 3 nodes lack cpu',
  },
  {
    name: 'the provisioner fails',
    subject: it,
    world: changed(
      healthy(),
      {
        claims: [pendingClaim(2)],
        classes: [immediate],
        events: [
          event(
            'PersistentVolumeClaim',
            'data-web-2',
            'ProvisioningFailed',
            'failed to provision volume with StorageClass "standard": rpc error: code = ResourceExhausted desc = disk quota exceeded',
          ),
        ],
      },
      ['pv-2'],
    ),
    path: ['claim-provisioning'],
    state: 'blocked',
    says: 'provisioner disk.example.com fails to make its volume: rpc error: code = ResourceExhausted desc = disk quota exceeded',
  },
  {
    name: 'the provisioner is silent',
    subject: it,
    world: changed(healthy(), { claims: [pendingClaim(2)], classes: [immediate] }, ['pv-2']),
    path: ['claim-provisioning'],
    state: 'blocked',
    says: 'provisioner disk.example.com has made no volume in 10m and has said nothing: it may not run here',
  },
  {
    name: 'no volume made by hand fits',
    subject: it,
    world: changed(
      healthy(),
      {
        claims: [pendingClaim(2)],
        classes: [storageClass({ provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'Immediate' })],
        volumes: [
          volume(7, { spec: { capacity: { storage: '5Gi' }, claimRef: undefined }, status: { phase: 'Available' } }),
          volume(8, { status: { phase: 'Released' } }),
        ],
      },
      ['pv-0', 'pv-1', 'pv-2'],
    ),
    path: ['claim-no-volume'],
    state: 'blocked',
    says: 'none of 2 volumes of class standard is free for it: pv-7 is too small (5Gi of 10Gi) and pv-8 is Released (of shop/data-web-8)',
    ways: [['patch pv pv-8', 'risk: the member starts on the old data of data-web-8']],
  },
  {
    name: 'the volume it names does not exist',
    subject: it,
    world: changed(healthy(), { claims: [pendingClaim(2, { spec: { volumeName: 'mine' } })] }),
    path: ['claim-named-volume'],
    state: 'blocked',
    says: 'the volume mine it names does not exist',
  },
  {
    name: 'its volume was deleted',
    subject: it,
    world: changed(healthy(), { claims: [claim(2, { status: { phase: 'Lost' } })] }, ['pv-2']),
    path: ['claim-lost'],
    state: 'blocked',
    says: 'its volume pv-2 does not exist any more (Lost): what was on it is out of reach',
    ways: [['delete pvc data-web-2 --wait=false', 'loses data of pvc data-web-2']],
  },
  {
    name: 'deleted while in use',
    subject: it,
    world: changed(healthy(), {
      claims: [claim(2, { metadata: { deletionTimestamp: ago(600), finalizers: ['kubernetes.io/pvc-protection'] } })],
    }),
    path: ['claim-terminating'],
    state: 'blocked',
    says: 'it was deleted 10m ago and goes when web-2 no longer exists; its volume pv-2 goes with it',
    ways: [
      ['"persistentVolumeReclaimPolicy":"Retain"', 'keeps data'],
      ['delete pod web-2', 'loses data of pvc data-web-2'],
    ],
  },
  {
    name: 'grows, and cannot',
    subject: it,
    world: changed(healthy(), {
      claims: [
        claim(2, {
          spec: { resources: { requests: { storage: '90Ti' } } },
          status: { allocatedResourceStatuses: { storage: 'ControllerResizeInfeasible' } },
        }),
      ],
    }),
    path: ['claim-resize'],
    state: 'blocked',
    says: 'it cannot grow from 10Gi to 90Ti (ControllerResizeInfeasible)',
  },
  {
    name: 'made anew, empty',
    subject: at('pvc/data-web-1'),
    world: changed(healthy(), { claims: [claim(1, { metadata: { creationTimestamp: ago(400) } })] }),
    path: ['claim-recreated'],
    state: 'warned',
    says: 'it was deleted and made anew 6m40s ago, empty',
  },
  {
    name: 'taken up again after a scale-up',
    subject: it,
    world: changed(healthy(), {
      pods: [pod(2, { metadata: { creationTimestamp: ago(100) } })],
      events: [
        event('StatefulSet', 'web', 'SuccessfulDelete', 'delete Pod web-2 in StatefulSet web successful', {
          lastTimestamp: ago(2000),
        }),
      ],
    }),
    path: ['claim-reused'],
    state: 'fine',
    says: 'web-2 (100s old) came back to it after having been scaled away: it holds data of that time (10d old)',
  },
  {
    name: 'of a member that was scaled away',
    subject: at('pvc/data-web-3'),
    world: changed(healthy(), { claims: [claim(3)], volumes: [zoned(3, 'z0')] }),
    path: ['claim-orphaned'],
    state: 'fine',
    says: 'nobody uses it: web has no ordinal 3 any more (10Gi, 10d old)',
    ways: [
      ['scale sts web --replicas=4', 'keeps data'],
      ['delete pvc data-web-3', 'loses data of pvc data-web-3'],
    ],
  },
  {
    name: 'of a set that was deleted',
    subject: at('pvc/data-old-0'),
    world: changed(healthy(), { claims: [claim(0, { metadata: { name: 'data-old-0' } })] }),
    path: ['claim-orphaned'],
    state: 'fine',
    says: 'nobody uses it: no pod names it, and no set makes a claim of this name (10Gi, 10d old)',
    ways: [['delete pvc data-old-0', 'loses data of pvc data-old-0']],
  },
  {
    name: 'pending for a reason of its own',
    subject: it,
    world: changed(
      healthy(),
      {
        claims: [pendingClaim(2, { spec: { volumeName: 'pv-7' } })],
        volumes: [volume(7, { spec: { claimRef: { name: 'data-web-2' } }, status: { phase: 'Available' } })],
      },
      ['pv-2'],
    ),
    path: ['claim-pending'],
    state: 'blocked',
    says: 'it has been Pending for 10m',
  },
];

const n2 = at('node/n2');
const cordoned = node('n2', { spec: { unschedulable: true } });
const exhausted = budget({ status: { disruptionsAllowed: 0, currentHealthy: 2, desiredHealthy: 2 } });

export const NODE_CASES: readonly Case[] = [
  {
    name: 'silent for ten minutes',
    subject: n2,
    world: changed(healthy(), { nodes: [silent('n2', 600)] }),
    path: ['node-not-ready'],
    state: 'blocked',
    says: 'it has not answered for 10m (Ready Unknown); 1 pod on it',
    ways: [['delete node n2', 'risk: as above, and volumes bound to this node are lost']],
  },
  {
    name: 'silent, by a failure that is played on it',
    subject: n2,
    world: changed(healthy(), {
      nodes: [silent('n2', 60, { metadata: { annotations: { 'perdure.dev/failure': 'cut-off' } } })],
    }),
    path: ['node-not-ready'],
    state: 'blocked',
    says: 'it has not answered for 60s (Ready Unknown); 1 pod on it',
    ways: [['annotate node n2 perdure.dev/failure-', 'keeps data']],
  },
  {
    name: 'silent, and about to fence itself',
    subject: n2,
    world: changed(healthy(), {
      nodes: [silent('n2', 20, { metadata: { annotations: { 'perdure.dev/self-fencing': 'true' } } })],
    }),
    path: ['node-not-ready'],
    state: 'blocked',
    says: 'it has not answered for 20s (Ready Unknown); 1 pod on it; it was told to end its members by itself',
  },
  {
    name: 'not ready by its own word',
    subject: n2,
    world: changed(healthy(), {
      nodes: [
        node('n2', {
          status: {
            conditions: [
              { type: 'Ready', status: 'False', lastTransitionTime: ago(120), message: 'container runtime is down' },
            ],
          },
        }),
      ],
    }),
    path: ['node-not-ready'],
    state: 'blocked',
    says: 'it has not been ready for 2m: container runtime is down; 1 pod on it',
  },
  {
    name: 'back, but still declared out of service',
    subject: n2,
    world: changed(healthy(), {
      nodes: [
        node('n2', {
          spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' }] },
        }),
      ],
    }),
    path: ['node-out-of-service'],
    state: 'blocked',
    says: 'it is back for 24h but still declared out of service: pods that come to it are removed by force',
    ways: [['taint node n2 node.kubernetes.io/out-of-service-', 'keeps data']],
  },
  {
    name: 'silent, and fenced by itself',
    subject: n2,
    world: changed(healthy(), {
      nodes: [
        node('n2', {
          spec: { taints: [{ key: 'perdure.dev/self-fenced', effect: 'NoSchedule' }] },
          status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: ago(5) }] },
        }),
      ],
    }),
    path: ['node-fenced'],
    state: 'fine',
    says: 'it could not renew its lease, ended its members by itself, and these were given up: they run elsewhere where their volumes let them',
    ways: [['get node n2 -w', 'keeps data']],
  },
  {
    name: 'back as a zombie after ten minutes',
    subject: n2,
    world: changed(healthy(), {
      nodes: [node('n2', { status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: ago(15) }] } })],
      pods: [pod(2, { metadata: { deletionTimestamp: ago(270), deletionGracePeriodSeconds: 30 } })],
    }),
    path: ['node-returned'],
    state: 'waiting',
    says: 'it came back 15s ago and ends web-2, which ran on while it was away and had been deleted meanwhile',
  },
  {
    name: 'short of disk space',
    subject: n2,
    world: changed(healthy(), {
      nodes: [
        node('n2', {
          status: {
            conditions: [
              { type: 'Ready', status: 'True', lastTransitionTime: ago(DAY) },
              { type: 'DiskPressure', status: 'True', lastTransitionTime: ago(120) },
            ],
          },
        }),
      ],
    }),
    path: ['node-pressure'],
    state: 'warned',
    says: 'it is short of disk space for 2m: it takes no new pods of the kind that would make it worse, and evicts some',
  },
  {
    name: 'a drain that a budget holds up, because another member is not ready',
    subject: n2,
    world: changed(healthy(), { nodes: [cordoned], budgets: [exhausted], pods: [pod(1, unready(300))] }),
    path: ['drain-blocked', 'budget-exhausted', 'not-ready'],
    state: 'blocked',
    says: 'db runs and has not been ready for 5m',
    ways: [
      [
        '"unhealthyPodEvictionPolicy":"AlwaysAllow"',
        'risk: volumes stay; a member that is recovering may be interrupted',
      ],
    ],
  },
  {
    name: 'a drain that would be held up',
    subject: n2,
    world: changed(healthy(), { budgets: [exhausted], pods: [pod(1, unready(300))] }),
    path: ['drain-blocked'],
    state: 'fine',
    says: 'a drain would stop at web-2 (budget web)',
  },
  {
    name: 'members that could run nowhere else',
    subject: n2,
    world: healthy(),
    path: ['drain-strands'],
    state: 'fine',
    says: 'taken off it, web-2 (data-web-2 in zone z2) could run nowhere else: its volume stays here',
  },
  {
    name: 'cordoned, with pods to move',
    subject: n2,
    world: changed(healthy(), {
      nodes: [cordoned],
      pods: [pod(2, { spec: { volumes: [{ name: 'tmp', emptyDir: {} }] } })],
    }),
    path: ['drain-leftovers'],
    state: 'fine',
    says: 'it is cordoned, web-2 is still to leave; web-2 has an emptyDir, which is lost (--delete-emptydir-data)',
    ways: [
      ['drain n2 --ignore-daemonsets --delete-emptydir-data', 'loses data of emptyDir volumes and bare pods only'],
    ],
  },
];

const pdb = at('pdb/web');
export const BUDGET_CASES: readonly Case[] = [
  {
    name: 'exhausted by a member that is not ready',
    subject: pdb,
    world: changed(healthy(), { budgets: [exhausted], pods: [pod(1, unready(300))] }),
    path: ['budget-exhausted', 'not-ready'],
    state: 'blocked',
    says: 'db runs and has not been ready for 5m',
  },
  {
    name: 'exhausted by the drain before, which goes on soon',
    subject: pdb,
    world: changed(healthy(), {
      budgets: [exhausted],
      pods: [pod(1, { metadata: { deletionTimestamp: ago(-20), deletionGracePeriodSeconds: 30 } })],
    }),
    path: ['budget-exhausted', 'pod-terminating'],
    state: 'waiting',
    says: 'it was told to end 10s ago: its processes were told to end (SIGTERM); killed in 20s at the latest',
  },
  {
    name: 'never allows anything',
    subject: pdb,
    world: changed(healthy(), {
      budgets: [
        budget({
          spec: { minAvailable: 3, maxUnavailable: undefined },
          status: { disruptionsAllowed: 0, desiredHealthy: 3 },
        }),
      ],
    }),
    path: ['budget-zero'],
    state: 'blocked',
    says: 'it never allows an eviction: minAvailable 3 means that all 3 pods must stay, so no node with one of them can be drained',
    ways: [['"maxUnavailable":1', 'risk: volumes stay; one member at a time is away']],
  },
  {
    name: 'selects nothing',
    subject: pdb,
    world: changed(healthy(), {
      budgets: [
        budget({
          spec: { selector: { matchLabels: { app: 'wbe' } } },
          status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
        }),
      ],
    }),
    path: ['budget-empty'],
    state: 'warned',
    says: 'it protects nothing: no pod in shop matches app=wbe',
  },
  {
    name: 'two budgets for one pod',
    subject: pdb,
    world: changed(healthy(), { budgets: [budget(), budget({ metadata: { name: 'all' } })] }),
    path: ['budget-overlap'],
    state: 'blocked',
    says: 'web-0, web-1 and web-2 have more than one budget (web and all): the eviction API refuses such pods with an error',
  },
  {
    name: 'could not be worked out',
    subject: pdb,
    world: changed(healthy(), {
      budgets: [
        budget({
          status: {
            conditions: [
              {
                type: 'DisruptionAllowed',
                status: 'False',
                reason: 'SyncFailed',
                message: 'found no controller ref for pod "web-0"',
              },
            ],
          },
        }),
      ],
    }),
    path: ['budget-unsynced'],
    state: 'blocked',
    says: 'it cannot be worked out: found no controller ref for pod "web-0"',
  },
];
