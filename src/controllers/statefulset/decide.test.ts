import { describe, expect, it } from 'vitest';
import type { PersistentVolumeClaim, Pod } from '../framework/objects.ts';
import { decide } from './decide.ts';
import { claimsOf, newPod } from './identity.ts';
import type { Observed } from './plan.ts';
import { withoutUpdated } from './status.ts';
import { observe } from './testing/members.ts';
import { isMonotonic, POD, type StatefulSet } from './types.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main' }] } };

type State = 'absent' | 'pending' | 'ready' | 'unready' | 'failed' | 'terminating';
interface Member {
  readonly state: State;
  readonly revision?: 'A' | 'B';
}

function aSet(spec: Partial<StatefulSet['spec']> = {}, metadata: object = {}): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'web', namespace: 'n', uid: 'set-uid', generation: 1, ...metadata },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template,
      serviceName: 'web',
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      ...spec,
    },
  };
}

function aPod(set: StatefulSet, ordinal: number, { state, revision = 'A' }: Member, readySinceMs = NOW - 60_000): Pod {
  const pod = newPod(set, template, `web-${revision}`, ordinal);
  const phase = { pending: 'Pending', failed: 'Failed' }[state as string] ?? 'Running';
  const ready = state === 'ready' || state === 'terminating';
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      uid: `pod-${ordinal}`,
      ...(state === 'terminating' ? { deletionTimestamp: '2026-01-01T12:00:30Z' } : {}),
    },
    status: {
      phase,
      conditions: [
        { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: new Date(readySinceMs).toISOString() },
      ],
    },
  };
}

const rollout = { update: { name: 'web-B', template } };
/** A, B, and A again before B was complete. */
const back = { current: { name: 'web-B', template }, update: { name: 'web-B', template } };

/** `create web-0 | delete web-2` per batch. */
function written(observed: Observed, now = NOW): string[] {
  return decide(observed, now).batches.map((units) =>
    units.map((unit) => unit.map((action) => `${action.kind} ${action.pod.metadata.name}`).join(' + ')).join(' | '),
  );
}

describe('ordered sets', () => {
  it('create one member at a time, each after the one before is ready', () => {
    expect(written(observe(aSet(), []))).toEqual(['create web-0']);
    expect(written(observe(aSet(), ['pending']))).toEqual(['ensure-claims web-0']);
    expect(written(observe(aSet(), ['unready']))).toEqual([]);
    expect(written(observe(aSet(), ['ready']))).toEqual(['create web-1']);
    expect(written(observe(aSet(), ['ready', 'absent', 'ready']))).toEqual(['create web-1']);
  });

  it('delete failed members and wait for terminating ones', () => {
    expect(written(observe(aSet(), ['ready', 'failed', 'absent']))).toEqual(['delete web-1']);
    expect(written(observe(aSet(), ['ready', 'terminating', 'absent']))).toEqual([]);
  });

  it('scale down one at a time from the top, only when all in range are available', () => {
    const one = aSet({ replicas: 1 });
    expect(written(observe(one, ['ready', 'ready', 'ready']))).toEqual(['delete web-2']);
    expect(written(observe(one, ['unready', 'ready', 'ready']))).toEqual([]);
    expect(written(observe(one, ['ready', 'ready', 'terminating']))).toEqual([]);
  });

  it('let only the lowest unready condemned member go while unready', () => {
    const one = aSet({ replicas: 1 });
    expect(written(observe(one, ['ready', 'ready', 'unready']))).toEqual(['delete web-2']);
    expect(written(observe(one, ['ready', 'unready', 'unready']))).toEqual([]);
    expect(written(observe(one, ['ready', 'unready', 'ready']))).toEqual(['delete web-2']);
  });

  it('wait for minReadySeconds, inclusive', () => {
    const slow = aSet({ minReadySeconds: 10 });
    const pods = (readySince: number) => ({
      ...observe(slow, []),
      pods: [aPod(slow, 0, { state: 'ready' }, readySince)],
    });
    expect(written(pods(NOW - 9_999))).toEqual([]);
    expect(written(pods(NOW - 10_000))).toEqual(['create web-1']);
  });
});

