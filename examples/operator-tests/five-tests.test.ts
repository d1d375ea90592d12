// The five tests an operator's author writes first. In your project import from 'perdure/testing'.
import { afterEach, expect, it } from 'vitest';
import { resources, startCluster, type TestCluster } from '../../src/testing/index.ts';

const IN_DEFAULT = { namespace: 'default' };
const SETS = { ...resources.STATEFUL_SETS, ...IN_DEFAULT };
const PODS = { ...resources.PODS, ...IN_DEFAULT };
const CLAIMS = { ...resources.PERSISTENT_VOLUME_CLAIMS, ...IN_DEFAULT };

const ledger = (image: string, replicas = 3): string => `
apiVersion: v1
kind: Service
metadata: { name: ledger }
spec: { clusterIP: None, selector: { app: ledger }, ports: [{ port: 7000 }] }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: ledger }
spec:
  serviceName: ledger
  replicas: ${replicas}
  selector: { matchLabels: { app: ledger } }
  template:
    metadata: { labels: { app: ledger } }
    spec:
      terminationGracePeriodSeconds: 10
      containers: [{ name: ledger, image: '${image}' }]
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`;

let cluster: TestCluster;
afterEach(() => cluster.stop());

const ready = (replicas: number) => cluster.waitFor(SETS, 'ledger', (set) => set.status?.readyReplicas === replicas);
const podNames = async () => (await cluster.client.list(PODS)).items.map(({ metadata }) => metadata.name);
const uidOf = async (name: string) => (await cluster.client.get(PODS, name)).metadata.uid;

it('1. comes up in order, each member with a claim of its own', async () => {
  cluster = await startCluster({ nodes: 3 });
  await cluster.apply(ledger('ledger:1'));
  await ready(3);
  expect(await podNames()).toEqual(['ledger-0', 'ledger-1', 'ledger-2']);
  const claims = await cluster.client.list(CLAIMS);
  expect(claims.items.map(({ metadata, status }) => `${metadata.name} ${status.phase}`)).toEqual([
    'data-ledger-0 Bound',
    'data-ledger-1 Bound',
    'data-ledger-2 Bound',
  ]);
});

it('2. a rollout stops at a member that does not get ready, and the others keep serving', async () => {
  cluster = await startCluster({ nodes: 3 });
  await cluster.apply(ledger('ledger:1'));
  await ready(3);
  await cluster.apply(ledger('ledger:2'));
  await cluster.waitFor(PODS, 'ledger-2', (pod) => pod.spec?.containers[0].image === 'ledger:2');
  await cluster.pod('ledger-2').notReady();
  await cluster.advance(5 * 60_000);
  const images = (await cluster.client.list(PODS)).items.map(({ spec }) => spec.containers[0].image);
  expect(images).toEqual(['ledger:1', 'ledger:1', 'ledger:2']);
  await cluster.pod('ledger-2').ready();
  await cluster.waitFor(SETS, 'ledger', ({ status }) => status?.updatedReplicas === 3 && status.readyReplicas === 3);
});

it('3. a lost machine’s member is not started a second time before the machine answers', async () => {
  cluster = await startCluster({ nodes: 3 });
  await cluster.apply(ledger('ledger:1'));
  await ready(3);
  const { spec, metadata } = await cluster.client.get(PODS, 'ledger-1');
  cluster.node(spec.nodeName).crash();
  // Given up after five minutes, but the member may still be running for all anybody knows: it stays Terminating.
  await cluster.advance(10 * 60_000);
  const lost = await cluster.client.get(PODS, 'ledger-1');
  expect(lost.metadata.uid).toBe(metadata.uid);
  expect(lost.metadata.deletionTimestamp).toBeDefined();
  cluster.node(spec.nodeName).boot();
  await cluster.waitFor(
    PODS,
    'ledger-1',
    (pod) => pod.metadata.uid !== metadata.uid && pod.status?.phase === 'Running',
  );
});

it('4. scaling down and up again finds the same claim', async () => {
  cluster = await startCluster();
  await cluster.apply(ledger('ledger:1'));
  await ready(3);
  const before = await cluster.client.get(CLAIMS, 'data-ledger-2');
  await cluster.apply(ledger('ledger:1', 1));
  await cluster.waitFor(SETS, 'ledger', ({ status }) => status?.replicas === 1);
  await cluster.apply(ledger('ledger:1', 3));
  await ready(3);
  const after = await cluster.client.get(CLAIMS, 'data-ledger-2');
  expect([after.metadata.uid, after.spec.volumeName]).toEqual([before.metadata.uid, before.spec.volumeName]);
});

it('5. restarts of the control plane and a cut network change nothing for running members', async () => {
  cluster = await startCluster({ nodes: 3 });
  await cluster.apply(ledger('ledger:1'));
  await ready(3);
  const before = await Promise.all(['ledger-0', 'ledger-1', 'ledger-2'].map(uidOf));
  const mend = cluster.controlPlane.partition();
  cluster.controlPlane.restartServer();
  await cluster.advance(30_000);
  mend();
  cluster.controlPlane.restartControllers();
  await cluster.advance(5 * 60_000);
  expect(await Promise.all(['ledger-0', 'ledger-1', 'ledger-2'].map(uidOf))).toEqual(before);
  await cluster.client.delete(PODS, 'ledger-0');
  await cluster.waitFor(PODS, 'ledger-0', (pod) => pod.metadata.uid !== before[0] && pod.status?.phase === 'Running');
});
