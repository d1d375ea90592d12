import type { Pod } from '../observed.ts';
import { at, type Case } from './cases.ts';
import { ago, changed, creating, event, healthy, pod, set, silent, unready } from './objects.ts';

const it = at('pod/web-2');
const withPod = (made: Pod, ...events: readonly ReturnType<typeof event>[]) =>
  changed(healthy(), { pods: [made], events });
const about = (reason: string, message: string) => event('Pod', 'web-2', reason, message);
const db = (part: object) => ({ spec: { containers: [{ name: 'db', image: 'postgres:17', resources: {}, ...part }] } });
const merge = (...parts: readonly object[]): object => Object.assign({}, ...parts);
const deleted = (seconds: number) => ({
  metadata: { deletionTimestamp: ago(seconds), deletionGracePeriodSeconds: 30 },
});
const crashed = (restarts: number, part: object = {}) => ({
  restartCount: restarts,
  state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
  lastState: { terminated: { exitCode: 1, reason: 'Error', startedAt: ago(95), finishedAt: ago(60), ...part } },
});

export const POD_CASES: readonly Case[] = [
  {
    name: 'told to end, within its grace',
    subject: it,
    world: withPod(pod(2, deleted(-20))),
    path: ['pod-terminating'],
    state: 'waiting',
    says: 'it was told to end 10s ago: its processes were told to end (SIGTERM); killed in 20s at the latest',
  },
  {
    name: 'told to end, beyond its grace',
    subject: it,
    world: withPod(pod(2, deleted(120))),
    path: ['pod-terminating'],
    state: 'blocked',
    says: 'it was told to end 2m30s ago, its grace is over since 2m, and node n2 (which is ready) has not removed it',
    ways: [['--grace-period=0 --force', 'risk: if a process still runs, two members write as one']],
  },
  {
    name: 'Terminating and held by a finalizer',
    subject: it,
    world: withPod(pod(2, { metadata: { deletionTimestamp: ago(120), finalizers: ['example.com/handover'] } })),
    path: ['pod-finalizer'],
    state: 'blocked',
    says: 'it was deleted 2m ago and is held by finalizer example.com/handover',
    ways: [
      [
        '"finalizers":null',
        'risk: what the finalizer was to do before the end (a hand-over, a backup) does not happen',
      ],
    ],
  },
  {
    name: 'Terminating on a dead node',
    subject: it,
    world: changed(withPod(pod(2, merge(unready(600), deleted(300)))), { nodes: [silent('n2', 600)] }),
    path: ['node-lost', 'node-not-ready'],
    state: 'blocked',
    says: 'it has not answered for 10m (Ready Unknown); 1 pod on it, 1 of them Terminating',
    ways: [
      [
        'taint node n2 node.kubernetes.io/out-of-service=nodeshutdown:NoExecute',
        'risk: if it still runs, two members write as one; take the taint off when it is back',
      ],
      [
        'delete pod web-2 --grace-period=0 --force',
        'risk: if the process still runs there, two members write as one, and data is lost or torn; an attached volume follows only after 6 minutes',
      ],
    ],
  },
  {
    name: 'deleted with a long grace on a node that has just died',
    subject: it,
    world: changed(withPod(pod(2, merge(unready(60), deleted(-10)))), { nodes: [silent('n2', 60)] }),
    path: ['node-lost'],
    state: 'blocked',
    says: 'it was deleted 20s ago and stays Terminating: its node n2 does not answer, so nobody can confirm that its processes have ended',
  },
  {
    name: 'its node does not answer, and its tolerationSeconds are not over yet',
    subject: it,
    world: changed(
      withPod(
        pod(
          2,
          merge(unready(60), {
            spec: {
              tolerations: [
                {
                  key: 'node.kubernetes.io/unreachable',
                  operator: 'Exists',
                  effect: 'NoExecute',
                  tolerationSeconds: 30,
                },
              ],
            },
          }),
        ),
      ),
      {
        nodes: [
          silent('n2', 20, {
            spec: { taints: [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: ago(20) }] },
          }),
        ],
      },
    ),
    path: ['node-lost'],
    state: 'blocked',
    says: 'its node n2 does not answer; it is deleted in 10s (tolerationSeconds 30)',
  },
  {
    name: 'its node object is gone',
    subject: it,
    world: changed(withPod(pod(2)), {}, ['n2']),
    path: ['node-lost'],
    state: 'waiting',
    says: 'its node n2 does not exist any more; the pod is removed within a minute',
  },
  {
    name: 'preStop sleeps longer than the grace',
    subject: it,
    world: withPod(pod(2, db({ lifecycle: { preStop: { exec: { command: ['sh', '-c', 'leave && sleep 60'] } } } }))),
    path: ['prestop-overruns'],
    state: 'warned',
    says: 'preStop of db sleeps 60s, but its grace is 30s: at its end the process gets no time to shut down and is killed',
    ways: [['"terminationGracePeriodSeconds":90', 'keeps data']],
  },
  {
    name: 'preStop overran its grace',
    subject: it,
    world: withPod(
      pod(2, db({ lifecycle: { preStop: { exec: { command: ['/leave.sh'] } } } })),
      about('FailedPreStopHook', 'PreStopHook failed'),
    ),
    path: ['prestop-overruns'],
    state: 'warned',
    says: 'preStop of db did not end within the grace of 30 seconds, and the process was killed',
  },
  {
    name: 'evicted by its node',
    subject: it,
    world: withPod(
      pod(2, {
        status: {
          phase: 'Failed',
          reason: 'Evicted',
          message: 'The node was low on resource: memory.',
          containerStatuses: [],
        },
      }),
      event('StatefulSet', 'web', 'SuccessfulDelete', 'delete Pod web-2 in StatefulSet web successful', { count: 4 }),
    ),
    path: ['pod-failed'],
    state: 'waiting',
    says: 'it is Failed (Evicted): The node was low on resource: memory; it was made anew 4 times lately',
  },
  {
    name: 'the image cannot be pulled',
    subject: it,
    world: withPod(
      pod(
        2,
        merge(
          db({ image: 'postgres:71' }),
          creating(300, { reason: 'ImagePullBackOff', message: 'Back-off pulling image "postgres:71"' }),
        ),
      ),
      about('Failed', 'Failed to pull image "postgres:71": manifest unknown'),
    ),
    path: ['image-pull'],
    state: 'blocked',
    says: 'image postgres:71 of db cannot be had (ImagePullBackOff): manifest unknown',
    ways: [['set image sts/web', 'keeps data']],
  },
  {
    name: 'a ConfigMap is missing',
    subject: it,
    world: withPod(
      pod(2, creating(300, { reason: 'CreateContainerConfigError', message: 'configmap "db-conf" not found' })),
    ),
    path: ['config-missing'],
    state: 'blocked',
    says: 'it has not been able to start for 5m: ConfigMap db-conf does not exist in shop',
  },
  {
    name: 'a Secret to be mounted is missing',
    subject: it,
    world: withPod(
      pod(2, creating(300)),
      about('FailedMount', 'MountVolume.SetUp failed for volume "tls" : secret "db-tls" not found'),
    ),
    path: ['config-missing'],
    state: 'blocked',
    says: 'it has not been able to start for 5m: Secret db-tls does not exist in shop',
  },
  {
    name: 'the volume is still attached to a dead node',
    subject: it,
    world: changed(
      withPod(
        pod(2, creating(120)),
        about(
          'FailedAttachVolume',
          'Multi-Attach error for volume "pv-2" Volume is already exclusively attached to one node and can\'t be attached to another',
        ),
      ),
      {
        nodes: [silent('n1', 400)],
        attachments: [
          {
            apiVersion: 'storage.k8s.io/v1',
            kind: 'VolumeAttachment',
            metadata: { name: 'csi-1' },
            spec: { attacher: 'disk.example.com', nodeName: 'n1', source: { persistentVolumeName: 'pv-2' } },
            status: { attached: true },
          },
        ],
      },
    ),
    path: ['volume-attach', 'node-not-ready'],
    state: 'blocked',
    says: 'it has not answered for 6m40s (Ready Unknown); 1 pod on it',
  },
  {
    name: 'a volume cannot be mounted',
    subject: it,
    world: withPod(
      pod(2, creating(300)),
      about('FailedMount', 'MountVolume.SetUp failed for volume "pv-2" : mount failed: exit status 32'),
    ),
    path: ['volume-mount'],
    state: 'blocked',
    says: 'a volume cannot be mounted on n2, 5m by now: MountVolume.SetUp failed for volume "pv-2" : mount failed: exit status 32',
  },
  {
    name: 'the command does not exist',
    subject: it,
    world: withPod(
      pod(2, creating(300, { reason: 'RunContainerError', message: 'exec: "/start": no such file or directory' })),
    ),
    path: ['container-not-created'],
    state: 'blocked',
    says: 'db cannot be started (RunContainerError): exec: "/start": no such file or directory',
  },
  {
    name: 'an init container waits for ever',
    subject: it,
    world: withPod(
      pod(
        2,
        merge(
          { spec: { initContainers: [{ name: 'wait', resources: {} }], containers: [{ name: 'db', resources: {} }] } },
          {
            status: {
              phase: 'Pending',
              conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: ago(900) }],
              initContainerStatuses: [
                {
                  name: 'wait',
                  ready: false,
                  restartCount: 0,
                  state: { running: { startedAt: ago(900) } },
                  lastState: {},
                },
              ],
              containerStatuses: [],
            },
          },
        ),
      ),
    ),
    path: ['init-container'],
    state: 'blocked',
    says: 'init container wait runs for 15m and has not ended; if it waits for a peer that waits for this pod, both wait for ever',
  },
  {
    name: 'out of memory',
    subject: it,
    world: withPod(
      pod(
        2,
        merge(
          db({ resources: { limits: { memory: '1Gi' } } }),
          unready(600, crashed(3, { exitCode: 137, reason: 'OOMKilled' })),
        ),
      ),
    ),
    path: ['out-of-memory'],
    state: 'blocked',
    says: 'db was killed for using more memory than its limit of 1Gi (OOMKilled, 3 restarts)',
  },
  {
    name: 'killed by its liveness probe while it recovers, without a startupProbe',
    subject: it,
    world: withPod(
      pod(
        2,
        merge(
          db({ livenessProbe: { tcpSocket: { port: 5432 }, periodSeconds: 10, failureThreshold: 3 } }),
          unready(900, crashed(7, { exitCode: 137, startedAt: ago(95), finishedAt: ago(60) })),
        ),
      ),
      about('Killing', 'Container db failed liveness probe, will be restarted'),
    ),
    path: ['liveness-kills'],
    state: 'blocked',
    says: 'db is killed by its own liveness probe (tcp :5432) after 35s, before it is ready: 7 restarts, and it has no startupProbe',
    ways: [
      [
        '"startupProbe":{"tcpSocket":{"port":5432},"periodSeconds":10,"failureThreshold":60}',
        'risk: volumes stay; deleting it in the middle of a recovery makes the recovery begin again',
      ],
    ],
  },
  {
    name: 'killed by its startup probe',
    subject: it,
    world: withPod(
      pod(
        2,
        merge(
          db({ startupProbe: { httpGet: { port: 8080, path: '/up' }, periodSeconds: 5, failureThreshold: 6 } }),
          unready(900, crashed(4)),
        ),
      ),
      about(
        'Unhealthy',
        'Startup probe failed: Get "http://10.0.0.1:8080/up": dial tcp 10.0.0.1:8080: connect: connection refused',
      ),
      about('Killing', 'Container db failed startup probe, will be restarted'),
    ),
    path: ['startup-kills'],
    state: 'blocked',
    says: 'db does not start within the 30s its startupProbe allows (GET :8080/up gets no connection (refused)), and is killed: 4 restarts',
  },
  {
    name: 'a crash loop',
    subject: it,
    world: withPod(pod(2, unready(900, crashed(6, { message: 'FATAL: data directory has wrong ownership' })))),
    path: ['crash-loop'],
    state: 'blocked',
    says: 'db crashes (exit code 1: "FATAL: data directory has wrong ownership"): 6 restarts in 24h; the next start comes after a pause',
  },
  {
    name: 'readiness answers 503 for four minutes',
    subject: it,
    world: withPod(
      pod(2, merge(db({ readinessProbe: { httpGet: { port: 'http', path: '/ready' } } }), unready(240))),
      about('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503'),
    ),
    path: ['readiness-fails'],
    state: 'blocked',
    says: 'readiness of db answers 503 for 4m (GET :http/ready)',
  },
  {
    name: 'a readiness gate is closed',
    subject: it,
    world: withPod(
      pod(
        2,
        merge(
          { spec: { readinessGates: [{ conditionType: 'example.com/lb' }] } },
          {
            status: {
              conditions: [
                { type: 'Ready', status: 'False', lastTransitionTime: ago(200) },
                { type: 'ContainersReady', status: 'True' },
              ],
            },
          },
        ),
      ),
    ),
    path: ['readiness-gate'],
    state: 'blocked',
    says: 'its containers are ready, but readiness gate example.com/lb is not True',
  },
  {
    name: 'Ready, but not long enough',
    subject: it,
    world: changed(
      withPod(pod(2, { status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: ago(10) }] } })),
      { statefulSets: [set({ spec: { minReadySeconds: 30 } })] },
    ),
    path: ['min-ready'],
    state: 'waiting',
    says: 'it is Ready and becomes available in 20s (minReadySeconds 30)',
  },
  {
    name: 'being started',
    subject: it,
    world: withPod(pod(2, creating(5))),
    path: ['not-ready'],
    state: 'waiting',
    says: 'db has been starting for 5s',
  },
  {
    name: 'not ready since ten minutes, nothing more known',
    subject: it,
    world: withPod(pod(2, unready(600))),
    path: ['not-ready'],
    state: 'blocked',
    says: 'db runs and has not been ready for 10m',
  },
];
