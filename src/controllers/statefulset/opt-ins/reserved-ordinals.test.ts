import { describe, expect, it } from 'vitest';
import { OPT_IN } from '../../../api/apps/stateful-set-opt-ins.ts';
import { decide } from '../decide.ts';
import { claimsOf } from '../identity.ts';
import { claimOwnersMatch } from '../retention.ts';
import { aPod, aSet, NOW, observe, template, written } from '../testing/members.ts';
import { POD } from '../types.ts';
import { indexOfOrdinal, ordinalAtIndex } from './reserved-ordinals.ts';

const reserving = (text: string, spec: object = {}) => aSet({ [OPT_IN.reserved]: text }, spec);
const rollout = { update: { name: 'web-B', template } };

describe('reserved ordinals', () => {
  it('are skipped, and the others keep their order', () => {
    for (const start of [0, 2, 5, 9]) {
      const set = reserving('1,4-6', { ordinals: { start } });
      const free = Array.from({ length: 20 }, (_, ordinal) => ordinal).filter(
        (ordinal) => ordinal >= start && ![1, 4, 5, 6].includes(ordinal),
      );
      expect(free.map((ordinal) => indexOfOrdinal(set, ordinal))).toEqual(free.map((_, index) => index));
      expect(free.map((_, index) => ordinalAtIndex(set, index))).toEqual(free);
    }
    expect(
      [0, 1, 4, 6].map((ordinal) => indexOfOrdinal(reserving('1,4-6', { ordinals: { start: 2 } }), ordinal)),
    ).toEqual([-1, -1, -1, -1]);
  });

  it('are made up for beyond the end, before the member that stood there goes', () => {
    const set = reserving('1');
    expect(written(observe(set, ['ready', 'ready', 'ready']))).toEqual(['create web-3']);
    expect(written(observe(set, ['ready', 'unready', 'ready', 'ready']))).toEqual(['delete web-1']);
    expect(written(observe(set, ['ready', 'absent', 'ready', 'ready']))).toEqual([]);
    expect(written(observe(reserving(''), ['ready', 'ready', 'ready']))).toEqual([]);
  });

  it('do not count for the partition', () => {
    const set = reserving('0', { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } });
    expect(written(observe(set, ['absent', 'ready', 'ready', 'ready'], rollout))).toEqual(['delete web-3']);
    const B = { state: 'ready', revision: 'B' } as const;
    expect(written(observe(set, ['absent', 'ready', 'ready', B], rollout))).toEqual([]);
    const made = decide(observe(set, ['absent', 'ready', 'absent', 'ready'], rollout), NOW).batches[0]![0]![0]!.pod;
    expect([made.metadata.name, made.metadata.labels?.['controller-revision-hash']]).toEqual(['web-2', 'web-A']);
  });

  it('have claims that go with their pod under whenScaled Delete', () => {
    const set = reserving('1', {
      volumeClaimTemplates: [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' }, spec: {} }],
      persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete', whenDeleted: 'Retain' },
    });
    const pod = aPod(set, 1, { state: 'ready' });
    const [claim] = claimsOf(set, 1);
    expect(claimOwnersMatch(claim!, set, pod)).toBe(false);
    const owner = { ...POD, name: 'web-1', uid: 'pod-1', controller: true, blockOwnerDeletion: true };
    const owned = { ...claim!, metadata: { ...claim!.metadata, ownerReferences: [owner] } };
    expect(claimOwnersMatch(owned, set, pod)).toBe(true);
  });
});
