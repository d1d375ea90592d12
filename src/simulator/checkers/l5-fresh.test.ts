import { expect, test } from 'vitest';
import { L5 } from './l5-fresh.ts';
import { CheckerBench, type Draft, pod, revisionOf, WEB, webPod, webSet } from './testing.ts';

const MOUNT = { name: 'kube-api-access-x', mountPath: '/var/run/secrets' };
const SPEC = {
  nodeName: 'n1',
  hostname: 'web-0',
  containers: [{ name: 'main', image: 'v1', volumeMounts: [MOUNT] }],
  volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-web-0' } }],
};

/** What is said of a member of a set at rest. */
function member(changes: Draft, before: (b: CheckerBench) => void = () => {}): readonly string[] {
  const b = new CheckerBench(L5);
  const set = b.put(WEB, webSet({ volumeClaimTemplates: [{ metadata: { name: 'data' } }] }));
  b.put('apps/controllerrevisions/default/web-a', revisionOf(set, 1));
  b.put(pod(0), webPod(b, { spec: SPEC, ...changes }));
  before(b);
  b.settled();
  expect(b.evaluations).toBe(1);
  return b.violations;
}

test('a member as its template gives it is right', () => {
  expect(member({})).toEqual([]);
});

test('a member of another template under the same revision fires', () => {
  const spec = { ...SPEC, containers: [{ name: 'main', image: 'v2' }] };
  expect(member({ spec })[0]).toContain('spec.containers differs');
  expect(member({ spec: { ...SPEC, priorityClassName: 'high' } })[0]).toContain('spec.priorityClassName differs');
});

test('a member without its claim, or with that of another, fires', () => {
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data-web-1' } }];
  expect(member({ spec: { ...SPEC, volumes } })[0]).toContain('volume data differs');
  expect(member({ spec: { ...SPEC, volumes: [] } })[0]).toContain('volume data differs');
});

test('annotations differ only where a user has changed them', () => {
  const metadata = {
    labels: { app: 'web', 'controller-revision-hash': 'web-a' },
    annotations: { left: 'over' },
  };
  expect(member({ metadata })[0]).toContain('the list of annotations differs');
  const patched = (b: CheckerBench): void => b.call(pod(0), { verb: 'patch', program: 'administrator' });
  expect(member({ metadata }, patched)).toEqual([]);
});

test('a member at a revision that never was fires, at one that a user deleted it does not', () => {
  const gone = (b: CheckerBench): void => b.remove('apps/controllerrevisions/default/web-a');
  expect(member({}, gone)).toEqual([]);
  const metadata = { labels: { app: 'web', 'controller-revision-hash': 'web-z' } };
  expect(member({ metadata })[0]).toContain('which never was');
});
