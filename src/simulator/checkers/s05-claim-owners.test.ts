import { expect, test } from 'vitest';
import { S5 } from './s05-claim-owners.ts';
import { CheckerBench, pod, WEB, WEB_REF, webPod, webSet } from './testing.ts';

const CLAIM = 'core/persistentvolumeclaims/default/data-web-0';
const FOREIGN = { apiVersion: 'v1', kind: 'ConfigMap', name: 'other', uid: 'cm' };
const POD_REF = { apiVersion: 'v1', kind: 'Pod', name: 'web-0', uid: 'pod-0', controller: true };

/** What the checker says of the controller changing the claim's owners from one list to another. */
function change(before: readonly object[], after: readonly object[], spec: object = {}): readonly string[] {
  const bench = new CheckerBench(S5);
  bench.put(WEB, webSet({ volumeClaimTemplates: [{ metadata: { name: 'data' } }] }));
  bench.put(pod(0), webPod(bench, { metadata: { uid: 'pod-0' } }));
  const claim = bench.put(CLAIM, { metadata: { ownerReferences: before }, spec: { resources: {} } });
  bench.pass('default/web');
  const body = { ...claim, metadata: { ...claim.metadata, ownerReferences: after }, spec: { ...claim.spec, ...spec } };
  bench.call(CLAIM, { verb: 'update', body });
  expect(bench.evaluations).toBe(1);
  return bench.violations;
}

test('own references come and go', () => {
  expect(change([], [WEB_REF])).toEqual([]);
  expect(change([WEB_REF], [POD_REF])).toEqual([]);
  expect(change([FOREIGN, WEB_REF], [FOREIGN])).toEqual([]);
});

test('a claim with the owner of an earlier life is touched', () => {
  expect(change([{ ...WEB_REF, uid: 'earlier' }], [WEB_REF])[0]).toContain(
    'has the stale owner StatefulSet web (earlier)',
  );
  expect(change([{ ...POD_REF, uid: 'earlier' }], [WEB_REF])[0]).toContain('has the stale owner Pod web-0 (earlier)');
});

test('owners of others are struck off or made up', () => {
  expect(change([FOREIGN], [WEB_REF])[0]).toContain('loses its owner ConfigMap other');
  expect(change([], [FOREIGN])[0]).toContain('gets the strange owner');
});

test('anything but owners is changed', () => {
  expect(change([], [WEB_REF], { resources: { requests: { storage: '2Gi' } } })[0]).toContain('more than its owners');
});
