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
