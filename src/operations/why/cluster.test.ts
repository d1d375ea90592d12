import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Target } from '../../client/client.ts';
import { PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS } from '../../client/resources.ts';
import type { KubeObject } from '../../schema/object.ts';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import type { Chain, Finding } from './chain.ts';
import { explain } from './explain.ts';
import { observe } from './observe.ts';
import { parseSubject } from './subject.ts';

const MINUTE_MS = 60_000;

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 3, zones: ['a', 'b', 'c'] });
});
afterAll(() => cluster.stop());

const inNamespace = (id: typeof PODS, namespace: string): Target => ({ ...id, namespace });

async function namespace(name: string): Promise<string> {
  await cluster.client.create({ group: '', version: 'v1', resource: 'namespaces' }, { metadata: { name } });
  // Pods are admitted from then on.
  await cluster.waitFor<KubeObject>(
    { group: '', version: 'v1', resource: 'serviceaccounts', namespace: name },
    'default',
    () => true,
  );
  return name;
}

const template = (annotations: Readonly<Record<string, string>> = {}, spec: object = {}): object => ({
  metadata: { labels: { app: 'web' }, annotations },
  spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'db', image: 'postgres:17' }], ...spec },
});

async function createSet(space: string, spec: object): Promise<void> {
  const labels = { app: 'web' };
  await cluster.client.create(inNamespace({ group: '', version: 'v1', resource: 'services' }, space), {
    metadata: { name: 'web' },
    spec: { clusterIP: 'None', selector: labels, ports: [{ port: 5432 }] },
  });
  await cluster.client.create(inNamespace(STATEFUL_SETS, space), {
    metadata: { name: 'web' },
    spec: { serviceName: 'web', replicas: 3, selector: { matchLabels: labels }, template: template(), ...spec },
  });
}

const claims = (storageClassName?: string): object => ({
  volumeClaimTemplates: [
    {
      metadata: { name: 'data' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
        ...(storageClassName === undefined ? {} : { storageClassName }),
      },
    },
  ],
});

async function why(text: string, space: string): Promise<Chain> {
  const subject = parseSubject(text, space);
  // Virtual time: nothing moves while the lists are read, and minutes cost nothing.
  return explain(subject, await observe(cluster.client, subject), cluster.now());
}

const setReady = (space: string, count: number) =>
  cluster.waitFor<KubeObject>(
    inNamespace(STATEFUL_SETS, space),
    'web',
    ({ status }) => status?.readyReplicas === count,
  );
const pod = (space: string, name: string, condition: (pod: KubeObject) => boolean) =>
  cluster.waitFor<KubeObject>(inNamespace(PODS, space), name, condition);
const path = (finding: Finding | undefined): string[] =>
  finding === undefined ? [] : [finding.cause, ...path(finding.because[0])];

