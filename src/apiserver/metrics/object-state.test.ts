import { expect, it } from 'vitest';
import type { Core } from '../core.ts';
import { objectState } from './object-state.ts';

const core = (objects: Readonly<Record<string, readonly object[]>>): Core =>
  ({
    store: { list: (prefix: string) => ({ entries: (objects[prefix] ?? []).map((value) => ({ value })) }) },
  }) as unknown as Core;

it('tells of sets, claims and volumes in the names of kube-state-metrics', () => {
  const lines = objectState(
    core({
      'apps/statefulsets/': [
        {
          metadata: { namespace: 'n', name: 'db', generation: 3, creationTimestamp: '2026-01-01T00:00:00Z' },
          spec: { replicas: 3 },
          status: { readyReplicas: 2, observedGeneration: 3, updateRevision: 'db-1' },
        },
      ],
      'core/persistentvolumeclaims/': [
        {
          metadata: { namespace: 'n', name: 'data-db-0', creationTimestamp: '2026-01-01T00:00:00Z' },
          spec: { resources: { requests: { storage: '1Gi' } }, accessModes: ['ReadWriteOnce'] },
          status: { phase: 'Bound', conditions: [{ type: 'Resizing', status: 'True' }] },
        },
      ],
      'core/persistentvolumes/': [
        { metadata: { name: 'v' }, spec: { claimRef: { namespace: 'n', name: 'c' } }, status: { phase: 'Released' } },
      ],
    }),
  )
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  const set = '{namespace="n",statefulset="db"}';
  const claim = 'namespace="n",persistentvolumeclaim="data-db-0"';
  expect(lines).toEqual(
    expect.arrayContaining([
      `kube_statefulset_created${set} 1767225600`,
      `kube_statefulset_replicas${set} 3`,
      `kube_statefulset_status_replicas_ready${set} 2`,
      `kube_statefulset_status_replicas_updated${set} 0`,
      'kube_statefulset_status_update_revision{namespace="n",revision="db-1",statefulset="db"} 1',
      `kube_persistentvolumeclaim_status_phase{${claim},phase="Bound"} 1`,
      `kube_persistentvolumeclaim_status_phase{${claim},phase="Lost"} 0`,
      `kube_persistentvolumeclaim_resource_requests_storage_bytes{${claim}} 1073741824`,
      `kube_persistentvolumeclaim_status_condition{${claim},status="true",type="Resizing"} 1`,
      'kube_persistentvolume_claim_ref{claim_namespace="n",name="c",persistentvolume="v"} 1',
      'kube_persistentvolume_status_phase{persistentvolume="v",phase="Released"} 1',
    ]),
  );
  expect(lines.some((line) => line.startsWith('kube_statefulset_status_current_revision'))).toBe(false);
  expect(objectState(core({}))).toBe('');
});
