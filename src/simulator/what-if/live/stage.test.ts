import { expect, it } from 'vitest';
import type { KubeObject } from '../../../schema/object.ts';
import { present } from '../../operations/lookup.ts';
import { isMaterial } from '../../run/quiet.ts';
import { World } from '../../world/world.ts';
import { Conduct } from '../conduct.ts';
import { stageOfManifests } from '../manifests.ts';
import { isReady, MemberLines } from '../members.ts';
import { DEFAULTS, whatIf } from '../run.ts';
import { scenarioOfWords } from '../scenario.ts';
import { perform } from '../steps.ts';
import { set } from '../testing.ts';
import { readSnapshot, type Snapshot } from './snapshot.ts';
import { stageOfSnapshot } from './stage.ts';

const MINUTE_MS = 60_000;

/** A cluster that stands, was rolled once, and is read as a client would. */
async function snapshotOf(...objects: KubeObject[]): Promise<Snapshot> {
  const manifests = objects.map((object) => ({ source: 'test', object }));
  const stage = stageOfManifests(manifests, { count: 3, zones: ['a', 'b', 'c'] });
  const world = await World.start({
    seed: 3,
    nodes: stage.nodes,
    controllerManagers: 1,
    everyKind: true,
    provisionerAliases: stage.provisionerAliases,
  });
  const { clock } = world;
  await clock.run(clock.now() + MINUTE_MS, () => false);
  await clock.settle(stage.bringUp!(world));
  await clock.run(clock.now() + MINUTE_MS, () => false);
  const scene = { world, conduct: new Conduct(DEFAULTS), lines: new MemberLines(), stopped: () => false };
  await clock.settle(perform(scene, scenarioOfWords('roll web:2')!.steps[0]!));
  await clock.run(clock.now() + MINUTE_MS, () => false);
  const snapshot = await clock.settle(readSnapshot(world.client, 'default', clock.now()));
  world.stop();
  return snapshot;
}

const CLASS = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'disks' },
  provisioner: 'ebs.csi.aws.com',
  volumeBindingMode: 'WaitForFirstConsumer',
};
const places = (pods: readonly KubeObject[]) =>
  pods.map(({ metadata, spec }) => [metadata.name, spec.nodeName, metadata.labels?.['controller-revision-hash']]);

it('takes a cluster over as it is: nothing is made anew', async () => {
  const snapshot = await snapshotOf(CLASS, set('web', { claims: 'disks' }));
  expect(snapshot.pods).toHaveLength(3);
  expect(snapshot.revisions).toHaveLength(2);
  const stage = stageOfSnapshot(snapshot);
  const conduct = new Conduct(DEFAULTS);
  const world = await World.start(
    {
      seed: 1,
      nodes: stage.nodes,
      controllerManagers: 1,
      everyKind: true,
      temper: conduct,
      startMs: stage.startMs!,
      provisionerAliases: stage.provisionerAliases,
    },
    (unstarted) => stage.prepare(unstarted, conduct),
  );
  const pods = present(world, 'core/pods');
  expect(places(pods)).toEqual(places(snapshot.pods));
  const before = world.journal.entries.length;
  await world.clock.run(world.clock.now() + 5 * MINUTE_MS, () => false);
  const written = world.journal.entries
    .slice(before)
    .flatMap((entry) => (entry.kind === 'write' && isMaterial(entry.event) ? [entry.event] : []));
  expect(written.filter(({ type }) => type === 'delete')).toEqual([]);
  expect(written.filter(({ key }) => /^(apps\/|core\/persistentvolumeclaims)/.test(key))).toEqual([]);
  const ready = written.flatMap(({ key, entry }) => (key.startsWith('core/pods/') ? [isReady(entry.value)] : []));
  // Each is written once, for the address it has here.
  expect(ready).toEqual([true, true, true]);
  expect(present(world, 'core/pods').map(({ metadata }) => metadata.uid)).toEqual(
    pods.map(({ metadata }) => metadata.uid),
  );
  const claims = present(world, 'core/persistentvolumeclaims');
  expect(claims.map(({ status, spec }) => [status.phase, spec.volumeName])).toEqual(
    snapshot.claims.map(({ spec }) => ['Bound', spec.volumeName]),
  );
  world.stop();
});

