import { completeRollingUpdate, withoutUpdated } from '../../controllers/statefulset/status.ts';
import type { StatefulSetStatus } from '../../controllers/statefulset/types.ts';
import { execute } from './effects.ts';
import { claimStep, podStep } from './environment.ts';
import { checkWorld, type Findings, type Tally } from './explore.ts';
import { isSettled, trapOf } from './invariants/idle.ts';
import { GENERATION, revisionNameOf, setObject } from './objects.ts';
import type { Decisions, Pass } from './pass.ts';
import { isInRange, viewOf } from './view.ts';
import { describeWorld, isReady, type Revision, type Setting, type Slot, type World } from './world.ts';

/** A state of the graph: a world, and where the fair schedule leads from it. */
interface Node {
  readonly world: World;
  /** One round: a whole pass, then one step of every node and of the garbage collector. */
  readonly fair: number;
}

export interface WalkOptions {
  readonly setting: Setting;
  readonly initial: readonly World[];
  readonly decisions: Decisions;
  readonly tallies: Tally[];
  readonly findings: Findings;
  /** What must hold in every state reached, besides the predicates on the decision. */
  readonly always: ((world: World) => string | null) | undefined;
  /** Pods of these revisions never become ready: bad templates. */
  readonly neverReady: readonly Revision[];
  /** It is enough that the set comes to rest. */
  readonly mayBeStuck: boolean;
}

export interface WalkResult {
  readonly states: number;
  /** States in which only a person can help. */
  readonly trapped: number;
}

/**
 * Visits every world that can come out of the initial ones: by passes, by passes cut short after any write, by steps of
 * nodes and garbage collector in any order. Then follows the fair schedule from each: it must come to rest (L1, L6) with
 * everything as the spec asks, or in a trap that upstream has too.
 */
export function walk(options: WalkOptions): WalkResult {
  const graph = new Graph(options);
  for (const world of options.initial) graph.enter(world);
  graph.expand();
  graph.checkConvergence();
  return { states: graph.size, trapped: graph.trapped };
}

/** More than there are slots. */
const BASE = 4096;

class Graph {
  readonly #o: WalkOptions;
  readonly #index = new Map<number, number>();
  readonly #worlds: World[] = [];
  readonly #nodes: Node[] = [];
  trapped = 0;

  constructor(options: WalkOptions) {
    this.#o = options;
  }

  get size(): number {
    return this.#nodes.length;
  }

  /** The state's number; new ones wait to be expanded. */
  enter(world: World): number {
    let key = world.statusCurrentReplicas * 2 + (world.current === 'B' ? 1 : 0);
    for (const { id } of world.slots) key = key * BASE + id;
    let at = this.#index.get(key);
    if (at === undefined) {
      at = this.#worlds.length;
      this.#worlds.push(world);
      this.#index.set(key, at);
    }
    return at;
  }

  expand(): void {
    const { decisions, tallies, findings, always } = this.#o;
    for (let at = 0; at < this.#worlds.length && !findings.ended; at++) {
      const world = this.#worlds[at]!;
      const pass = checkWorld(world, decisions, tallies, findings.report);
      const broken = always?.(world) ?? null;
      if (broken !== null) findings.report({ invariant: 'always', text: broken, world: describeWorld(world) });
      const after = afterPass(world, pass);
      this.enter(after);
      for (let limit = 1; limit < pass.steps.length; limit++) {
        this.enter({ ...world, slots: execute(world, pass, { limit }).slots });
      }
      for (let ordinal = 0; ordinal < world.slots.length; ordinal++) {
        const found = world.slots[ordinal]!;
        for (const next of [this.#podStep(world, found), claimStep(found)]) {
          if (next !== null) this.enter({ ...world, slots: world.slots.with(ordinal, next) });
        }
      }
      this.#nodes.push({ world, fair: this.enter(this.#afterEnvironment(after)) });
    }
  }

  #podStep({ setting }: World, found: Slot): Slot | null {
    const next = podStep(setting, found);
    const bad = next?.pod != null && this.#o.neverReady.includes(next.pod.revision) && isReady(next.pod);
    return bad ? null : next;
  }

  #afterEnvironment(world: World): World {
    const slots: Slot[] = world.slots.map((found) => {
      const moved = this.#podStep(world, found) ?? found;
      return claimStep(moved) ?? moved;
    });
    return { ...world, slots };
  }

  /** Every fair run must end in one state that repeats itself, settled and with nothing left to write. */
  checkConvergence(): void {
    const { findings } = this.#o;
    const good = new Uint8Array(this.#nodes.length);
    for (let from = 0; from < this.#nodes.length && !findings.ended; from++) {
      const path: number[] = [];
      const onPath = new Set<number>();
      let at = from;
      while (good[at] === 0 && !onPath.has(at)) {
        onPath.add(at);
        path.push(at);
        at = this.#nodes[at]!.fair;
      }
      if (onPath.has(at)) {
        const text = this.#nodes[at]!.fair === at ? this.#restless(at) : 'goes round for ever';
        if (text !== null)
          findings.report({ invariant: 'convergence', text, world: describeWorld(this.#nodes[at]!.world) });
      }
      for (const step of path) good[step] = 1;
    }
  }

  /** Why a state that repeats itself is not where the set should end; null when it is. */
  #restless(at: number): string | null {
    const { world } = this.#nodes[at]!;
    const { setting, slots } = world;
    const pass = checkWorld(world, this.#o.decisions, this.#o.tallies, () => {});
    // Claims of a Pending pod are seen to in each pass; nothing is written when they are there.
    const writes = pass.steps.filter((step) => step.kind !== 'ensure-claims');
    if (writes.length > 0) return `writes for ever: ${writes.map((step) => step.kind)}`;
    const view = viewOf(world, pass);
    const settled = isSettled(view);
    if (!settled && trapOf(view) !== null) this.trapped++;
    else if (!settled && !this.#o.mayBeStuck) return 'comes to rest too early';
    if (!settled) return null;
    const rolled = setting.strategy === 'RollingUpdate' && (setting.partition ?? 0) === 0;
    if (rolled && world.current !== 'B') return 'never completes';
    if (!setting.claims || setting.whenScaled === 'Retain') return null;
    const left = slots.findIndex(({ claim }, ordinal) => !isInRange(setting, ordinal) && claim?.refs.includes('pod'));
    return left < 0 ? null : `the claim of removed pod ${left} stays`;
  }
}

function statusAfter(world: World, pass: Pass, updated: number): StatefulSetStatus {
  const set = setObject(world.setting, world.current, world.statusCurrentReplicas);
  return { ...completeRollingUpdate(set, withoutUpdated(pass.counted, updated)), observedGeneration: GENERATION };
}

/** A whole pass, and its status write. */
function afterPass(world: World, pass: Pass): World {
  let updated = 0;
  const { slots } = execute(world, pass, {
    after(step) {
      if (step.why === 'update') updated++;
    },
  });
  const status = statusAfter(world, pass, updated);
  // The API refuses such a status: nothing is written, and the next pass reads the old one.
  if (status.currentReplicas < 0) return { ...world, slots };
  const current: Revision = status.currentRevision === revisionNameOf('B') ? 'B' : world.current;
  const statusCurrentReplicas = world.setting.partition === null ? status.currentReplicas : 0;
  return { ...world, slots, current, statusCurrentReplicas };
}