describe('why, asked of a running cluster', () => {
  it('explains a stuck rollout, then the trap after the undo, and its way out leads out', async () => {
    const space = await namespace('stuck');
    await createSet(space, {});
    await setReady(space, 3);
    expect((await why('sts/web', space)).state).toBe('fine');

    const sets = inNamespace(STATEFUL_SETS, space);
    await cluster.client.patch(sets, 'web', 'merge', {
      spec: { template: template({ 'simulate.perdure.dev/never-ready': 'true' }) },
    });
    await pod(
      space,
      'web-2',
      ({ metadata, status }) => metadata.annotations !== undefined && status?.phase === 'Running',
    );
    await cluster.waitFor<KubeObject>(
      sets,
      'web',
      ({ status }) => status?.updatedReplicas === 1 && status.readyReplicas === 2,
    );
    await cluster.advance(5 * MINUTE_MS);
    const stuck = await why('sts/web', space);
    expect([stuck.headline, path(stuck.findings[0])]).toEqual([
      'blocked at ordinal 2, 2 of 3 pods ready',
      ['stuck-rollout', 'not-ready'],
    ]);

    await cluster.client.patch(sets, 'web', 'merge', { spec: { template: { metadata: { annotations: null } } } });
    await cluster.waitFor<KubeObject>(sets, 'web', ({ status }) => status?.currentRevision === status?.updateRevision);
    const trapped = await why('sts/web', space);
    expect(path(trapped.findings[0])).toEqual(['stuck-rollout-trap', 'not-ready']);
    expect(trapped.findings[0]?.ways[0]?.commands).toEqual(['kubectl -n stuck delete pod web-2']);

    await cluster.client.delete(inNamespace(PODS, space), 'web-2');
    await setReady(space, 3);
    expect((await why('sts/web', space)).state).toBe('fine');
  });

  it('follows a set over its pod to a claim whose class does not exist', async () => {
    const space = await namespace('class');
    await createSet(space, claims('fast'));
    await pod(space, 'web-0', ({ status }) =>
      (status?.conditions ?? []).some((each: { reason?: string }) => each.reason === 'Unschedulable'),
    );
    const chain = await why('sts/web', space);
    expect(path(chain.findings[0])).toEqual(['blocked-at-ordinal', 'unschedulable-claims', 'claim-class-missing']);
    expect(chain.state).toBe('blocked');
  });

  it('tells an image that cannot be had from a container that crashes', async () => {
    const space = await namespace('starts');
    await createSet(space, {
      podManagementPolicy: 'Parallel',
      replicas: 1,
      template: template({ 'simulate.perdure.dev/image-error': 'no such image' }),
    });
    await pod(
      space,
      'web-0',
      ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason?.includes('Pull') === true,
    );
    const image = await why('pod/web-0', space);
    expect(path(image.findings[0])).toEqual(['image-pull']);
    expect(image.findings[0]?.says).toContain('image postgres:17 of db cannot be had');

    const crashing = await namespace('crashes');
    await createSet(crashing, { replicas: 1, template: template({ 'simulate.perdure.dev/crash-loop': 'true' }) });
    await pod(crashing, 'web-0', ({ status }) => (status?.containerStatuses?.[0]?.restartCount ?? 0) >= 1);
    const chain = await why('sts/web', crashing);
    expect(path(chain.findings[0])).toEqual(['blocked-at-ordinal', 'crash-loop']);
  });

  it('sees the pod that squats a name, the missing service account, and claims left behind', async () => {
    const squatted = await namespace('squatted');
    await cluster.client.create(inNamespace(PODS, squatted), {
      metadata: { name: 'web-1' },
      spec: { containers: [{ name: 'c', image: 'nginx' }] },
    });
    await createSet(squatted, {});
    await setReady(squatted, 1);
    expect(path((await why('sts/web', squatted)).findings[0])).toEqual(['squatted-name']);

    const refused = await namespace('refused');
    await createSet(refused, { template: template({}, { serviceAccountName: 'dba' }) });
    await cluster.waitFor<KubeObject>(
      inNamespace(STATEFUL_SETS, refused),
      'web',
      ({ status }) => status?.observedGeneration === 1,
    );
    await cluster.advance(MINUTE_MS);
    expect(path((await why('sts/web', refused)).findings[0])).toEqual(['service-account-missing']);

    const shrunk = await namespace('shrunk');
    await createSet(shrunk, claims());
    await setReady(shrunk, 3);
    await cluster.client.patch(inNamespace(STATEFUL_SETS, shrunk), 'web', 'merge', { spec: { replicas: 1 } });
    await cluster.waitFor<KubeObject>(
      inNamespace(STATEFUL_SETS, shrunk),
      'web',
      ({ status }) => status?.replicas === 1,
    );
    const orphans = (await why('sts/web', shrunk)).findings.find(({ cause }) => cause === 'orphaned-claims');
    expect(orphans?.says).toMatch(
      /^2 claims of members it no longer has: data-web-1 \(1Gi, \S+ old\) and data-web-2 \(1Gi, \S+ old\)$/,
    );
    const left = await cluster.client.list(inNamespace(PERSISTENT_VOLUME_CLAIMS, shrunk));
    expect(left.items).toHaveLength(3);
  });

  it('follows a drain over its budget to the pod that is not ready', async () => {
    const space = await namespace('drained');
    await createSet(space, { podManagementPolicy: 'Parallel' });
    await setReady(space, 3);
    const budgets = { group: 'policy', version: 'v1', resource: 'poddisruptionbudgets', namespace: space };
    await cluster.client.create(budgets, {
      metadata: { name: 'web' },
      spec: { minAvailable: 3, selector: { matchLabels: { app: 'web' } } },
    });
    await cluster.waitFor<KubeObject>(budgets, 'web', ({ status }) => status?.expectedPods === 3);
    const { items } = await cluster.client.list<KubeObject>(inNamespace(PODS, space));
    const node = items[0]?.spec.nodeName as string;
    const nodes = { group: '', version: 'v1', resource: 'nodes' };
    await cluster.client.patch(nodes, node, 'merge', { spec: { unschedulable: true } });
    expect(path((await why(`node/${node}`, '')).findings[0])).toEqual(['drain-blocked', 'budget-zero']);
    await cluster.client.patch(nodes, node, 'merge', { spec: { unschedulable: false } });
    expect((await why(`node/${node}`, '')).findings.map(({ severity }) => severity)).not.toContain('blocks');
  });

  it('tells data that came back from data that is gone', async () => {
    const space = await namespace('data');
    await createSet(space, claims());
    await setReady(space, 3);
    const sets = inNamespace(STATEFUL_SETS, space);
    await cluster.advance(MINUTE_MS);
    await cluster.client.patch(sets, 'web', 'merge', { spec: { replicas: 2 } });
    await cluster.waitFor<KubeObject>(sets, 'web', ({ status }) => status?.replicas === 2);
    await cluster.advance(MINUTE_MS);
    await cluster.client.patch(sets, 'web', 'merge', { spec: { replicas: 3 } });
    await setReady(space, 3);
    expect((await why('sts/web', space)).findings.map(({ cause }) => cause)).toEqual(['reused-claim']);

    await cluster.client.delete(inNamespace(PERSISTENT_VOLUME_CLAIMS, space), 'data-web-0');
    await cluster.advance(1000);
    expect(path((await why('pvc/data-web-0', space)).findings[0])).toEqual(['claim-terminating']);
    await cluster.client.delete(inNamespace(PODS, space), 'web-0');
    await cluster.advance(MINUTE_MS);
    expect((await why('sts/web', space)).findings.map(({ cause }) => cause)).toContain('recreated-claim');
    expect((await why('pvc/data-web-0', space)).state).toBe('warned');
  });

  it('follows a member over its dead node, and sees the node come back', async () => {
    const space = await namespace('lost');
    await createSet(space, claims());
    await setReady(space, 3);
    const member = await cluster.client.get<KubeObject>(inNamespace(PODS, space), 'web-1');
    const node = member.spec.nodeName as string;
    cluster.node(node).crash();
    await cluster.advance(10 * MINUTE_MS);
    const chain = await why('sts/web', space);
    expect(chain.headline).toBe('blocked at ordinal 1, 2 of 3 pods ready');
    expect(path(chain.findings[0])).toEqual(['blocked-at-ordinal', 'node-lost', 'node-not-ready']);
    expect(chain.findings[0]?.because[0]?.says).toMatch(
      /^it was deleted \S+ ago and stays Terminating: its node \S+ does not answer/,
    );
    expect(path((await why(`node/${node}`, '')).findings[0])).toEqual(['node-not-ready']);

    await cluster.client.patch({ group: '', version: 'v1', resource: 'nodes' }, node, 'strategic', {
      spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' }] },
    });
    await cluster.advance(2 * MINUTE_MS);
    const pending = await why('sts/web', space);
    // Its volume is on that node: the member waits for it, wherever else there is room.
    expect(path(pending.findings[0]).slice(0, 3)).toEqual([
      'blocked-at-ordinal',
      'unschedulable-volume',
      'claim-place',
    ]);

    cluster.node(node).boot();
    await cluster.advance(2 * MINUTE_MS);
    expect(path((await why(`node/${node}`, '')).findings[0])).toEqual(['node-out-of-service']);
  });
});