describe('parallel sets', () => {
  const set = aSet({ podManagementPolicy: 'Parallel', replicas: 4 });

  it('create everything in growing batches', () => {
    expect(written(observe(set, []))).toEqual(['create web-0', 'create web-1 | create web-2', 'create web-3']);
  });

  it('delete all condemned whatever their health', () => {
    const none = aSet({ podManagementPolicy: 'Parallel', replicas: 0 });
    expect(written(observe(none, ['ready', 'unready', 'terminating']))).toEqual(['delete web-1 | delete web-0']);
  });

  it('replace one old member at a time while newer ones are unready', () => {
    const B = { state: 'unready', revision: 'B' } as const;
    expect(written(observe(set, ['ready', 'ready', 'ready', B], rollout))).toEqual([]);
    expect(written(observe(set, ['ready', 'unready', 'ready', { state: 'ready', revision: 'B' }], rollout))).toEqual([
      'delete web-2',
    ]);
  });
});

describe('rolling updates', () => {
  const B = { state: 'ready', revision: 'B' } as const;

  it('go from the highest index down to the partition', () => {
    expect(written(observe(aSet(), ['ready', 'ready', 'ready'], rollout))).toEqual(['delete web-2']);
    expect(written(observe(aSet(), ['ready', 'ready', B], rollout))).toEqual(['delete web-1']);
    const held = aSet({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } });
    expect(written(observe(held, ['ready', 'ready', B], rollout))).toEqual([]);
  });

  it('leave updating to the user under OnDelete, and bring back deleted members at the new revision', () => {
    const manual = aSet({ updateStrategy: { type: 'OnDelete' } });
    expect(written(observe(manual, ['ready', 'ready', 'ready'], rollout))).toEqual([]);
    const plan = decide(observe(manual, ['absent', 'ready', 'ready'], rollout), NOW);
    expect(plan.batches[0]![0]![0]!.pod.metadata.labels?.['controller-revision-hash']).toBe('web-B');
  });

  it('bring back members below the partition at the current revision', () => {
    const held = aSet({
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } },
      ordinals: { start: 5 },
    });
    const first = decide(observe(held, [], rollout), NOW).batches[0]![0]![0]!.pod;
    expect([first.metadata.name, first.metadata.labels?.['controller-revision-hash']]).toEqual(['web-5', 'web-A']);
  });

  it('take maxUnavailable members at once with the gate on', () => {
    const wide = aSet({ replicas: 5, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } } });
    const gate = { ...rollout, maxUnavailable: true };
    const all = ['ready', 'ready', 'ready', 'ready', 'ready'] as const;
    expect(written(observe(wide, all, gate))).toEqual(['delete web-4', 'delete web-3']);
    expect(written(observe(wide, all, rollout))).toEqual(['delete web-4']);
    const parallel = { ...wide, spec: { ...wide.spec, podManagementPolicy: 'Parallel' } };
    expect(written(observe(parallel, ['unready', 'unready', 'ready', 'ready', 'ready'], gate))).toEqual([]);
  });
});

