import { at, type Case } from './cases.ts';
import {
  ago,
  changed,
  claim,
  creating,
  event,
  healthy,
  NEW,
  OLD,
  over,
  pod,
  revision,
  set,
  silent,
  unready,
  world,
} from './objects.ts';

const DAY = 86_400;
const web = at('sts/web');
const probed = {
  spec: {
    containers: [
      {
        name: 'db',
        image: 'postgres:17',
        resources: {},
        readinessProbe: { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 10 },
      },
    ],
  },
};
const of = (revisionName: string) => ({
  metadata: { labels: { app: 'web', 'controller-revision-hash': revisionName } },
});
const merge = (...parts: readonly object[]): object => Object.assign({}, ...parts);
const answers503 = event('Pod', 'web-2', 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503');
const revisions = [revision(OLD, 1, 10 * DAY), revision(NEW, 2, 900)];
const rolling = { status: { updateRevision: NEW, currentRevision: OLD } };
const failedCreate = (error: string) =>
  event('StatefulSet', 'web', 'FailedCreate', `create Pod web-2 in StatefulSet web failed error: ${error}`);
const crashes = (ordinal: number) =>
  pod(
    ordinal,
    unready(600, {
      restartCount: 5,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 1, reason: 'Error', startedAt: ago(62), finishedAt: ago(60) } },
    }),
  );

