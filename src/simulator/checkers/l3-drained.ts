import type { KubeObject } from '../../schema/object.ts';
import { labelSelectorMatcher } from '../../schema/selectors.ts';
import type { Call } from '../network/network-client.ts';
import type { JournalEntry } from '../observe/journal.ts';
import { DRAIN_OVER } from '../operations/repair.ts';
import type { Checker, CheckerContext, CheckerDefinition } from './checker.ts';
import { controllerRef, described, isReady, isTerminating, podKey, setKey } from './facts.ts';

const PERCENT = /^(\d+)%$/;

/** A count or a percentage of `of`, rounded up. */
function resolved(value: number | string, of: number): number {
  const percent = typeof value === 'string' ? PERCENT.exec(value) : null;
  return percent === null ? Number(value) : Math.ceil((Number(percent[1]) * of) / 100);
}

/** Whoever drains gets there, and whoever is to go is gone. */
class Drained implements Checker {
  readonly #context: CheckerContext;
  #healed = false;
  /** What budgets allowed when an eviction was asked for. */
  readonly #allowed = new WeakMap<Call, number>();
  /** Evictions refused since the faults stopped, by pod. */
  readonly #refused = new Set<string>();

  constructor(context: CheckerContext) {
    this.#context = context;
  }

  on(entry: JournalEntry): void {
    if (entry.kind === 'phase') this.#healed = entry.what === 'healed';
    if (!this.#healed) return;
    if (entry.kind === 'call' && entry.call.subresource === 'eviction') {
      this.#allowed.set(entry.call, this.#allowedFor(entry.call));
    } else if (entry.kind === 'answered' && entry.call.subresource === 'eviction' && entry.answer.code === 429) {
      this.#refusal(entry.call);
    } else if (entry.kind === 'operation' && entry.what === DRAIN_OVER) this.#over(entry.detail);
  }

  /** Disruptions the one budget of a pod allows; 0 where there is none, more than one, or none that is current. */
  #allowedFor({ target, name }: Call): number {
    const pod = this.#context.history.now(podKey(target.namespace ?? '', name));
    const budgets = pod === null ? [] : this.#budgetsOf(pod);
    const [budget] = budgets;
    if (budget === undefined || budgets.length > 1) return 0;
    const isCurrent = (budget.status?.observedGeneration ?? 0) >= (budget.metadata.generation ?? 0);
    return isCurrent ? (budget.status?.disruptionsAllowed ?? 0) : 0;
  }

  #budgetsOf(pod: KubeObject): readonly KubeObject[] {
    return [...this.#context.history.all('policy/poddisruptionbudgets').values()].filter(
      ({ metadata, spec }) =>
        metadata.namespace === pod.metadata.namespace &&
        spec.selector !== undefined &&
        labelSelectorMatcher(spec.selector).matches(pod.metadata.labels),
    );
  }

  #refusal(call: Call): void {
    const { evaluated, violated } = this.#context;
    evaluated();
    this.#refused.add(call.name);
    const [then, now] = [this.#allowed.get(call) ?? 0, this.#allowedFor(call)];
    if (then > 0 && now > 0) violated(`the eviction of ${call.name} was refused, and its budget allows ${now}`);
  }

  /** A user has drained a node for minutes: what is left there is what budgets did not let go. */
  #over(detail: string): void {
    const { history, evaluated, violated } = this.#context;
    const { node } = JSON.parse(detail) as { readonly node: string };
    evaluated();
    for (const pod of history.all('core/pods').values()) {
      if (pod.spec.nodeName !== node || isTerminating(pod) || this.#refused.has(pod.metadata.name ?? '')) continue;
      violated(`node ${node} was drained, and ${described(pod)}, whose eviction nobody refused, is still there`);
    }
  }

  settled(): void {
    const { history, evaluated, violated } = this.#context;
    for (const pod of history.all('core/pods').values()) {
      evaluated();
      if (isTerminating(pod)) violated(`at rest, ${described(pod)} is still terminating on ${pod.spec.nodeName}`);
      const node: string | undefined = pod.spec.nodeName;
      if (node !== undefined && history.now(`core/nodes/${node}`) === null) {
        violated(`at rest, ${described(pod)} is on node ${node}, which is gone`);
      }
    }
    for (const budget of history.all('policy/poddisruptionbudgets').values()) this.#atRest(budget);
  }

  /** A budget at rest allows what it should: too little would stop every drain. */
  #atRest(budget: KubeObject): void {
    const { history, evaluated, violated } = this.#context;
    evaluated();
    const { namespace = '' } = budget.metadata;
    const matcher = labelSelectorMatcher(budget.spec.selector);
    const pods = [...history.all('core/pods').values()].filter(
      ({ metadata }) => metadata.namespace === namespace && matcher.matches(metadata.labels),
    );
    const sets = new Set(pods.flatMap((pod) => controllerRef(pod)?.name ?? []));
    let scale = 0;
    for (const name of sets) scale += history.now(setKey(namespace, name))?.spec.replicas ?? 0;
    const { minAvailable, maxUnavailable } = budget.spec;
    const expected = typeof minAvailable === 'number' ? pods.length : scale;
    const desired =
      minAvailable !== undefined
        ? resolved(minAvailable, expected)
        : Math.max(0, expected - resolved(maxUnavailable ?? 1, expected));
    const healthy = pods.filter((pod) => isReady(pod) && !isTerminating(pod)).length;
    const wanted = expected <= 0 ? 0 : Math.max(0, healthy - desired);
    const allowed: number = budget.status?.disruptionsAllowed ?? 0;
    if (allowed !== wanted) {
      violated(
        `at rest, ${described(budget)} allows ${allowed}, not ${wanted}: ${healthy} healthy, ${desired} wanted of ${expected}`,
      );
    }
  }
}

export const L3: CheckerDefinition = {
  id: 'L3',
  title: 'drains finish when budgets permit; what is to go from nodes that came back is gone',
  create: (context) => new Drained(context),
};
