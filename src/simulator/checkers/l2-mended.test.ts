import { expect, test } from 'vitest';
import { L2 } from './l2-mended.ts';
import { CheckerBench, pod, revisionOf, WEB, webPod, webSet } from './testing.ts';

const BAD = { 'simulate.perdure.dev/never-ready': 'true' };
const template = (annotations: object) => ({
  metadata: { labels: { app: 'web' }, annotations },
  spec: { containers: [{ name: 'main', image: 'v1' }] },
});

/** A set of one whose template was bad and is good again; its member is as given. */
function mended(annotations: object, revision: string, optIns: object = {}): readonly string[] {
  const b = new CheckerBench(L2);
  const meta = { annotations: optIns };
  b.put(WEB, webSet({ replicas: 1, template: template(BAD) }, meta));
  const status = { observedGeneration: 1, replicas: 1, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 1 };
  const set = b.put(WEB, {
    ...webSet({ replicas: 1, template: template({}) }, meta),
    status: { ...status, updateRevision: 'web-b' },
  });
  b.put('apps/controllerrevisions/default/web-b', revisionOf(set, 2));
  b.put(pod(0), webPod(b, { metadata: { labels: { app: 'web', 'controller-revision-hash': revision }, annotations } }));
  b.settled();
  expect(b.evaluations).toBe(1);
  return b.violations;
}

test('a set that has recovered is right', () => {
  expect(mended({}, 'web-b')).toEqual([]);
});

test('one that keeps a member of the bad template fires', () => {
  expect(mended(BAD, 'web-a')[0]).toContain('should have recovered with the help of a user, and web-0 is at web-a');
  expect(mended(BAD, 'web-b')[0]).toContain('web-0 is still of a bad template');
});

test('one that asked to recover alone and has not fires', () => {
  const optIns = { 'perdure.dev/stuck-rollout': 'replace-never-ready' };
  expect(mended(BAD, 'web-a', optIns)[0]).toContain('should have recovered by itself');
});

test('a set whose template was never bad is not asked', () => {
  const b = new CheckerBench(L2);
  b.put(WEB, webSet());
  b.put(WEB, webSet({ replicas: 2 }));
  b.settled();
  expect(b.evaluations).toBe(0);
});
