/** A pod of about 3 KB as stored, that no scheduler places. */
export function bigPod(name: string): string {
  const env = Array.from({ length: 14 }, (_, i) => ({
    name: `SETTING_${i}`,
    value: `value-of-setting-number-${i}-${name}`,
  }));
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'bench' } },
    spec: {
      schedulerName: 'nobody',
      automountServiceAccountToken: false,
      containers: [{ name: 'c', image: 'nginx:1.25', env }],
    },
  });
}

/** A ConfigMap of 1 KiB. */
export function configMap(name: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: { payload: 'x'.repeat(1024) },
  });
}

export interface SetOptions {
  readonly replicas: number;
  readonly policy: 'OrderedReady' | 'Parallel';
  readonly claims: boolean;
}

export function statefulSet(name: string, { replicas, policy, claims }: SetOptions): string {
  const container = {
    name: 'c',
    image: 'nginx:1.25',
    ...(claims ? { volumeMounts: [{ name: 'data', mountPath: '/data' }] } : {}),
  };
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name },
    spec: {
      replicas,
      serviceName: name,
      podManagementPolicy: policy,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { terminationGracePeriodSeconds: 1, automountServiceAccountToken: false, containers: [container] },
      },
      ...(claims
        ? {
            volumeClaimTemplates: [
              {
                metadata: { name: 'data' },
                spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
              },
            ],
          }
        : {}),
    },
  });
}

/** A pod of one application among many: even over zones, hosts filled evenly by all, no two members on one host. */
export function placedPod(index: number, app: number): string {
  const labels = { app: `app-${app}`, 'part-of': 'bench' };
  const matching = (name: keyof typeof labels): object => ({ matchLabels: { [name]: labels[name] } });
  const hostname = 'kubernetes.io/hostname';
  const spread = (maxSkew: number, topologyKey: string, labelSelector: object): object => ({
    maxSkew,
    topologyKey,
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector,
  });
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `placed-${index}`, labels },
    spec: {
      automountServiceAccountToken: false,
      containers: [{ name: 'c', image: 'nginx:1.25', resources: { requests: { cpu: '100m', memory: '64Mi' } } }],
      topologySpreadConstraints: [
        spread(1, 'topology.kubernetes.io/zone', matching('app')),
        // With less the last pods find their own application on the only hosts that are left.
        spread(3, hostname, matching('part-of')),
      ],
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: hostname, labelSelector: matching('app') }],
        },
      },
    },
  });
}
