import { expect, test } from 'vitest';
import { S6 } from './s06-ordered-creation.ts';
import { CheckerBench, pod, WEB, webPod, webSet } from './testing.ts';

function create(bench: CheckerBench, ordinal: number, revision?: number): void {
  bench.call(
    pod(ordinal),
    {
      verb: 'create',
      body: { ...webPod(bench), metadata: { ...webPod(bench).metadata, name: `web-${ordinal}`, namespace: 'default' } },
    },
    revision,
  );
}

function bench(spec: object = {}): CheckerBench {
  const made = new CheckerBench(S6);
  made.put(WEB, webSet(spec));
  return made;
}

test('a member is made after all lower ones', () => {
  const b = bench();
  b.put(pod(0), webPod(b));
  b.pass('default/web');
  create(b, 1);
  expect(b.violations).toEqual([]);
  create(b, 2);
  expect(b.violations[0]).toContain('made web-2 while');
  expect(b.evaluations).toBe(2);
});

test('lower members that are not ready, not yet available or terminating hold it back', () => {
  const notReady = bench();
  notReady.put(
    pod(0),
    webPod(notReady, { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] } }),
  );
  const fresh = bench({ minReadySeconds: 10 });
  const since = fresh.time(-5_000);
  fresh.put(
    pod(0),
    webPod(fresh, {
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: since }] },
    }),
  );
  const leaving = bench();
  leaving.put(pod(0), webPod(leaving, { metadata: { deletionTimestamp: leaving.time() } }));
  for (const b of [notReady, fresh, leaving]) {
    b.pass('default/web');
    create(b, 1);
    expect(b.violations).toHaveLength(1);
  }
  fresh.advance(5_000);
  fresh.pass('default/web');
  create(fresh, 1);
  expect(fresh.violations).toHaveLength(1);
});

test('a member that was adopted is known as the answer says, whatever the cache has', () => {
  const made = (adopts: boolean): readonly string[] => {
    const b = bench();
    b.put(pod(0), webPod(b, { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] } }));
    const behind = b.revision;
    b.pass('default/web');
    b.put(pod(0), webPod(b));
    if (adopts) b.answered(pod(0), { verb: 'patch' }, { revision: b.revision });
    create(b, 1, behind);
    return b.violations;
  };
  expect(made(true)).toEqual([]);
  expect(made(false)).toHaveLength(1);
});

test('what the controller could not know yet is not held against it', () => {
  const b = bench();
  b.put(pod(0), webPod(b));
  const known = b.revision;
  b.change(pod(0), { metadata: { deletionTimestamp: b.time() } });
  b.pass('default/web', 'statefulset', known);
  create(b, 1, known);
  expect(b.violations).toEqual([]);
});

test('a cache that moves on during the pass leaves the decision right', () => {
  const b = bench();
  b.put(pod(0), webPod(b));
  b.pass('default/web');
  b.change(pod(0), { metadata: { deletionTimestamp: b.time() } });
  create(b, 1);
  expect(b.violations).toEqual([]);
});

test('a Parallel set does not wait', () => {
  const b = bench({ podManagementPolicy: 'Parallel' });
  b.pass('default/web');
  create(b, 2);
  expect(b.violations).toEqual([]);
});

test('a start ordinal counts', () => {
  const b = bench({ ordinals: { start: 2 } });
  b.pass('default/web');
  create(b, 2);
  expect(b.violations).toEqual([]);
  create(b, 0);
  expect(b.violations[0]).toContain('none of its ordinals');
});

test('an agent that calls a pod ready while a container is down fires', () => {
  const b = bench();
  const body = (state: object) => ({
    ...webPod(b),
    metadata: { name: 'web-0' },
    status: {
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'main', ready: true, state }],
    },
  });
  const report = { verb: 'update', subresource: 'status', program: 'kubelet/n1#0' } as const;
  b.call(pod(0), { ...report, body: body({ running: {} }) });
  expect(b.violations).toEqual([]);
  b.call(pod(0), { ...report, body: body({ waiting: {} }) });
  expect(b.violations).toHaveLength(1);
});
