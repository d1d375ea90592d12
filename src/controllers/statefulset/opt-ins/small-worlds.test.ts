import { describe, expect, it } from 'vitest';
import { OPT_IN } from '../../../api/apps/stateful-set-opt-ins.ts';
import type { Pod } from '../../framework/objects.ts';
import { isTerminating } from '../../framework/pods.ts';
import { decide } from '../decide.ts';
import type { Action, Observed } from '../plan.ts';
import { aPod, aSet, type Member, NOW, observe, type State, template } from '../testing/members.ts';
import { REVISION_LABEL, type StatefulSet } from '../types.ts';

/** Every world of three members, in every state at every revision: what must hold with opt-ins on, and off. */
const states: readonly State[] = ['absent', 'pending', 'starting', 'ready', 'unready', 'failed', 'terminating'];
const members: readonly Member[] = states.flatMap((state): Member[] =>
  state === 'absent'
    ? [{ state }]
    : [
        { state, revision: 'A' },
        { state, revision: 'B' },
      ],
);
const worlds: readonly (readonly Member[])[] = members.flatMap((a) =>
  members.flatMap((b) => members.map((c) => [a, b, c])),
);
const rollout = { current: { name: 'web-A', template }, update: { name: 'web-B', template } };
const STUCK = { [OPT_IN.stuckRollout]: 'replace-never-ready' };

const strategy = (partition: number, maxUnavailable?: number) => ({
  updateStrategy: {
    type: 'RollingUpdate',
    rollingUpdate: { partition, ...(maxUnavailable === undefined ? {} : { maxUnavailable }) },
  },
});
const settings = ['OrderedReady', 'Parallel'].flatMap((podManagementPolicy) => [
  { podManagementPolicy, replicas: 3, ...strategy(0) },
  { podManagementPolicy, replicas: 3, ...strategy(2) },
  { podManagementPolicy, replicas: 1, ...strategy(0) },
]);

const actions = (observed: Observed): readonly Action[] => decide(observed, NOW).batches.flat(2);
const text = (list: readonly Action[], rename = (name: string) => name): string[] =>
  list.map(
    (action) =>
      `${action.kind} ${rename(action.pod.metadata.name ?? '')} ${action.pod.metadata.labels?.[REVISION_LABEL]}`,
  );
/** Pods are the same whatever the set asks for: made once. */
const made = new Map<string, Pod>();
function podOf(ordinal: number, member: Member): Pod {
  const key = `${ordinal} ${member.state} ${member.revision}`;
  let pod = made.get(key);
  if (pod === undefined) {
    pod = aPod(aSet({}), ordinal, member);
    made.set(key, pod);
  }
  return pod;
}

/** The world, its members at these ordinals. */
function look(set: StatefulSet, world: readonly Member[], ordinals: readonly number[] = [0, 1, 2]): Observed {
  const pods = world.flatMap((member, index) => (member.state === 'absent' ? [] : [podOf(ordinals[index]!, member)]));
  return { ...observe(set, [], rollout), pods };
}

/** As `expect`, for what is asked a hundred thousand times. */
function hold(holds: boolean, context: unknown): void {
  if (!holds) throw new Error(JSON.stringify(context));
}
const same = (a: readonly string[], b: readonly string[]): boolean => a.join() === b.join();

const isOld = (pod: Pod) => pod.metadata.labels?.[REVISION_LABEL] !== 'web-B';
const stateOf = (world: readonly Member[], pod: Pod) => world[Number(pod.metadata.name?.slice(4))]!.state;

