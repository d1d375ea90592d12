import { describe, expect, it } from 'vitest';
import type { CheckerDefinition } from '../checker.ts';
import { CheckerBench, pod, revisionOf, WEB, WEB_REF, webPod, webSet } from '../testing.ts';
import { BACKOFF } from './backoff.ts';
import { CONDITIONS } from './conditions.ts';
import { GROWTH } from './growth.ts';
import { NEVER_READY } from './never-ready.ts';
import { RESERVED } from './reserved.ts';

const claim = (ordinal: number): string => `core/persistentvolumeclaims/default/data-web-${ordinal}`;
const ready = (bench: CheckerBench, status: string) => ({
  phase: 'Running',
  conditions: [{ type: 'Ready', status, lastTransitionTime: bench.time() }],
});
const labels = (revision: string) => ({
  labels: { app: 'web', 'controller-revision-hash': revision },
  ownerReferences: [WEB_REF],
});

/** A set that asks for something, with its update revision `web-a`. */
function benchFor(definition: CheckerDefinition, annotations: object, spec: object = {}): CheckerBench {
  const bench = new CheckerBench(definition);
  const set = bench.put(WEB, webSet(spec, { annotations }));
  bench.put('apps/controllerrevisions/default/web-a', revisionOf(set, 1));
  return bench;
}

function deletes(bench: CheckerBench, ordinal: number): void {
  bench.pass('default/web');
  bench.call(pod(ordinal), { verb: 'delete' });
}

describe('O1: members that were never ready', () => {
  const stuck = () => {
    const bench = benchFor(NEVER_READY, { 'perdure.dev/stuck-rollout': 'replace-never-ready' });
    bench.put(pod(0), webPod(bench));
    bench.put(pod(1), webPod(bench));
    bench.put(pod(2), webPod(bench, { metadata: labels('web-b'), status: ready(bench, 'False') }));
    return bench;
  };

  it('may go', () => {
    const bench = stuck();
    deletes(bench, 2);
    expect([bench.violations, bench.evaluations]).toEqual([[], 1]);
  });

  it('may not when they have been Ready, however long ago', () => {
    const bench = stuck();
    bench.change(pod(2), { status: ready(bench, 'True') });
    bench.change(pod(2), { status: ready(bench, 'False') });
    deletes(bench, 2);
    expect(bench.violations).toEqual(['web replaced web-2 out of turn, which has been Ready before']);
  });

  it('may not while another one is terminating', () => {
    const bench = stuck();
    bench.change(pod(1), { metadata: { deletionTimestamp: bench.time(30_000) } });
    deletes(bench, 2);
    expect(bench.violations).toEqual(['web replaced web-2 out of turn while another member was terminating']);
  });
});

describe('O2: conditions', () => {
  const on = { 'perdure.dev/conditions': 'true' };
  const condition = (type: string, status: string, lastTransitionTime: string) => ({
    type,
    status,
    lastTransitionTime,
  });
  const counted = (availableReplicas: number, conditions: object[]) => ({
    status: { observedGeneration: 1, replicas: 3, readyReplicas: availableReplicas, availableReplicas, conditions },
  });

  it('agree with the counters', () => {
    const bench = benchFor(CONDITIONS, on);
    bench.change(WEB, counted(3, [condition('Available', 'True', bench.time())]));
    expect([bench.violations, bench.evaluations]).toEqual([[], 1]);
    bench.change(WEB, counted(2, [condition('Available', 'True', bench.time())]));
    expect(bench.violations[0]).toMatch(/is Available with 2 of 3 members available/);
  });

  it('keep their times while their status stays', () => {
    const bench = benchFor(CONDITIONS, on);
    bench.change(WEB, counted(0, [condition('Blocked', 'True', bench.time())]));
    bench.change(WEB, counted(1, [condition('Blocked', 'True', bench.time(5_000))]));
    expect(bench.violations[0]).toMatch(/Blocked stayed True, and its time changed/);
  });

  it('are there at rest, and say so', () => {
    const bench = benchFor(CONDITIONS, on);
    const rest = ['Available', 'Progressing'].map((type) => condition(type, 'True', bench.time()));
    bench.change(WEB, counted(3, [...rest, condition('Blocked', 'False', bench.time())]));
    bench.settled();
    expect(bench.violations).toEqual([]);
    bench.change(WEB, counted(3, [...rest.slice(0, 1), condition('Blocked', 'True', bench.time())]));
    bench.settled();
    expect(bench.violations.map((line) => line.replace(/.*\) /, ''))).toEqual([
      'is at rest with all members well, and Blocked is True (undefined)',
      'has no condition Progressing',
    ]);
  });
});

