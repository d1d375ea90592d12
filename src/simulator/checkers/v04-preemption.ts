import type { KubeObject } from '../../schema/object.ts';
import { labelSelectorMatcher } from '../../schema/selectors.ts';
import type { JournalEntry, Seen } from '../observe/journal.ts';
import { claimsOf } from '../observe/observed-volumes.ts';
import type { Checker, CheckerContext, CheckerDefinition } from './checker.ts';
import type { CallEntry, WriteEntry } from './decisions.ts';
import { claimKey, described, isTerminating, nodeKey, podKey } from './facts.ts';

/** Room is made for a pod that was waiting within this long before what the scheduler knew of. */
const WAITED_MS = 60_000;
/** What became of a preemption is looked at for so long after its victims were chosen. */
const CHOSEN_MS = 120_000;
/** A budget that allowed nothing for so long was known to all. */
const KNOWN_MS = 30_000;

/** A binding that went astray is given up after so long at the most. */
const BINDING_MS = 15_000;

interface Victim {
  readonly pod: KubeObject;
  readonly atMs: number;
  readonly spared: boolean;
  /** Who was on its node when it was chosen. */
  readonly present: readonly string[];
  /** Room on its node counted that nobody else can see: of one who had left unheard, or who waits for its volumes to go there. */
  readonly behind: boolean;
}

const priorityOf = (pod: KubeObject): number => pod.spec.priority ?? 0;
const isUnplaced = (pod: KubeObject | null): pod is KubeObject => pod !== null && (pod.spec.nodeName ?? '') === '';

/** Room is made for those who are more important, by the fewest, and budgets come first (node.md 7.5). */
class Preemption implements Checker {
  readonly #context: CheckerContext;
  /** When each pod without a node was last seen so, with its priority. */
  readonly #waiting = new Map<string, { priority: number; atMs: number }>();
  readonly #victims = new Map<string, Victim[]>();
  /** What the scheduler knew when it marked a victim, by the victim's key: it had chosen it by then. */
  readonly #marked = new Map<string, Seen>();
  /** When a pod last left each node: the revision. */
  readonly #left = new Map<string, number>();
  /** When a binding last went astray: the pod has its room until that is given up. */
  #boundInVainMs = Number.NEGATIVE_INFINITY;
  /** When each revision that concerned a pod was written, in order. */
  readonly #written: { readonly revision: number; readonly atMs: number }[] = [];

  constructor(context: CheckerContext) {
    this.#context = context;
  }

  on(entry: JournalEntry): void {
    if (entry.kind === 'write' && entry.event.key.startsWith('core/pods/')) this.#podWritten(entry);
    else if (entry.kind === 'call' && entry.call.program.startsWith('kube-scheduler#')) this.#called(entry);
    else if (
      entry.kind === 'mishap' &&
      entry.program.startsWith('kube-scheduler#') &&
      entry.detail.endsWith('/binding')
    )
      this.#boundInVainMs = entry.atMs;
  }

