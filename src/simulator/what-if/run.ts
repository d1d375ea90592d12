import { StatusError } from '../../schema/status.ts';
import { present } from '../operations/lookup.ts';
import { isMaterial } from '../run/quiet.ts';
import { World } from '../world/world.ts';
import { Conduct, type ConductOptions, readyMs } from './conduct.ts';
import { isCrashing, MemberLines } from './members.ts';
import { quorumLosses, type Wanted } from './quorum.ts';
import type { Report, StepReport } from './report.ts';
import { describeStep, type Scenario, type ScenarioStep } from './scenario.ts';
import { setKey, setsOf, stuckIn } from './sets.ts';
import type { Stage } from './stage.ts';
import { DONE, type Done, perform } from './steps.ts';
import { WhatIfError } from './what-if-error.ts';

export interface WhatIfOptions extends ConductOptions {
  readonly stage: Stage;
  readonly scenario: Scenario;
  readonly seed: number;
  /** Longest virtual time for a step that does not come to rest. */
  readonly limitMs: number;
}

export const DEFAULTS = { startDelayMs: 2_000, readyAfterMs: 5_000, limitMs: 900_000, seed: 1 } as const;

const NOT_READY = 'node.kubernetes.io/not-ready';
const BOOT_MS = 60_000;
/** An imported world is taken as it is after so much silence. */
const SETTLED_MS = 5_000;
const MOST_SETTLED_MS = 15_000;
/** How long an imported world is shown before anything is done to it. */
const FOUND_MS = 10_000;
/** At rest: nothing has changed for this long, and for as long as anything may take that happens in silence. */
const REST_MS = 120_000;
/** Nodes that are away are found out after 40 s, and their pods evicted 300 s later: a long silence. */
const AWAY_REST_MS = 400_000;
const TAKES_AWAY: ReadonlySet<string> = new Set([
  'lose-node',
  'lose-zone',
  'partition',
  'restore-node',
  'restore-zone',
]);
/** Exits that are no crash: at its own end, stopped, killed, power lost. */
const PEACEFUL: ReadonlySet<number> = new Set([0, 137, 143, 255]);

/** Plays a scenario in virtual time and tells what came of it. Throws WhatIfError for what the user has to mend. */
export async function whatIf(options: WhatIfOptions): Promise<Report> {
  const { stage, seed } = options;
  const conduct = new Conduct(options);
  const world = await World.start(
    {
      seed,
      nodes: stage.nodes,
      controllerManagers: 1,
      events: true,
      everyKind: true,
      temper: conduct,
      provisionerAliases: stage.provisionerAliases,
      ...(stage.startMs === undefined ? {} : { startMs: stage.startMs }),
    },
    (unstarted) => stage.prepare(unstarted, conduct),
  );
  try {
    return await new WhatIf(options, world, conduct).go();
  } finally {
    world.stop();
  }
}

/** What the API refuses is the user's to mend. */
function refused(title: string, error: unknown): never {
  if (error instanceof StatusError) throw new WhatIfError(`${title}: the API refused it: ${error.message}`);
  throw error;
}

class WhatIf {
  readonly #o: WhatIfOptions;
  readonly #world: World;
  readonly #conduct: Conduct;
  readonly #lines = new MemberLines();
  readonly #wanted = new Map<string, Wanted[]>();
  readonly #crashes = new Map<string, number>();
  readonly #steps: StepReport[] = [];
  #originMs = 0;
  #changedMs = 0;

  constructor(options: WhatIfOptions, world: World, conduct: Conduct) {
    this.#o = options;
    this.#world = world;
    this.#conduct = conduct;
  }

  async go(): Promise<Report> {
    const { scenario, seed, stage } = this.#o;
    const world = this.#world;
    await this.#begin();
    // How members behave has to be known before there are any.
    const steps = [...scenario.steps];
    const early: ScenarioStep[] = [];
    while (stage.bringUp !== null && steps[0]?.do === 'followers-need-leader') early.push(steps.shift()!);
    if (stage.bringUp === null) await this.#play('as found', REST_MS, async () => DONE, FOUND_MS);
    else await this.#bringUp(stage.bringUp, early);
    for (const step of steps) await this.#step(step);
    const members = this.#lines.lines(this.#originMs, world.clock.monotonic());
    const stuck = this.#steps.some(({ failed }) => failed) || (this.#steps.at(-1)?.stuck.length ?? 0) > 0;
    return {
      scenario: scenario.name,
      seed,
      nodes: [...world.machines.values()].map(({ name, zone }) => ({ name, zone })),
      notes: stage.notes,
      steps: this.#steps,
      members,
      quorumLosses: quorumLosses(members, this.#wanted),
      outcome: stuck ? 'stuck' : 'as wanted',
    };
  }

  /** Until the nodes are there; what is there already comes to rest before time begins to count. */
  async #begin(): Promise<void> {
    const { clock, history, journal } = this.#world;
    journal.on((entry) => {
      if (entry.kind === 'exited' && !PEACEFUL.has(entry.exitCode)) {
        const pod = `${entry.container.namespace}/${entry.container.pod}`;
        this.#crashes.set(pod, (this.#crashes.get(pod) ?? 0) + 1);
      }
      if (entry.kind !== 'write') return;
      if (isMaterial(entry.event)) this.#changedMs = entry.atMs;
      const { key, type, entry: stored } = entry.event;
      const { namespace = '', name = '' } = stored.value.metadata;
      if (key.startsWith('core/pods/')) this.#conduct.seen(namespace, name, type === 'delete' ? null : stored.value);
    });
    const usable = (): boolean =>
      [...this.#world.machines.values()].every(({ name, on }) => {
        const taints: readonly { key: string }[] | undefined = history.now(`core/nodes/${name}`)?.spec?.taints;
        return !on || (history.now(`core/nodes/${name}`) !== null && !taints?.some(({ key }) => key === NOT_READY));
      }) && history.now('core/serviceaccounts/default/default') !== null;
    await clock.run(clock.now() + BOOT_MS, usable);
    if (this.#o.stage.bringUp === null) await this.#untilRest(SETTLED_MS, MOST_SETTLED_MS);
    this.#originMs = clock.monotonic();
    this.#follow();
  }