describe('O3: backoff', () => {
  const failed = (failures: number) => {
    const bench = benchFor(BACKOFF, { 'perdure.dev/ordinal-backoff': '10s..1m' });
    const metadata = {
      ...labels('web-a'),
      creationTimestamp: bench.time(-60_000),
      annotations: { 'perdure.dev/ordinal-failures': String(failures) },
    };
    const containerStatuses = [{ state: { terminated: { finishedAt: bench.time() } } }];
    bench.put(pod(0), webPod(bench, { metadata, status: { phase: 'Failed', containerStatuses } }));
    return bench;
  };

  it('has to be over', () => {
    const bench = failed(2);
    bench.advance(19_000);
    deletes(bench, 0);
    expect(bench.violations).toEqual(['web took web-0 away 1000 ms before its 20000 ms were over']);
  });

  it('is over after its time, and none at the first failure', () => {
    const bench = failed(2);
    bench.advance(20_000);
    deletes(bench, 0);
    expect([bench.violations, bench.evaluations]).toEqual([[], 1]);
    const first = failed(0);
    deletes(first, 0);
    expect([first.violations, first.evaluations]).toEqual([[], 0]);
  });
});

describe('O4: reserved ordinals', () => {
  it('get no member, and keep none', () => {
    const bench = benchFor(RESERVED, { 'perdure.dev/reserved-ordinals': '1' });
    bench.pass('default/web');
    for (const ordinal of [0, 2, 3]) bench.call(pod(ordinal), { verb: 'create', body: {} });
    bench.settled();
    expect(bench.violations).toEqual([]);
    bench.call(pod(1), { verb: 'create', body: {} });
    expect(bench.violations).toEqual(['web made web-1, which is none of its ordinals']);
    bench.put(pod(1), webPod(bench));
    bench.change(WEB, { status: { availableReplicas: 3 } });
    bench.settled();
    expect(bench.violations[1]).toMatch(/web-1 .* is left over/);
  });
});

describe('O5: growing claims', () => {
  const sized = (request: string, capacity = request) => ({
    spec: { resources: { requests: { storage: request } } },
    status: { phase: 'Bound', capacity: { storage: capacity } },
  });
  const growing = () => {
    const spec = { volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }] };
    const bench = benchFor(GROWTH, { 'perdure.dev/claim-template-growth': 'data=20Gi' }, spec);
    for (const ordinal of [0, 1, 2]) bench.put(claim(ordinal), sized('10Gi'));
    bench.pass('default/web');
    return bench;
  };
  const updates = (bench: CheckerBench, ordinal: number, request: string) =>
    bench.call(claim(ordinal), { verb: 'update', body: sized(request, '10Gi') });

  it('begin at the highest ordinal and wait for it', () => {
    const bench = growing();
    updates(bench, 2, '20Gi');
    expect([bench.violations, bench.evaluations]).toEqual([[], 1]);
    bench.put(claim(2), sized('20Gi', '10Gi'));
    bench.pass('default/web');
    updates(bench, 1, '20Gi');
    expect(bench.violations).toEqual(['web grows claim data-web-1 before data-web-2 is done']);
  });

  it('never shrink, and grow in the end', () => {
    const bench = growing();
    updates(bench, 2, '5Gi');
    expect(bench.violations).toEqual(['web shrinks claim data-web-2 to 5Gi']);
    for (const ordinal of [1, 2]) bench.put(claim(ordinal), sized('20Gi'));
    bench.settled();
    expect(bench.violations.slice(1)).toEqual(['claim data-web-0 has not grown to 20Gi']);
  });

  it('have owners that change without any growth', () => {
    const bench = growing();
    updates(bench, 0, '10Gi');
    expect([bench.violations, bench.evaluations]).toEqual([[], 0]);
  });
});