  #podWritten({ event, atMs }: WriteEntry): void {
    this.#written.push({ revision: event.revision, atMs });
    const pod = event.type === 'delete' ? null : event.entry.value;
    const before = event.previous?.value ?? null;
    // While it waits it may be waited for: its time counts from the end of that.
    if (isUnplaced(before) && priorityOf(before) > 0)
      this.#waiting.set(event.key, { priority: priorityOf(before), atMs });
    if (pod === null) {
      const node: string = before?.spec.nodeName ?? '';
      const isVictim = this.#victims.get(node)?.some((victim) => victim.pod.metadata.uid === before?.metadata.uid);
      if (isVictim !== true) this.#left.set(node, event.revision);
      return;
    }
    if (isUnplaced(pod) && priorityOf(pod) > 0)
      this.#waiting.set(event.key, { priority: priorityOf(pod), atMs: Number.POSITIVE_INFINITY });
    else if (before !== null && isUnplaced(before) && priorityOf(pod) > 0) this.#placed(pod, atMs);
  }

  #called({ call, atMs, seen }: CallEntry & { readonly atMs: number }): void {
    if (call.target.resource !== 'pods') return;
    const { history, evaluated, violated } = this.#context;
    const key = podKey(call.target.namespace ?? '', call.name);
    if (call.verb === 'patch') this.#marked.set(key, seen);
    if (call.verb !== 'delete') return;
    const pod = history.now(key);
    const { uid } = call.options?.preconditions ?? {};
    if (uid === undefined) violated(`${call.name} is to make room, whoever that is by now`);
    if (pod === null || pod.metadata.uid !== uid) return;
    evaluated();
    const known = (this.#marked.get(key) ?? seen).pods;
    const knownMs = this.#timeOf(known) ?? atMs;
    const wanted = [...this.#waiting.values()].some(
      (one) => one.priority > priorityOf(pod) && knownMs - one.atMs < WAITED_MS,
    );
    if (!wanted) violated(`${described(pod)} was preempted, and nobody more important waits for room`);
    if (isTerminating(pod)) return;
    const node: string = pod.spec.nodeName ?? '';
    const victims = (this.#victims.get(node) ?? []).filter((victim) => atMs - victim.atMs < CHOSEN_MS);
    const present = this.#on(node).map(({ metadata }) => metadata.uid ?? '');
    const left = (this.#left.get(node) ?? 0) > (known ?? Number.POSITIVE_INFINITY);
    const behind = left || this.#isPromised(node) || atMs - this.#boundInVainMs < BINDING_MS;
    this.#victims.set(node, [...victims, { pod, atMs, spared: this.#isSpared(pod, atMs), present, behind }]);
  }

  /** A pod that waits for its claims to be bound has its room already: on the node that was selected for them. */
  #isPromised(node: string): boolean {
    const { history } = this.#context;
    const waiting = [...history.all('core/pods').values()].filter(isUnplaced);
    return waiting.some((pod) =>
      claimsOf(pod).some((name) => {
        const claim = history.now(claimKey(pod.metadata.namespace ?? '', name));
        return claim?.metadata.annotations?.['volume.kubernetes.io/selected-node'] === node;
      }),
    );
  }

  /** When the last thing happened that a cache at this revision has heard of. */
  #timeOf(revision: number | undefined): number | undefined {
    if (revision === undefined) return undefined;
    return this.#written.findLast((one) => one.revision <= revision)?.atMs;
  }

  #on(node: string): readonly KubeObject[] {
    return [...this.#context.history.all('core/pods').values()].filter(({ spec }) => spec.nodeName === node);
  }

  #budgetsOf({ metadata }: KubeObject): readonly (readonly [string, KubeObject])[] {
    return [...this.#context.history.all('policy/poddisruptionbudgets')].filter(
      ([, budget]) =>
        budget.metadata.namespace === metadata.namespace &&
        budget.spec.selector !== undefined &&
        labelSelectorMatcher(budget.spec.selector).matches(metadata.labels),
    );
  }

  /** A budget says, and has said for long, that this pod should not be disrupted. */
  #isSpared(pod: KubeObject, atMs: number): boolean {
    return this.#budgetsOf(pod).some(([key, budget]) => {
      if (budget.status?.disruptedPods?.[pod.metadata.name ?? ''] !== undefined) return false;
      const versions = this.#context.history.versions(key);
      const recent = versions.filter((_, index) => (versions[index + 1]?.atMs ?? atMs) >= atMs - KNOWN_MS);
      const old = versions[0] !== undefined && atMs - versions[0].atMs >= KNOWN_MS;
      return old && recent.every(({ object }) => object !== null && (object.status?.disruptionsAllowed ?? 0) === 0);
    });
  }

  /** Nobody had to go who fits beside the one that room was made for. */
  #fewest(pod: KubeObject, node: string, victims: readonly Victim[]): void {
    const { history, violated } = this.#context;
    const here = this.#on(node);
    const gone = new Set(victims.map((victim) => victim.pod.metadata.uid ?? ''));
    const [first] = victims;
    // Where others left or came meanwhile, nobody can tell any more what the scheduler saw.
    const others = here.filter(({ metadata }) => metadata.uid !== pod.metadata.uid);
    const before = first?.present.filter((uid) => !gone.has(uid)) ?? [];
    const same = before.length === others.length && others.every(({ metadata }) => before.includes(metadata.uid ?? ''));
    if (!same || victims.some(({ atMs, behind }) => behind || atMs !== first?.atMs)) return;
    const capacity = Number(history.now(nodeKey(node))?.status?.allocatable?.cpu ?? 0) * 1000;
    const free = capacity - here.reduce((sum, one) => sum + requestOf(one), 0);
    for (const victim of victims) {
      if (requestOf(victim.pod) <= free)
        violated(`${described(victim.pod)} was preempted, and there is room for it beside ${described(pod)}`);
    }
  }

  /** Room was found where members had to go: those a budget spares go only when no other is left. */
  #placed(pod: KubeObject, atMs: number): void {
    const { history, evaluated, violated } = this.#context;
    const node: string = pod.spec.nodeName ?? '';
    const { namespace = '', name = '', uid } = pod.metadata;
    const own = podKey(namespace, name);
    const born = history.versions(own).find(({ object }) => object?.metadata.uid === uid)?.atMs ?? 0;
    // Those chosen before it was made had to go for another, which went away since.
    const victims = (this.#victims.get(node) ?? []).filter((one) => atMs - one.atMs < CHOSEN_MS && one.atMs >= born);
    this.#victims.delete(node);
    const first = Math.min(...victims.map((victim) => victim.atMs));
    if (victims.length === 0 || history.now(nodeKey(node)) === null) return;
    evaluated();
    // Somebody else who waited then may be the one they had to go for, though this one was the first to come.
    const alone = [...this.#waiting].every(([key, one]) => key === own || one.atMs < first);
    if (alone) this.#fewest(pod, node, victims);
    const spared = victims.find((victim) => victim.spared);
    if (spared === undefined) return;
    for (const [key, other] of history.all('core/pods')) {
      if (other.spec.nodeName !== node || isTerminating(other) || priorityOf(other) > 0) continue;
      const bound = history
        .versions(key)
        .find((one) => one.object?.metadata.uid === other.metadata.uid && one.object?.spec.nodeName);
      const wasThere = bound !== undefined && first - bound.atMs >= KNOWN_MS;
      if (wasThere && requestOf(other) >= requestOf(spared.pod) && this.#budgetsOf(other).length === 0) {
        violated(`${described(spared.pod)} was preempted against its budget, and ${described(other)} could stay`);
      }
    }
  }
}

/** Thousandths of a processor that a pod asks for. */
function requestOf(pod: KubeObject): number {
  const asked: readonly string[] = (pod.spec.containers ?? []).map(
    ({ resources }: { resources?: { requests?: { cpu?: string } } }) => resources?.requests?.cpu ?? '0',
  );
  return asked.reduce((sum, one) => sum + (one.endsWith('m') ? Number(one.slice(0, -1)) : Number(one) * 1000), 0);
}

export const V4: CheckerDefinition = {
  id: 'V4',
  title: 'pods make room for more important ones only, as few as will do, and those of a spent budget last',
  create: (context) => new Preemption(context),
};