  #follow(): void {
    const { journal, machines } = this.#world;
    for (const pod of present(this.#world, 'core/pods')) this.#lines.pod(pod, false, this.#originMs);
    for (const { name, on } of machines.values()) if (!on) this.#lines.machine(name, true, this.#originMs);
    for (const set of setsOf(this.#world)) this.#want(setKey(set), set.spec?.replicas ?? 1, this.#originMs);
    journal.on((entry) => {
      this.#lines.on(entry);
      if (entry.kind !== 'write' || !entry.event.key.startsWith('apps/statefulsets/')) return;
      const set = entry.event.entry.value;
      const gone = entry.event.type === 'delete' || set.metadata.deletionTimestamp !== undefined;
      this.#want(setKey(set), gone ? 0 : (set.spec?.replicas ?? 1), entry.atMs);
    });
  }

  #want(set: string, replicas: number, atMs: number): void {
    const changes = this.#wanted.get(set) ?? [];
    this.#wanted.set(set, changes);
    if (changes.at(-1)?.replicas !== replicas) changes.push({ fromMs: Math.round(atMs - this.#originMs), replicas });
  }

  async #bringUp(bringUp: (world: World) => Promise<void>, early: readonly ScenarioStep[]): Promise<void> {
    await this.#play(['start', ...early.map(describeStep)].join(', '), REST_MS, async (stopped) => {
      await bringUp(this.#world);
      for (const step of early) await this.#perform(step, stopped);
      return DONE;
    });
  }

  #perform(step: ScenarioStep, stopped: () => boolean): Promise<Done> {
    return perform({ world: this.#world, conduct: this.#conduct, lines: this.#lines, stopped }, step);
  }

  async #step(step: ScenarioStep): Promise<void> {
    const restMs = TAKES_AWAY.has(step.do) ? AWAY_REST_MS : REST_MS;
    const exactMs = step.do === 'wait' ? step.forMs : null;
    await this.#play(describeStep(step), restMs, (stopped) => this.#perform(step, stopped), exactMs);
  }

  /** Does something and lets time pass until the world is at rest, the limit is reached, or exactly so long. */
  async #play(
    title: string,
    restMs: number,
    act: (stopped: () => boolean) => Promise<Done>,
    exactMs: number | null = null,
  ): Promise<void> {
    const { clock } = this.#world;
    const fromMs = clock.monotonic();
    this.#changedMs = fromMs;
    this.#crashes.clear();
    let [over, settled] = [false, false];
    const acting = act(() => over).finally(() => {
      settled = true;
    });
    // It is awaited below, once time has passed.
    acting.catch(() => undefined);
    const failed = acting.then(
      () => false,
      () => true,
    );
    let ended: StepReport['ended'] = 'waited';
    if (exactMs !== null) await clock.run(clock.now() + exactMs, () => false);
    else ended = await this.#untilRest(restMs, this.#o.limitMs);
    over = true;
    if (!settled) await clock.settle(failed);
    const done = await acting.catch((error: unknown) => refused(title, error));
    const since = (atMs: number): number => Math.round(atMs - this.#originMs);
    this.#steps.push({
      step: title,
      fromMs: since(fromMs),
      toMs: since(clock.monotonic()),
      changedMs: since(this.#changedMs),
      ended,
      failed: done.failed,
      notes: [...done.notes, ...this.#crashNotes()],
      stuck: stuckIn(this.#world, done.budgets),
    });
  }

  #crashNotes(): string[] {
    if (this.#crashes.size === 0) return [];
    const texts = [...this.#crashes].sort().map(([pod, count]) => `${pod} ${count === 1 ? 'once' : `${count} times`}`);
    return [`crashed: ${texts.join(', ')}`];
  }

  /** Crash loops write seldom and never rest. */
  async #untilRest(leastMs: number, limitMs: number): Promise<'at rest' | 'limit'> {
    const { clock, history } = this.#world;
    const restMs = leastMs + this.#slownessMs();
    const endMs = clock.monotonic() + limitMs;
    const resting = (): boolean =>
      clock.monotonic() - this.#changedMs >= restMs && ![...history.all('core/pods').values()].some(isCrashing);
    await clock.run(clock.now() + limitMs, () => clock.monotonic() >= endMs || resting());
    return resting() ? 'at rest' : 'limit';
  }

  /** How long members may take in silence to start, get ready and be available. */
  #slownessMs(): number {
    const { startDelayMs, readyAfterMs } = this.#o;
    const ofSets = setsOf(this.#world).map(({ spec }) => {
      const readyAfter = readyMs({ metadata: {}, spec: spec?.template?.spec }) ?? 0;
      return readyAfter + Number(spec?.minReadySeconds ?? 0) * 1000;
    });
    return startDelayMs + readyAfterMs + Math.max(0, ...ofSets);
  }
}