describe('claims', () => {
  const claimed = (policy: object, replicas = 1) =>
    aSet({
      replicas,
      volumeClaimTemplates: [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' }, spec: {} }],
      persistentVolumeClaimRetentionPolicy: policy,
    });
  const claimOf = (set: StatefulSet, owners: object[]): PersistentVolumeClaim => {
    const [claim] = claimsOf(set, 0);
    return { ...claim!, metadata: { ...claim!.metadata, ownerReferences: owners as never } };
  };

  it('of a pod of an earlier life hold the new pod back under whenScaled Delete', () => {
    const set = claimed({ whenScaled: 'Delete', whenDeleted: 'Retain' });
    const stale = claimOf(set, [{ ...POD, name: 'web-0', uid: 'earlier', controller: true }]);
    expect(written(observe(set, [], { claim: () => stale }))).toEqual([]);
    const kept = claimed({ whenScaled: 'Retain', whenDeleted: 'Retain' });
    expect(written(observe(kept, [], { claim: () => stale }))).toEqual(['create web-0']);
  });

  it('hold a member back, and then no update deletes it by its name (found by the model)', () => {
    const block = { podManagementPolicy: 'Parallel', updateStrategy: { type: 'RollingUpdate' } };
    const held = claimed({ whenScaled: 'Delete', whenDeleted: 'Retain' });
    const set: StatefulSet = { ...held, spec: { ...held.spec, ...block }, status: { currentReplicas: 1 } };
    const stale = claimOf(set, [{ ...POD, name: 'web-0', uid: 'earlier', controller: true }]);
    expect(written(observe(set, [], { ...rollout, claim: () => stale }))).toEqual([]);
    expect(written(observe(set, [], { ...rollout, claim: () => stale, maxUnavailable: true }))).toEqual([]);
  });

  it('of condemned members get their owners before anything is deleted', () => {
    const set = claimed({ whenScaled: 'Delete', whenDeleted: 'Retain' }, 0);
    expect(written(observe(set, ['ready'], { claim: () => claimOf(set, []) }))).toEqual([
      'fix-claim-owners web-0',
      'delete web-0',
    ]);
  });
});

describe('status', () => {
  it('counts terminating pods as replicas but not as current', () => {
    const { status } = decide(observe(aSet(), ['ready', 'ready', 'terminating'], rollout), NOW);
    expect(status).toMatchObject({
      replicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      currentReplicas: 2,
      updatedReplicas: 0,
    });
  });

  it('never counts below zero when members at neither revision are updated (found by the model)', () => {
    const { status } = decide(observe(aSet({ replicas: 1 }), [{ state: 'ready', revision: 'A' }], back), NOW);
    expect(status.currentReplicas).toBe(0);
    expect(withoutUpdated(status, 1).currentReplicas).toBe(0);
    expect(withoutUpdated({ ...status, currentReplicas: 3 }, 1).currentReplicas).toBe(2);
  });

  it('is all a terminating set gets', () => {
    const set = aSet({}, { deletionTimestamp: '2026-01-01T00:00:00Z' });
    expect(written(observe(set, ['ready']))).toEqual([]);
  });
});

/** Every world of three members in all states and revisions, both policies: what must hold in each. */
describe('in every small world', () => {
  const states: readonly State[] = ['absent', 'pending', 'ready', 'unready', 'failed', 'terminating'];
  const members = states.flatMap((state): Member[] =>
    state === 'absent'
      ? [{ state }]
      : [
          { state, revision: 'A' },
          { state, revision: 'B' },
        ],
  );

  it('a plan never deletes a terminating pod, never makes one twice, and orders stay orders', () => {
    let worlds = 0;
    for (const policy of ['OrderedReady', 'Parallel']) {
      for (const replicas of [0, 1, 2, 3]) {
        const set = aSet({ podManagementPolicy: policy, replicas });
        for (const a of members) {
          for (const b of members) {
            for (const c of members) {
              worlds++;
              const observed = observe(set, [a, b, c], rollout);
              check(observed, [a, b, c]);
            }
          }
        }
      }
    }
    expect(worlds).toBe(2 * 4 * 11 ** 3);
  });

  function check(observed: Observed, world: readonly Member[]): void {
    const { set } = observed;
    const actions = decide(observed, NOW).batches.flat(2);
    const creates = actions.filter((action) => action.kind === 'create').map((action) => action.pod.metadata.name);
    const deletes = actions.filter((action) => action.kind === 'delete');
    const context = `${set.spec.podManagementPolicy} ${set.spec.replicas} ${JSON.stringify(world)}`;
    if (new Set(creates).size !== creates.length) throw new Error(`created twice: ${context}`);
    for (const { pod } of deletes)
      if (pod.metadata.deletionTimestamp !== undefined) throw new Error(`deleted twice: ${context}`);
    if (!isMonotonic(set)) return;
    if (creates.length + deletes.length > 1) throw new Error(`more than one change at a time: ${context}`);
    const created = creates[0] === undefined ? -1 : Number(creates[0].slice(4));
    for (let lower = 0; lower < created; lower++) {
      if (world[lower]!.state !== 'ready') throw new Error(`created above an unready member: ${context}`);
    }
  }
});
