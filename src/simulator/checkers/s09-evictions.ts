import { parseTime } from '../../base/time.ts';
import type { KubeObject } from '../../schema/object.ts';
import { labelSelectorMatcher } from '../../schema/selectors.ts';
import type { JournalEntry } from '../observe/journal.ts';
import type { Checker, CheckerContext } from './checker.ts';
import type { CallEntry, WriteEntry } from './decisions.ts';
import { isReady, isTerminating } from './facts.ts';

const BUDGETS = 'policy/poddisruptionbudgets/';
const BUDGETS_RESOURCE = 'poddisruptionbudgets';
/** A granted eviction counts this long; longer than any request of the server takes. */
const GRANTED_MS = 120_000;
/** A budget younger than this may not have been there when the eviction was judged. */
const NEW_MS = 5_000;

const selects = (budget: KubeObject, pod: KubeObject): boolean =>
  budget.spec.selector !== undefined && labelSelectorMatcher(budget.spec.selector).matches(pod.metadata.labels);
const disruptedOf = (budget: KubeObject): Readonly<Record<string, string>> => budget.status?.disruptedPods ?? {};
const said = ({ metadata }: KubeObject): string => `budget ${metadata.namespace}/${metadata.name}`;

/**
 * Evictions against budgets: what the controller allows is what it knew to be spare, every eviction takes exactly one from what
 * is allowed, and no healthy pod of a budget is evicted without.
 */
export class Evictions implements Checker {
  readonly #context: CheckerContext;
  /** Pod names by namespace, gone ones too. */
  readonly #names = new Map<string, Set<string>>();

  constructor(context: CheckerContext) {
    this.#context = context;
  }

  on(entry: JournalEntry): void {
    if (entry.kind === 'call') this.#called(entry);
    if (entry.kind !== 'write' || entry.event.type === 'delete') return;
    if (entry.event.key.startsWith(BUDGETS)) this.#charged(entry);
    else if (entry.event.key.startsWith('core/pods/')) this.#podWritten(entry);
  }

  #charged({ event }: WriteEntry): void {
    const { evaluated, violated } = this.#context;
    const budget = event.entry.value;
    const before = event.previous?.value;
    if (before === undefined || before.metadata.uid !== budget.metadata.uid) return;
    const added = Object.keys(disruptedOf(budget)).filter((name) => disruptedOf(before)[name] === undefined);
    if (added.length === 0) return;
    evaluated();
    const [had, has] = [before.status?.disruptionsAllowed ?? 0, budget.status?.disruptionsAllowed ?? 0];
    if (had < 1 || has !== had - 1 || added.length > 1) {
      violated(`${said(budget)} allowed ${had} disruptions and ${has} after the eviction of ${added.join(', ')}`);
    }
    if ((before.status?.observedGeneration ?? 0) < (before.metadata.generation ?? 0)) {
      violated(`${said(budget)} granted the eviction of ${added.join(', ')} by a status of an earlier generation`);
    }
  }

  #podWritten({ event, atMs }: WriteEntry): void {
    const { history, evaluated, violated } = this.#context;
    const { namespace = '', name = '' } = event.entry.value.metadata;
    let names = this.#names.get(namespace);
    if (names === undefined) {
      names = new Set();
      this.#names.set(namespace, names);
    }
    names.add(name);
    const before = event.previous?.value;
    if (before === undefined || isEvicted(before) || !isEvicted(event.entry.value)) return;
    if (before.status?.phase !== 'Running' || !isReady(before) || isTerminating(before)) return;
    for (const [key, budget] of history.all('policy/poddisruptionbudgets')) {
      if (budget.metadata.namespace !== namespace || !selects(budget, before)) continue;
      // Budgets, labels and readiness may change between the judgement and this write.
      const recent = [...history.versions(key).slice(0, 1), ...history.versions(event.key).slice(-2, -1)];
      if (recent.some((version) => atMs - version.atMs < NEW_MS)) continue;
      evaluated();
      if (disruptedOf(budget)[name] === undefined) {
        violated(`healthy pod ${namespace}/${name} was evicted without taking from ${said(budget)}`);
      }
    }
  }

  /** The disruption controller says what it allows: it must be what it can have seen. */
  #called(entry: CallEntry): void {
    const { call, seen, nowMs = 0 } = entry;
    if (call.part !== 'disruption' || call.subresource !== 'status' || call.target.resource !== BUDGETS_RESOURCE)
      return;
    const { history, decisions, evaluated, violated } = this.#context;
    const budget = call.body as KubeObject;
    const pass = decisions.passOf(call, call.name);
    const { disruptionsAllowed = 0, currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {};
    if (pass === null || disruptionsAllowed === 0) return;
    evaluated();
    if (disruptionsAllowed > currentHealthy - desiredHealthy) {
      violated(
        `${said(budget)} allows ${disruptionsAllowed} with ${currentHealthy} healthy of ${desiredHealthy} desired`,
      );
    }
    const known = history.at(
      `${BUDGETS}${call.target.namespace}/${call.name}`,
      Number(budget.metadata.resourceVersion),
    );
    if (known === null) return;
    const names = [...(this.#names.get(call.target.namespace ?? '') ?? [])];
    const [low, high] = [pass.seen.pods ?? 0, seen.pods ?? 0];
    const counts = new Set<number>();
    for (const revision of this.#moments(names, call.target.namespace ?? '', low, high)) {
      const pods = names.flatMap((name) => history.at(`core/pods/${call.target.namespace}/${name}`, revision) ?? []);
      counts.add(pods.filter((pod) => selects(known, pod) && isSpared(pod, known, nowMs)).length);
    }
    if (Math.max(...counts) < currentHealthy) {
      violated(
        `${said(budget)} says ${currentHealthy} are healthy and allows ${disruptionsAllowed}; from @${low} to @${high} there were ` +
          `at most ${Math.max(...counts)}`,
      );
    }
  }

  #moments(names: readonly string[], namespace: string, low: number, high: number): ReadonlySet<number> {
    const moments = new Set([low]);
    for (const name of names) {
      const versions = this.#context.history.versions(`core/pods/${namespace}/${name}`);
      for (let i = versions.length - 1; i >= 0 && versions[i]!.revision > low; i--) {
        if (versions[i]!.revision <= high) moments.add(versions[i]!.revision);
      }
    }
    return moments;
  }
}

/** Counts as healthy: Ready, not going, and not just granted to somebody for eviction. */
function isSpared(pod: KubeObject, budget: KubeObject, nowMs: number): boolean {
  const granted = disruptedOf(budget)[pod.metadata.name ?? ''];
  const pending = granted !== undefined && parseTime(granted) + GRANTED_MS > nowMs;
  return isReady(pod) && !isTerminating(pod) && !pending;
}

function isEvicted(pod: KubeObject): boolean {
  return (pod.status?.conditions ?? []).some(
    ({ type, status, reason }: { type: string; status: string; reason?: string }) =>
      type === 'DisruptionTarget' && status === 'True' && reason === 'EvictionByEvictionAPI',
  );
}
