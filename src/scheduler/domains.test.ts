import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SchedulerCache } from './cache.ts';
import { spreadOf } from './filters/pod-topology-spread.ts';
import { podInfo } from './pod-info.ts';

const NODES = ['a', 'b', 'c', 'd'];
const ZONES = ['x', 'y', undefined];
const APP = { app: 'db' };
const constraint = {
  maxSkew: 1,
  topologyKey: 'zone',
  whenUnsatisfiable: 'DoNotSchedule',
  labelSelector: { matchLabels: APP },
  nodeTaintsPolicy: 'Honor',
};
const TAINTS = [{ key: 'no', effect: 'NoSchedule' }];

interface Pod {
  readonly node: string;
  readonly terminating: boolean;
}

interface Node {
  readonly zone: string | undefined;
  readonly tainted: boolean;
}

const pod = (name: string, node: string, terminating: boolean) =>
  ({
    metadata: { namespace: 'n', name, uid: name, labels: APP, ...(terminating ? { deletionTimestamp: 'now' } : {}) },
    spec: { nodeName: node, containers: [] },
  }) as never;

const node = (name: string, { zone, tainted }: Node) =>
  ({
    metadata: { name, labels: zone === undefined ? {} : { zone } },
    spec: tainted ? { taints: TAINTS } : {},
  }) as never;

/** Counts everything anew. */
function counted(nodes: ReadonlyMap<string, Node>, pods: Iterable<Pod>): Record<string, number> {
  const out: Record<string, number> = {};
  for (const { zone, tainted } of nodes.values()) if (zone !== undefined && !tainted) out[zone] ??= 0;
  for (const { node, terminating } of pods) {
    const { zone, tainted } = nodes.get(node) ?? {};
    if (zone !== undefined && !tainted && !terminating) out[zone]!++;
  }
  return out;
}

const step = fc.oneof(
  fc.record({
    kind: fc.constant('pod' as const),
    name: fc.integer({ min: 0, max: 5 }),
    node: fc.constantFrom(...NODES),
    terminating: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('gone' as const), name: fc.integer({ min: 0, max: 5 }) }),
  fc.record({
    kind: fc.constant('node' as const),
    name: fc.constantFrom(...NODES),
    zone: fc.constantFrom(...ZONES),
    tainted: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('no node' as const), name: fc.constantFrom(...NODES) }),
);

test('counts kept over pods and nodes that come, change and go are those of counting anew', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const cache = new SchedulerCache({} as never);
      const nodes = new Map<string, Node>();
      const pods = new Map<number, Pod>();
      const asking = podInfo(pod('asking', '', false));
      for (const each of steps) {
        if (each.kind === 'pod') {
          cache.setPod(pod(String(each.name), each.node, each.terminating));
          pods.set(each.name, each);
        } else if (each.kind === 'gone') {
          cache.removePod(`n/${each.name}`);
          pods.delete(each.name);
        } else if (each.kind === 'node') {
          cache.setNode(node(each.name, each));
          nodes.set(each.name, each);
        } else {
          cache.removeNode(each.name);
          nodes.delete(each.name);
        }
        const expected = counted(nodes, pods.values());
        const { counts, own } = spreadOf(constraint, ['zone'], asking, cache);
        expect(own).toBe(1);
        expect(counts.size).toBe(Object.keys(expected).length);
        for (const zone of ['x', 'y']) expect(counts.in(zone)).toBe(expected[zone] ?? 0);
        expect(counts.minimum).toBe(counts.size === 0 ? 0 : Math.min(...Object.values(expected)));
      }
    }),
  );
});
