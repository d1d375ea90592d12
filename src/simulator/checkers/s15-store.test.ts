import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../schema/object.ts';
import type { Cache } from '../observe/caches.ts';
import type { World } from '../world/world.ts';
import { cacheIsWrong, S15 } from './s15-store.ts';
import { CheckerBench, pod } from './testing.ts';

const A = pod(0);
const B = pod(1);
const kept = (b: CheckerBench, ...keys: string[]) =>
  new Map(keys.map((key) => [key, Number(b.history.now(key)?.metadata.resourceVersion)]));

describe('the store', () => {
  it('may do what stores do', () => {
    const b = new CheckerBench(S15);
    b.put(A, {});
    b.answered(A, { verb: 'create' }, { revision: 1 });
    b.change(A, { spec: { x: 1 } });
    b.answered(A, { verb: 'update', body: { metadata: { resourceVersion: '1' } } }, { revision: 2 });
    b.happen({ kind: 'opened', revision: 2, kept: kept(b, A) });
    b.remove(A);
    expect([b.violations, b.evaluations]).toEqual([[], 7]);
  });

  it('must not forget what it acknowledged', () => {
    const b = new CheckerBench(S15);
    b.put(A, {});
    b.answered(B, { verb: 'create' }, { revision: 2 });
    b.happen({ kind: 'opened', revision: 1, kept: kept(b, A) });
    expect(b.violations[0]).toContain('did not survive');
    const told = new CheckerBench(S15);
    told.answered(B, { verb: 'create' }, { revision: 1 });
    told.put(A, {});
    expect(told.violations[0]).toContain('was lost');
  });

  it('must not open on another past', () => {
    const b = new CheckerBench(S15);
    b.put(A, {});
    b.put(B, {});
    b.happen({ kind: 'opened', revision: 1, kept: kept(b, A) });
    expect(b.violations[0]).toBe('the store opens @1 and had shown @2');
    const other = new CheckerBench(S15);
    other.put(A, {});
    other.put(A, { spec: {} });
    other.happen({ kind: 'opened', revision: 2, kept: new Map([[A, 1]]) });
    expect(other.violations[0]).toContain('which was @2');
    const less = new CheckerBench(S15);
    less.put(A, {});
    less.happen({ kind: 'opened', revision: 1, kept: new Map() });
    expect(less.violations[0]).toContain('opens without');
  });

  it('must not overwrite what the writer has not seen', () => {
    const b = new CheckerBench(S15);
    b.put(A, {});
    b.change(A, { spec: { x: 1 } });
    b.change(A, { spec: { x: 2 } });
    b.answered(A, { verb: 'update', body: { metadata: { resourceVersion: '1' } } }, { revision: 3 });
    expect(b.violations[0]).toContain('was meant for @1 and overwrote @2');
  });
});

describe('caches', () => {
  const cache = (revision: number, objects: readonly KubeObject[], covers = () => true): Cache => ({
    name: 'kcm-0#0 pods',
    resource: 'core/pods',
    synced: true,
    revision,
    covers,
    list: () => objects,
  });

  /** Two pods; the first has changed at revision 3. */
  function history() {
    const b = new CheckerBench(S15);
    const [first, second] = [b.put(A, { spec: {} }), b.put(B, { spec: {} })];
    const changed = b.change(A, { spec: { nodeName: 'n1' } });
    return { b, first, second, changed };
  }

  it('hold what the store held', () => {
    const { b, first, second, changed } = history();
    expect(cacheIsWrong(cache(3, [changed, second]), b.history, 0)).toBeNull();
    expect(cacheIsWrong(cache(2, [first, second]), b.history, 0)).toBeNull();
    expect(cacheIsWrong(cache(3, [first, second]), b.history, 20)).toBeNull();
    expect(
      cacheIsWrong(
        cache(3, [], () => false),
        b.history,
        0,
      ),
    ).toBeNull();
  });

  it('that missed a change, a creation or a removal are wrong', () => {
    const { b, first, second, changed } = history();
    expect(cacheIsWrong(cache(3, [first, second]), b.history, 0)).toContain('which changed @3');
    expect(cacheIsWrong(cache(3, [changed]), b.history, 0)).toContain('has no core/pods/default/web-1');
    b.remove(B);
    expect(cacheIsWrong(cache(4, [changed, second]), b.history, 0)).toContain('which changed @4');
  });

  it('that hold what never was are wrong', () => {
    const { b, second, changed } = history();
    expect(cacheIsWrong(cache(3, [{ ...changed, spec: {} }, second]), b.history, 0)).toContain('not as it was');
    const strange = { ...second, metadata: { ...second.metadata, name: 'web-9' } };
    expect(cacheIsWrong(cache(3, [changed, second, strange]), b.history, 0)).toContain('which never was');
  });

  it('are looked at in turn while things happen, and all at rest', () => {
    const caches: Cache[] = [];
    const world = { caches: { all: () => caches, nth: (turn: number) => caches[turn] } } as unknown as Partial<World>;
    const b = new CheckerBench(S15, {}, world);
    b.put(A, {});
    caches.push(cache(1, [b.history.now(A)!]), cache(1, []));
    b.happen({ kind: 'fault', what: 'x', detail: '' });
    expect(b.violations).toEqual([]);
    b.settled();
    expect(b.violations[0]).toContain('has no core/pods/default/web-0');
  });
});