describe('in every small world', () => {
  it('replace-never-ready adds nothing but the delete of one member that gave nothing', () => {
    let replaced = 0;
    for (const spec of settings) {
      const [off, on] = [aSet({}, spec), aSet(STUCK, spec)];
      for (const world of worlds) {
        const plain = text(actions(look(off, world)));
        const all = actions(look(on, world));
        const extra = all.filter((action) => action.kind === 'delete' && action.why === 'stuck');
        hold(same(text(all.filter((action) => !extra.includes(action))), plain) && extra.length <= 1, { spec, world });
        for (const { pod } of extra) {
          replaced++;
          const index = Number(pod.metadata.name?.slice(4));
          hold(['pending', 'starting'].includes(stateOf(world, pod)), { spec, world, index });
          hold(index >= spec.updateStrategy.rollingUpdate.partition && index < spec.replicas, { spec, world, index });
          hold(isOld(pod), { spec, world, index });
          const inRange = world.slice(0, spec.replicas);
          hold(
            inRange.every(({ state }) => state !== 'terminating'),
            { spec, world, index },
          );
          hold(!plain.some((line) => /^(create|delete)/.test(line)), { spec, world, index });
        }
      }
    }
    expect(replaced).toBeGreaterThan(100);
  });

  it('a good template ends every ordered rollout whose members were never ready, without a hand', () => {
    const spec = { ...strategy(0) };
    const hopeless = members.filter(({ state }) => ['absent', 'pending', 'starting', 'ready'].includes(state));
    for (const a of hopeless) {
      for (const b of hopeless) {
        for (const c of hopeless) {
          expect(finishes(aSet(STUCK, spec), [a, b, c]), JSON.stringify([a, b, c])).toBe(true);
        }
      }
    }
    expect(finishes(aSet({}, spec), [{ state: 'ready' }, { state: 'starting' }, { state: 'absent' }])).toBe(false);
  });

  it('corrected counting takes no healthy member beyond the budget and keeps the new revision within it', () => {
    const base = { podManagementPolicy: 'Parallel', replicas: 3 };
    for (const partition of [0, 1]) {
      for (const allowed of [1, 2]) {
        const set = aSet({ [OPT_IN.counting]: 'corrected' }, { ...base, ...strategy(partition, allowed) });
        for (const world of worlds) {
          const deleted = actions(look(set, world)).flatMap((action) =>
            action.kind === 'delete' && action.why === 'update' ? [action.pod] : [],
          );
          if (deleted.length === 0) continue;
          const context = { partition, allowed, world };
          const healthy = deleted.filter((pod) => stateOf(world, pod) === 'ready').length;
          const down = world.filter(({ state }) => state !== 'ready').length;
          hold(healthy === 0 || down + healthy <= allowed, context);
          const underway = world.filter(
            ({ state, revision }, index) =>
              state === 'terminating' ||
              (state !== 'ready' && revision === 'B') ||
              (state === 'absent' && index >= partition),
          ).length;
          hold(underway + deleted.length <= Math.max(allowed, underway), context);
          hold(
            deleted.every((pod) => isOld(pod) && Number(pod.metadata.name?.slice(4)) >= partition),
            context,
          );
        }
      }
    }
  });

  it('a set with reserved ordinals does what one without them does, under other names', () => {
    const shifted = ['web-0', 'web-3', 'web-4'];
    const rename = (name: string) => `web-${shifted.indexOf(name)}`;
    for (const spec of settings) {
      const [plain, reserved] = [aSet({}, spec), aSet({ [OPT_IN.reserved]: '1-2' }, spec)];
      for (const world of worlds) {
        const there = text(actions(look(reserved, world, [0, 3, 4])), rename);
        hold(same(there, text(actions(look(plain, world)))), { spec, world });
      }
    }
  });

  it('annotations of other things change nothing', () => {
    const unrelated = {
      [OPT_IN.backoff]: 'nonsense',
      [OPT_IN.conditions]: 'true',
      [OPT_IN.progressDeadline]: '5',
      'a/b': 'c',
    };
    for (const spec of settings) {
      const [plain, annotated] = [aSet({}, spec), aSet(unrelated, spec)];
      for (const world of worlds) {
        const [one, two] = [annotated, plain].map((set) => text(actions(look(set, world))));
        hold(same(one!, two!), { spec, world });
      }
    }
  });
});

/** Whether passes one after the other bring all members to B and ready, where only pods at B ever become ready. */
function finishes(set: StatefulSet, world: readonly Member[]): boolean {
  const wellAt = (name: string | undefined) => aPod(set, Number(name?.slice(4)), { state: 'ready', revision: 'B' });
  let pods = look(set, world).pods;
  for (let pass = 0; pass < 40; pass++) {
    pods = pods.map((pod) => (isOld(pod) ? pod : wellAt(pod.metadata.name)));
    for (const action of actions({ ...observe(set, [], rollout), pods })) {
      const { name } = action.pod.metadata;
      if (action.kind === 'delete') pods = pods.filter((pod) => pod.metadata.name !== name);
      if (action.kind === 'create') pods = [...pods, wellAt(name)];
    }
    if (pods.length === 3 && pods.every((pod) => !isOld(pod) && !isTerminating(pod))) return true;
  }
  return false;
}
