import { expect, test } from 'vitest';
import { SchedulerCache } from '../../src/scheduler/cache.ts';
import { type Decision, decide } from '../../src/scheduler/decide.ts';
import { failureMessage } from '../../src/scheduler/messages.ts';
import { podInfo } from '../../src/scheduler/pod-info.ts';
import { findPreemption } from '../../src/scheduler/preemption.ts';
import type { KubeObject } from '../../src/schema/object.ts';
import { SeededRandom } from '../../src/simulator/time/seeded-random.ts';
import { type Cluster, drawCluster, stored } from './clusters.ts';
import { claimName, keyOf, listed, type Placed, Rules } from './rules.ts';

const CLUSTERS = 200;

/** What came up over all clusters: a check nobody needed proves nothing. */
const seen = { placed: 0, unfit: 0, refused: 0, preempted: 0, reasons: new Set<string>() };

/** Places the pods of one cluster one after another, and checks each decision against the rules. */
class Trial {
  readonly #cluster: Cluster;
  readonly #random: SeededRandom;
  readonly #cache: SchedulerCache;
  #placed: Placed[] = [];

  constructor(seed: number) {
    const cluster = drawCluster(seed);
    this.#cluster = cluster;
    this.#random = new SeededRandom(seed + 1_000_000);
    const named = (list: readonly KubeObject[], name: string) => list.find(({ metadata }) => metadata.name === name);
    this.#cache = new SchedulerCache({
      claim: (namespace, name) => (namespace === 'x' ? named(cluster.claims, name) : undefined),
      volume: (name) => named(cluster.volumes, name),
      volumesFor: () => cluster.volumes,
      storageClass: (name) => named(cluster.classes, name),
      namespace: (name) => named(cluster.namespaces, name),
      disruptionBudgets: (namespace) => cluster.budgets.filter(({ metadata }) => metadata.namespace === namespace),
    });
    for (const node of cluster.nodes) this.#cache.setNode(node);
  }

  run(): void {
    for (const pod of this.#cluster.pods) {
      this.#schedule(pod);
      if (this.#placed.length > 0 && this.#random.chance(0.05)) this.#terminate(this.#random.pick(this.#placed));
    }
  }

  #decide(pod: KubeObject): Decision {
    return decide(podInfo(stored(pod)), this.#cache, this.#random.int(0, this.#cluster.nodes.length - 1), this.#random);
  }

  #schedule(pod: KubeObject): void {
    const decision = this.#decide(pod);
    const rules = new Rules(this.#cluster, this.#placed);
    const hopeless = rules.hopeless(pod);
    if (hopeless !== null) {
      expect(decision, keyOf(pod)).toMatchObject({ kind: 'refused', message: hopeless });
      seen.refused++;
    } else if (decision.kind === 'node') {
      this.#fits(pod, decision.node.node!, rules);
      this.#place(pod, decision.node.node!, rules);
    } else {
      expect(decision.kind).toBe('unfit');
      this.#unfit(pod, decision as Extract<Decision, { kind: 'unfit' }>, rules);
    }
  }

  #fits(pod: KubeObject, node: KubeObject, rules: Rules): void {
    expect(rules.refusal(pod, node), `${keyOf(pod)} on ${node.metadata.name}`).toBeNull();
    seen.placed++;
  }

  #place(pod: KubeObject, node: KubeObject, rules: Rules): void {
    const name = node.metadata.name!;
    const at = this.#cluster.claims.findIndex(({ metadata }) => metadata.name === claimName(pod));
    const claim = this.#cluster.claims[at];
    if (claim !== undefined && pod.metadata.namespace === 'x' && claim.spec.volumeName === undefined)
      this.#bind(claim, at, node, rules);
    this.#cache.setPod({ ...stored(pod), spec: { ...stored(pod).spec, nodeName: name } });
    this.#placed.push({ pod, node: name, terminating: false });
  }

  #bind(claim: KubeObject, at: number, node: KubeObject, rules: Rules): void {
    const found = rules.candidates(claim, node)[0];
    const name = found?.metadata.name ?? `made-${claim.metadata.name}`;
    const claimRef = { namespace: 'x', name: claim.metadata.name };
    if (found === undefined) this.#cluster.volumes.push({ metadata: { name }, spec: { claimRef } } as never);
    else {
      const index = this.#cluster.volumes.indexOf(found);
      this.#cluster.volumes[index] = { ...found, spec: { ...found.spec, claimRef } };
    }
    const annotations = { 'pv.kubernetes.io/bind-completed': 'yes' };
    const metadata = { ...claim.metadata, annotations };
    this.#cluster.claims[at] = { ...claim, metadata, spec: { ...claim.spec, volumeName: name } };
  }

  #terminate(victim: Placed): void {
    const pod = stored(victim.pod);
    const metadata = { ...pod.metadata, deletionTimestamp: '2026-01-01T01:00:00Z' };
    this.#cache.setPod({ ...pod, metadata, spec: { ...pod.spec, nodeName: victim.node } });
    this.#placed = this.#placed.map((each) => (each === victim ? { ...each, terminating: true } : each));
  }

  /** No node is feasible, each for the reason given; preemption helps where it can, and only there. */
  #unfit(pod: KubeObject, decision: Extract<Decision, { kind: 'unfit' }>, rules: Rules): void {
    const { nodes } = this.#cluster;
    const info = podInfo(stored(pod));
    seen.unfit++;
    const refusals = nodes.map((node) => rules.refusal(pod, node));
    expect(refusals, keyOf(pod)).not.toContain(null);
    const reasons = refusals.flatMap((refusal) => refusal!.reasons);
    for (const reason of reasons) seen.reasons.add(reason);
    const head = `0/${nodes.length} nodes are available: `;
    expect(failureMessage(decision, nodes.length, null)).toBe(`${head}${listed(reasons)}.`);
    const preemption = findPreemption(info, this.#cache, decision);
    if (preemption.kind === 'victims') {
      this.#preempts(
        pod,
        preemption.node.node!,
        preemption.victims.map(({ key }) => key),
      );
      return;
    }
    if (pod.spec.preemptionPolicy === 'Never') {
      expect(preemption.message).toBe('not eligible due to preemptionPolicy=Never.');
      return;
    }
    const why = nodes.flatMap((node, i) => {
      if (refusals[i]!.final) return ['Preemption is not helpful for scheduling'];
      const lower = this.#lower(pod, node.metadata.name!);
      if (lower.length === 0) return ['No preemption victims found for incoming pod'];
      return this.#without(lower).refusal(pod, node)!.reasons;
    });
    expect(preemption.message).toBe(`${head}${listed(why)}.`);
  }

  #lower(pod: KubeObject, node: string): Placed[] {
    return this.#placed.filter((each) => each.node === node && each.pod.spec.priority < pod.spec.priority);
  }

  #without(gone: readonly Placed[]): Rules {
    return new Rules(
      this.#cluster,
      this.#placed.filter((each) => !gone.includes(each)),
    );
  }

  /** Members of budgets that allow no disruption. */
  #guarded(pods: readonly Placed[]): number {
    const none = this.#cluster.budgets.filter(({ status }) => status.disruptionsAllowed === 0);
    return pods.filter(({ pod: { metadata } }) =>
      none.some(({ spec }) => metadata.namespace === 'x' && spec.selector.matchLabels.app === metadata.labels!.app),
    ).length;
  }

  #preempts(pod: KubeObject, node: KubeObject, keys: readonly string[]): void {
    const what = `${keyOf(pod)} for ${keys.join()} on ${node.metadata.name}`;
    seen.preempted++;
    expect(pod.spec.preemptionPolicy, what).not.toBe('Never');
    const lower = this.#lower(pod, node.metadata.name!);
    const victims = lower.filter((each) => keys.includes(keyOf(each.pod)));
    expect(victims.length, what).toBe(keys.length);
    expect(victims.length, what).toBeGreaterThan(0);
    expect(this.#without(victims).refusal(pod, node), what).toBeNull();
    // Nobody goes in vain.
    for (const spared of victims)
      expect(this.#without(victims.filter((each) => each !== spared)).refusal(pod, node), what).not.toBeNull();
    // Where a node can be freed without touching a guarded pod, no guarded pod goes.
    const before = this.#without([]);
    const unguarded = this.#cluster.nodes.some((other) => {
      const all = this.#lower(pod, other.metadata.name!);
      if (all.length === 0 || this.#guarded(all) > 0 || before.refusal(pod, other)!.final) return false;
      return this.#without(all).refusal(pod, other) === null;
    });
    if (unguarded) expect(this.#guarded(victims), what).toBe(0);
    for (const each of victims) this.#cache.removePod(keyOf(each.pod));
    this.#placed = this.#placed.filter((each) => !victims.includes(each));
    const decision = this.#decide(pod);
    expect(decision.kind, what).toBe('node');
    if (decision.kind !== 'node') return;
    this.#fits(pod, decision.node.node!, this.#without([]));
    this.#place(pod, decision.node.node!, this.#without([]));
  }
}

test(`placement obeys every rule in ${CLUSTERS} random clusters, and no pod waits that could be placed`, () => {
  for (let seed = 1; seed <= CLUSTERS; seed++) {
    try {
      new Trial(seed).run();
    } catch (error) {
      (error as Error).message = `cluster ${seed}: ${(error as Error).message}`;
      throw error;
    }
  }
  expect(seen.placed).toBeGreaterThan(1000);
  expect(seen.unfit).toBeGreaterThan(200);
  expect(seen.refused).toBeGreaterThan(20);
  expect(seen.preempted).toBeGreaterThan(50);
  expect(seen.reasons.size).toBeGreaterThanOrEqual(14);
}, 120_000);
