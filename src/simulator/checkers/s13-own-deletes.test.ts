import { expect, test } from 'vitest';
import { S13 } from './s13-own-deletes.ts';
import { CheckerBench, pod, WEB, webPod, webSet } from './testing.ts';

function bench(): CheckerBench {
  const b = new CheckerBench(S13);
  b.put(WEB, webSet());
  b.put(pod(0), webPod(b, { metadata: { uid: 'p0' } }));
  b.pass('default/web');
  return b;
}

const options = (uid: string, more: object = {}) => ({ options: { preconditions: { uid }, ...more } });

test('an own pod by its uid is right', () => {
  const b = bench();
  b.call(pod(0), { verb: 'delete', ...options('p0') });
  b.change(pod(0), { metadata: { deletionTimestamp: b.time() } });
  expect(b.violations).toEqual([]);
  expect(b.evaluations).toBe(1);
});

test('no uid, no grace or somebody else’s pod fires', () => {
  const unnamed = bench();
  unnamed.call(pod(0), { verb: 'delete' });
  expect(unnamed.violations[0]).toContain('does not name the uid');
  const forced = bench();
  forced.call(pod(0), { verb: 'delete', ...options('p0', { gracePeriodSeconds: 0 }) });
  expect(forced.violations[0]).toContain('has grace 0');
  const foreign = new CheckerBench(S13);
  foreign.put(WEB, webSet());
  foreign.put(pod(0), webPod(foreign, { metadata: { uid: 'squatter', ownerReferences: [] } }));
  foreign.pass('default/web');
  foreign.call(pod(0), { verb: 'delete', ...options('squatter') });
  expect(foreign.violations[0]).toContain('never owned');
});

test('a claim is never deleted by the controller', () => {
  const b = bench();
  b.call('core/persistentvolumeclaims/default/data-web-0', { verb: 'delete' });
  expect(b.violations).toHaveLength(1);
});

test('a server that deletes another pod than was named fires', () => {
  const b = bench();
  b.call(pod(0), { verb: 'delete', ...options('earlier'), program: 'kubelet/n1#0' });
  b.remove(pod(0));
  expect(b.violations[0]).toContain('only earlier was meant');
});