export const SET_CASES: readonly Case[] = [
  {
    name: 'a member whose readiness answers 503 holds back the creation of the next ones',
    subject: web,
    world: changed(healthy(), {
      statefulSets: [set({ spec: { replicas: 5 } })],
      pods: [pod(2, merge(probed, unready(240)))],
      events: [answers503],
    }),
    path: ['blocked-at-ordinal', 'readiness-fails'],
    state: 'blocked',
    says: 'readiness of db answers 503 for 4m (GET :8080/ready)',
    ways: [['kubectl -n shop logs web-2 -c db --tail=50', 'keeps data']],
  },
  {
    name: 'a rollout whose new revision never gets ready',
    subject: web,
    world: changed(healthy(), {
      statefulSets: [set(rolling)],
      pods: [pod(2, over(of(NEW), unready(600), { metadata: { creationTimestamp: ago(600) } }))],
      revisions,
    }),
    path: ['stuck-rollout', 'not-ready'],
    state: 'blocked',
    says: 'db runs and has not been ready for 10m',
    ways: [],
  },
  {
    name: 'the same, as the set itself is told',
    subject: web,
    world: changed(healthy(), {
      statefulSets: [set(rolling)],
      pods: [pod(2, over(of(NEW), unready(600), { metadata: { creationTimestamp: ago(600) } }))],
      revisions,
    }),
    path: ['stuck-rollout'],
    state: 'blocked',
    says: 'the rollout to revision 2 (web-new) is stuck at ordinal 2: web-2 runs it and has not been Ready for 10m; web-0 and web-1 are not updated',
    ways: [
      [
        'kubectl -n shop rollout undo sts/web',
        'risk: the volumes stay, but if the new version changed the data on them the old one may not read it',
      ],
      ['kubectl -n shop annotate sts web perdure.dev/stuck-rollout=replace-never-ready', 'keeps data'],
    ],
  },
  {
    name: 'the undone rollout whose broken pod is never replaced (kubernetes#67250)',
    subject: web,
    world: changed(healthy(), {
      statefulSets: [set({ status: { updateRevision: OLD, currentRevision: OLD } })],
      pods: [pod(2, over(of(NEW), unready(900), { metadata: { creationTimestamp: ago(900) } }))],
      revisions: [revision(OLD, 3, 10 * DAY), revision(NEW, 2, 900)],
    }),
    path: ['stuck-rollout-trap'],
    state: 'blocked',
    says: 'the rollout was undone, but web-2 still runs revision 2 (web-new), has not been Ready for 15m, and so is never replaced by revision 3 (web-old)',
    ways: [
      ['kubectl -n shop delete pod web-2', 'keeps data'],
      ['perdure.dev/stuck-rollout=replace-never-ready', 'keeps data'],
    ],
  },
  {
    name: 'a rollout of a Parallel set waits at its new pod',
    subject: web,
    world: changed(healthy(), {
      statefulSets: [set({ spec: { podManagementPolicy: 'Parallel' }, ...rolling })],
      pods: [pod(2, merge(of(NEW), unready(300)))],
      revisions,
    }),
    path: ['rollout-waits'],
    state: 'blocked',
    says: 'the rollout to revision 2 (web-new) waits at ordinal 2: web-2 is updated and not available, 2 pods still to update',
    ways: [
      [
        'rollout undo sts/web',
        'risk: the volumes stay, but if the new version changed the data on them the old one may not read it',
      ],
    ],
  },
  {
    name: 'members of a Parallel set that are not ready',
    subject: web,
    world: changed(healthy(), {
      statefulSets: [set({ spec: { podManagementPolicy: 'Parallel' } })],
      pods: [pod(0, unready(300)), pod(2, unready(300))],
    }),
    path: ['unready-pods', 'not-ready'],
    state: 'blocked',
    says: 'db runs and has not been ready for 5m',
  },
  {
    name: 'a scale-down waits for a pod that ends',
    subject: web,
    world: changed(healthy(), {
      statefulSets: [set({ spec: { replicas: 2 } })],
      pods: [pod(2, { metadata: { deletionTimestamp: ago(-20), deletionGracePeriodSeconds: 30 } })],
    }),
    path: ['condemned-wait', 'pod-terminating'],
    state: 'waiting',
    says: 'it was told to end 10s ago: its processes were told to end (SIGTERM); killed in 20s at the latest',
  },
  {
    name: 'a scale-down stops at two unhealthy pods',
    subject: web,
    world: changed(healthy(), {
      statefulSets: [set({ spec: { replicas: 1 } })],
      pods: [pod(1, unready(300)), pod(2, unready(300))],
    }),
    path: ['condemned-wait'],
    state: 'blocked',
    says: 'the scale-down stops at web-2: it is not healthy, and neither is web-1',
    ways: [['kubectl -n shop delete pod web-2', 'keeps data']],
  },
  {
    name: 'a partition stops the rollout on purpose',
    subject: web,
    world: changed(healthy(), {
      statefulSets: [set({ spec: { updateStrategy: { rollingUpdate: { partition: 2 } } }, ...rolling })],
      pods: [pod(2, of(NEW))],
      revisions,
    }),
    path: ['partition-holds'],
    state: 'fine',
    says: 'partition 2 keeps web-0 and web-1 at the revision before revision 2 (web-new); the rollout stops there on purpose',
    ways: [['"partition":0', 'risk: volumes stay, each of these pods is restarted once']],
  },
  {
    name: 'OnDelete leaves pods of the earlier revision',
    subject: web,
    world: changed(healthy(), {
      statefulSets: [set({ spec: { updateStrategy: { type: 'OnDelete' } }, ...rolling })],
      pods: [pod(2, of(NEW))],
      revisions,
    }),
    path: ['on-delete-outdated'],
    state: 'fine',
    says: 'web-0 and web-1 are not of revision 2 (web-new) and will not be updated by the set',
    ways: [['delete pod web-1', 'keeps data']],
  },
  {
    name: 'a deleted set waits for its pods',
    subject: web,
    world: changed(healthy(), {
      statefulSets: [set({ metadata: { deletionTimestamp: ago(10), finalizers: ['foregroundDeletion'] } })],
      pods: [0, 1, 2].map((ordinal) =>
        pod(ordinal, { metadata: { deletionTimestamp: ago(-20), deletionGracePeriodSeconds: 30 } }),
      ),
    }),
    path: ['set-terminating', 'pod-terminating'],
    state: 'waiting',
    says: 'it was told to end 10s ago: its processes were told to end (SIGTERM); killed in 20s at the latest',
  },
  {
    name: 'a deleted set is held by a finalizer',
    subject: web,
    world: changed(healthy(), {
      statefulSets: [set({ metadata: { deletionTimestamp: ago(600), finalizers: ['example.com/backup'] } })],
    }),
    path: ['set-terminating'],
    state: 'blocked',
    says: 'it was deleted 10m ago and is held by finalizer example.com/backup',
    ways: [['"finalizers":null', 'risk: what the finalizer was to clean up is left behind']],
  },
  {
    name: 'a foreign pod squats a name',
    subject: web,
    world: changed(healthy(), { pods: [pod(2, { metadata: { ownerReferences: [], labels: { app: 'other' } } })] }),
    path: ['squatted-name'],
    state: 'blocked',
    says: 'blocked at ordinal 2: pod web-2 exists already and belongs to nobody and does not match its selector',
    ways: [['kubectl -n shop delete pod web-2', 'keeps data']],
  },
  {
    name: 'a quota has no room',
    subject: web,
    world: changed(
      healthy(),
      {
        events: [
          failedCreate(
            'pods "web-2" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2',
          ),
        ],
      },
      ['web-2'],
    ),
    path: ['quota-exceeded'],
    state: 'blocked',
    says: 'blocked at ordinal 2: pod web-2 cannot be created: quota small has no room (pods: 1 more asked for, 2 of 2 used)',
    ways: [['describe quota small', 'keeps data']],
  },
  {
    name: 'the service account does not exist',
    subject: web,
    world: changed(
      healthy(),
      {
        events: [
          failedCreate(
            'pods "web-2" is forbidden: error looking up service account shop/dba: serviceaccount "dba" not found',
          ),
        ],
      },
      ['web-2'],
    ),
    path: ['service-account-missing'],
    state: 'blocked',
    says: 'blocked at ordinal 2: pod web-2 cannot be created: service account dba does not exist in shop',
    ways: [['create serviceaccount dba', 'keeps data']],
  },
  {
    name: 'the priority class does not exist',
    subject: web,
    world: changed(
      healthy(),
      { statefulSets: [set({ spec: { template: { spec: { priorityClassName: 'gold' } } } })] },
      ['web-2'],
    ),
    path: ['priority-class-missing'],
    state: 'blocked',
    says: 'blocked at ordinal 2: pod web-2 cannot be created: priority class gold does not exist (there is none but the built-in ones)',
    ways: [['create priorityclass gold', 'keeps data']],
  },
  {
    name: 'pods are refused by Pod Security',
    subject: web,
    world: changed(
      healthy(),
      {
        events: [
          failedCreate(
            'pods "web-2" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true (pod or container "db" must set securityContext.runAsNonRoot=true)',
          ),
        ],
      },
      ['web-2'],
    ),
    path: ['creation-refused'],
    state: 'blocked',
    says: 'blocked at ordinal 2: pod web-2 cannot be created: it violates the Pod Security level restricted:latest of namespace shop: runAsNonRoot != true (pod or container "db" must set securityContext.runAsNonRoot=true)',
  },
  {
    name: 'the claim of the next pod is being deleted',
    subject: web,
    world: changed(healthy(), { claims: [claim(2, { metadata: { deletionTimestamp: ago(30), finalizers: [] } })] }, [
      'web-2',
    ]),
    path: ['claim-blocks-creation', 'claim-terminating'],
    state: 'waiting',
    says: 'it was deleted 30s ago and is about to go; its volume pv-2 goes with it',
  },
  {
    name: 'whenScaled Delete: the claim still belongs to the earlier pod',
    subject: web,
    world: changed(
      healthy(),
      {
        statefulSets: [set({ spec: { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } } })],
        claims: [
          claim(2, {
            metadata: {
              ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'web-2', uid: 'gone', controller: true }],
            },
          }),
        ],
      },
      ['web-2'],
    ),
    path: ['claim-blocks-creation'],
    state: 'waiting',
    says: 'blocked at ordinal 2: claim data-web-2 still belongs to the earlier web-2 and is to be collected; the pod comes after that, with a new and empty one',
    ways: [
      ['/metadata/ownerReferences', 'keeps data'],
      ['delete pvc data-web-2', 'loses data of pvc data-web-2'],
    ],
  },
  {
    name: 'no controller looks at the set',
    subject: web,
    world: changed(healthy(), { statefulSets: [set({ metadata: { generation: 2 } })] }, ['web-2']),
    path: ['missing-pod'],
    state: 'blocked',
    says: "pod web-2 is to be created, but no controller has looked at the set's last change (set made 10d ago, generation 2, observed 1)",
  },
  {
    name: 'followers of a Parallel set crash because there is no leader yet',
    subject: web,
    world: changed(healthy(), {
      statefulSets: [set({ spec: { podManagementPolicy: 'Parallel' } })],
      pods: [crashes(1), crashes(2)],
    }),
    path: ['parallel-crash-loop', 'crash-loop'],
    state: 'blocked',
    says: 'db crashes (exit code 1): 5 restarts in 24h; the next start comes after a pause',
    ways: [
      [
        'delete sts web --cascade=orphan',
        'risk: volumes stay; between the two commands nobody replaces a member that fails',
      ],
    ],
  },
  {
    name: 'a member on a dead node, Terminating until that is confirmed',
    subject: web,
    world: changed(healthy(), {
      nodes: [silent('n1', 600)],
      pods: [
        pod(1, merge(unready(600), { metadata: { deletionTimestamp: ago(300), deletionGracePeriodSeconds: 30 } })),
      ],
    }),
    path: ['blocked-at-ordinal', 'node-lost', 'node-not-ready'],
    state: 'blocked',
    says: 'it has not answered for 10m (Ready Unknown); 1 pod on it, 1 of them Terminating',
    ways: [],
  },
  {
    name: 'an empty set of objects beside it changes nothing',
    subject: web,
    world: world({ statefulSets: [set({ spec: { replicas: 0, serviceName: '' } })] }),
    path: [],
    state: 'fine',
    says: '',
  },
  {
    name: 'a rollout to an image that cannot be had is stuck at once, and only its own ways are offered',
    subject: web,
    world: changed(healthy(), {
      statefulSets: [set(rolling)],
      pods: [pod(2, merge(of(NEW), creating(10, { reason: 'ErrImagePull', message: 'manifest unknown' })))],
      revisions,
    }),
    path: ['stuck-rollout', 'image-pull'],
    state: 'blocked',
    says: 'image postgres:17 of db cannot be had (ErrImagePull): manifest unknown',
    ways: [['delete pod web-2', 'keeps data']],
    never: 'set image',
  },
  {
    name: 'the undone rollout of a set that replaces what was never ready',
    subject: web,
    world: changed(healthy(), {
      statefulSets: [set({ metadata: { annotations: { 'perdure.dev/stuck-rollout': 'replace-never-ready' } } })],
      pods: [pod(2, over(of(NEW), unready(900), { metadata: { creationTimestamp: ago(900) } }))],
      revisions,
    }),
    path: ['stuck-rollout-trap'],
    state: 'waiting',
    says: 'the rollout was undone, and web-2, which still runs revision 2 (web-new) and has never been Ready, is about to be replaced by itself',
  },
  {
    name: 'reserved ordinals are neither missing nor in range',
    subject: web,
    world: changed(
      healthy(),
      {
        statefulSets: [set({ metadata: { annotations: { 'perdure.dev/reserved-ordinals': '1' } } })],
        pods: [pod(3)],
        claims: [claim(3)],
      },
      ['web-1'],
    ),
    path: ['orphaned-claims'],
    state: 'fine',
    says: 'a claim of members it no longer has: data-web-1 (10Gi, 10d old)',
  },
];
