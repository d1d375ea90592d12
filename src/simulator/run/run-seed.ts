import type { CheckerDefinition } from '../checkers/checker.ts';
import { CHECKERS } from '../checkers/index.ts';
import { FAULTS } from '../faults/index.ts';
import { type JournalEntry, line } from '../observe/journal.ts';
import { setUpCluster, themesOf } from '../operations/cluster.ts';
import { OPERATIONS } from '../operations/index.ts';
import { drawSet } from '../operations/manifests.ts';
import { repair } from '../operations/repair.ts';
import { SET_NAMES } from '../operations/sets.ts';
import { SeededRandom } from '../time/seeded-random.ts';
import { SELDOM_SIGNS_OF_LIFE } from '../world/signs-of-life.ts';
import { World } from '../world/world.ts';
import { Generator } from './generator.ts';
import type { Finding, Outcome, Step } from './outcome.ts';
import { isMaterial } from './quiet.ts';
import { CheckerWatch } from './watch.ts';

export interface RunOptions {
  readonly seed: number;
  /** Length of the fault phase; default 21 minutes. */
  readonly faultMs?: number;
  /** Steps to do instead of drawing them: replay and shrinking. */
  readonly steps?: readonly Step[];
  /** Faults and operations to draw; default 296. */
  readonly count?: number;
  readonly checkers?: readonly CheckerDefinition[];
}

const MINUTE_MS = 60_000;
const FAULT_MS = 21 * MINUTE_MS;
/** With the first sets somewhat more than 300 in all. */
const COUNT = 296;
/** A world without faults has to come to rest within this: the longest upstream backoff is 1000 s. */
const SETTLE_MS = 60 * MINUTE_MS;
/** At rest: nothing that matters was written for this long. */
const REST_MS = 5.5 * MINUTE_MS;
/** After a restart of the controllers nothing may be written for this long. */
const IDLE_CHECK_MS = 2 * MINUTE_MS;
/** What follows the fault phase lasts at least this long: half a virtual hour with it. */
const AFTERMATH_MS = 9 * MINUTE_MS;
const ZONES = ['a', 'b', 'c'];
const NODES = 5;
/** Events are a fifth of all writes, field managers most of every object, and nothing depends on them: some seeds have them. */
const FULL_EVERY = 16;
/** One seed of so many runs with gate MaxUnavailableStatefulSet, off by default in 1.36. */
const BUDGET_EVERY = 3;
/** Nodes have registered by then. */
const REGISTERED_MS = 5_000;
/** Sets that are there from the beginning. */
const FIRST_SETS = 6;

/** Nodes of every simulated world: five machines in three zones. */
export const WORLD_NODES = Array.from({ length: NODES }, (_, i) => ({
  name: `n${i + 1}`,
  zone: ZONES[i % ZONES.length]!,
}));

/**
 * Runs one seed: a world, a phase in which users and faults do their worst, then all faults end and everything must converge and
 * stay as it is. Never rejects: whatever goes wrong is the outcome's finding.
 */
export async function runSeed(options: RunOptions): Promise<Outcome> {
  const run = new SeedRun(options);
  return run.go();
}

class SeedRun {
  readonly #o: RunOptions;
  readonly #counts: Record<string, number> = {};
  readonly #steps: Step[] = [];
  #finding: Finding | null = null;
  #lastMaterialMs = 0;
  #lastMaterial: JournalEntry | null = null;

  constructor(options: RunOptions) {
    this.#o = options;
    for (const { name } of FAULTS) this.#counts[`fault ${name}`] = 0;
    for (const { name } of OPERATIONS) this.#counts[`operation ${name}`] = 0;
  }

