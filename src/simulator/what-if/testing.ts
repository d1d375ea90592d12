import type { KubeObject } from '../../schema/object.ts';

export interface SetTraits {
  readonly replicas?: number;
  readonly parallel?: boolean;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Name of a storage class: every member has a claim of it. */
  readonly claims?: string;
  /** Beyond its containers. */
  readonly podSpec?: Readonly<Record<string, unknown>>;
}

/** A StatefulSet with one container of image `web:1`. */
export function set(name: string, traits: SetTraits = {}): KubeObject {
  const { replicas = 3, parallel = false, annotations = {}, claims, podSpec = {} } = traits;
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, annotations },
    spec: {
      replicas,
      serviceName: name,
      podManagementPolicy: parallel ? 'Parallel' : 'OrderedReady',
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'web:1' }], ...podSpec } },
      ...(claims === undefined
        ? {}
        : {
            volumeClaimTemplates: [
              {
                metadata: { name: 'data' },
                spec: {
                  accessModes: ['ReadWriteOnce'],
                  storageClassName: claims,
                  resources: { requests: { storage: '1Gi' } },
                },
              },
            ],
          }),
    },
  };
}

/** A PodDisruptionBudget for the set of this name. */
export const budget = (name: string, spec: Readonly<Record<string, unknown>>): KubeObject => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name },
  spec: { selector: { matchLabels: { app: name } }, ...spec },
});