it('makes nothing anew where another version of Kubernetes stored its revisions otherwise', async () => {
  const taken = await snapshotOf(set('web'));
  const revisions = taken.revisions.map((revision) => {
    const older = structuredClone(revision) as KubeObject & { data: { spec: { template: { spec: object } } } };
    Object.assign(older.data.spec.template.spec, { dnsPolicy: undefined, somethingOld: true });
    return older;
  });
  const stage = stageOfSnapshot({ ...taken, revisions });
  const report = await whatIf({ ...DEFAULTS, stage, scenario: scenarioOfWords('wait 5m')! });
  expect(report.steps.map(({ fromMs, changedMs }) => changedMs - fromMs)).toEqual([0, 0]);
  expect(report.members.map(({ intervals }) => intervals.length)).toEqual([1, 1, 1]);
});

it('goes on from there: an undo, a pod that was never ready, other pods on the nodes', async () => {
  const taken = await snapshotOf(CLASS, set('web', { claims: 'disks' }));
  const sick = taken.pods.map((pod) => (pod.metadata.name === 'web-1' ? unready(pod) : pod));
  const snapshot: Snapshot = {
    ...taken,
    takenMs: taken.takenMs + 10 * MINUTE_MS,
    pods: sick,
    taken: new Map([['node-1', { milliCpu: 31_500, memory: 0, pods: 0 }]]),
  };
  const stage = stageOfSnapshot(snapshot);
  expect(stage.nodes[0]?.capacity?.cpu).toBe('500m');
  const report = await whatIf({
    ...DEFAULTS,
    stage,
    scenario: scenarioOfWords('wait 1m then undo then delete-pod web-1')!,
  });
  const [, waited, undone, deleted] = report.steps;
  expect(waited?.changedMs).toBe(waited?.fromMs);
  expect(undone?.stuck[0]?.chain.findings[0]?.cause).toBe('stuck-rollout-trap');
  expect(deleted?.stuck).toEqual([]);
  expect(report.members.map(({ intervals }) => intervals.at(-1)?.image)).toEqual(['web:1', 'web:1', 'web:1']);
});

it('has a member crash until it is made from another revision, though the image is the same', async () => {
  const taken = await snapshotOf(set('web'));
  const waiting = { waiting: { reason: 'CrashLoopBackOff' } };
  const pods = taken.pods.map((pod) =>
    pod.metadata.name === 'web-2'
      ? { ...unready(pod), status: { ...unready(pod).status, containerStatuses: [{ name: 'main', state: waiting }] } }
      : pod,
  );
  const scenario = scenarioOfWords('delete-pod web-2 then undo then delete-pod web-2')!;
  const stage = stageOfSnapshot({ ...taken, pods: pods as KubeObject[] });
  const { steps } = await whatIf({ ...DEFAULTS, limitMs: 2 * MINUTE_MS, stage, scenario });
  expect(steps.map(({ stuck }) => stuck.length)).toEqual([1, 1, 1, 0]);
  expect(steps[1]?.notes.join()).toContain('crashed: default/web-2');
});

/** The pod, as one whose readiness has never come. */
function unready(pod: KubeObject): KubeObject {
  const conditions = pod.status.conditions.map((condition: { type: string }) =>
    /Ready$/.test(condition.type) ? { ...condition, status: 'False', reason: 'ContainersNotReady' } : condition,
  );
  const containerStatuses = pod.status.containerStatuses.map((status: object) => ({ ...status, ready: false }));
  return { ...pod, status: { ...pod.status, conditions, containerStatuses } };
}