  async go(): Promise<Outcome> {
    const { seed, checkers = CHECKERS } = this.#o;
    const gates = { MaxUnavailableStatefulSet: seed % BUDGET_EVERY === 0 };
    const full = seed % FULL_EVERY === 0;
    const themes = themesOf(seed);
    const world = await World.start(
      {
        seed,
        nodes: WORLD_NODES,
        events: full,
        managedFields: full,
        gates,
        signsOfLife: SELDOM_SIGNS_OF_LIFE,
      },
      (started) => setUpCluster(started, themes),
    );
    const report = (invariant: string, message: string): void => {
      if (this.#finding !== null) return;
      this.#finding = { invariant, message, atMs: world.clock.monotonic() };
      world.journal.add({ kind: 'violation', invariant, detail: message });
    };
    this.#count(world);
    const watch = new CheckerWatch(world, checkers, ({ invariant, message }) => report(invariant, message));
    try {
      await this.#faultPhase(world);
      await this.#converge(world, report);
      if (this.#finding === null) watch.settled();
    } catch (error) {
      report('crash', error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    return {
      seed,
      digest: world.journal.digest(),
      finding: this.#finding,
      steps: this.#steps,
      counts: this.#counts,
      evaluations: watch.evaluations,
      virtualMs: world.clock.monotonic(),
      journal: world.journal,
    };
  }

  #count(world: World): void {
    world.journal.on((entry) => {
      if (entry.kind === 'mishap')
        this.#counts[`mishap ${entry.what}`] = (this.#counts[`mishap ${entry.what}`] ?? 0) + 1;
      if (entry.kind === 'write' && isMaterial(entry.event)) {
        this.#lastMaterialMs = entry.atMs;
        this.#lastMaterial = entry;
      }
    });
  }

  async #faultPhase(world: World): Promise<void> {
    const { steps, faultMs = FAULT_MS, count = COUNT, seed } = this.#o;
    world.journal.add({ kind: 'phase', what: 'faults' });
    const began = world.clock.monotonic();
    const perform = (step: Step): void => {
      this.#steps.push(step);
      this.#perform(world, step);
    };
    if (steps === undefined) {
      for (let i = 0; i < FIRST_SETS; i++) {
        const name = SET_NAMES[i]!;
        const manifest = drawSet(new SeededRandom(seed).fork(`set ${name}`), name);
        perform({ kind: 'operation', operation: 'create-set', parameters: { manifest }, atMs: 0 });
      }
      if (themesOf(seed).selfFencing) {
        world.clock.setTimer(REGISTERED_MS, () => {
          for (const { name } of WORLD_NODES) {
            perform({
              kind: 'operation',
              operation: 'self-fencing',
              parameters: { name, on: true },
              atMs: REGISTERED_MS,
            });
          }
        });
      }
      const generator = new Generator(new SeededRandom(seed).fork('generator'), world, faultMs, count);
      generator.run((step) => perform({ ...step, atMs: Math.round((world.clock.monotonic() - began) * 1000) / 1000 }));
    } else for (const step of steps) world.clock.setTimer(step.atMs, () => perform(step));
    await world.clock.run(world.clock.now() + faultMs, () => this.#finding !== null);
  }

  #perform(world: World, step: Step): void {
    const name = step.kind === 'fault' ? step.fault : step.operation;
    this.#counts[`${step.kind} ${name}`] = (this.#counts[`${step.kind} ${name}`] ?? 0) + 1;
    world.journal.add({ kind: step.kind, what: name, detail: JSON.stringify(step.parameters) });
    if (step.kind === 'fault') FAULTS.find((fault) => fault.name === name)?.inject(world, step.parameters);
    // What the API refuses is an answer like any other.
    else
      OPERATIONS.find((operation) => operation.name === name)
        ?.perform(world, step.parameters)
        .catch(() => undefined);
  }

  /** Faults end; the world has to come to rest, and a restart of its controllers must find nothing to do. */
  async #converge(world: World, report: (invariant: string, message: string) => void): Promise<void> {
    if (this.#finding !== null) return;
    world.heal();
    void repair(world);
    world.journal.add({ kind: 'phase', what: 'healed' });
    const healedMs = world.clock.monotonic();
    this.#lastMaterialMs = healedMs;
    const ended = healedMs + SETTLE_MS;
    const resting = (): boolean => world.clock.monotonic() - this.#lastMaterialMs >= REST_MS;
    while (!resting() && world.clock.monotonic() < ended && this.#finding === null) {
      const leftMs = this.#lastMaterialMs + REST_MS - world.clock.monotonic();
      await world.clock.run(world.clock.now() + Math.max(1, leftMs), () => this.#finding !== null);
    }
    if (this.#finding !== null) return;
    if (!resting()) {
      report(
        'L1',
        `still writing ${SETTLE_MS / MINUTE_MS} virtual minutes after the last fault: ${this.#lastMaterial === null ? '' : line(this.#lastMaterial)}`,
      );
      return;
    }
    world.journal.add({ kind: 'phase', what: 'settled' });
    for (const manager of world.managers) manager.kill();
    const idleMs = Math.max(IDLE_CHECK_MS, healedMs + AFTERMATH_MS - world.clock.monotonic());
    await world.clock.run(world.clock.now() + idleMs, () => this.#finding !== null);
  }
}
