import type { KubeObject } from '../../schema/object.ts';
import type { Checker, CheckerContext, CheckerDefinition } from './checker.ts';
import type { Pass } from './decisions.ts';
import {
  annotationOf,
  isOrdered,
  isUnavailable,
  mayBeMember,
  OPT_IN_COUNTING,
  OPT_IN_STUCK,
  ordinalsOf,
  REVISION_LABEL,
  replicasOf,
} from './facts.ts';
import { Evictions } from './s09-evictions.ts';
import { type UpdateDelete, updateDelete } from './update-deletes.ts';

/** maxUnavailable as a number: percent rounds down, never less than one. */
function allowedUnavailable(set: KubeObject): number {
  const value: number | string = set.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1;
  if (typeof value === 'number') return Math.max(1, value);
  return Math.max(1, Math.floor((Number.parseFloat(value) / 100) * replicasOf(set)));
}

/** A rolling update makes no more unavailable than it may. */
class UpdateBudget implements Checker {
  readonly #context: CheckerContext;
  readonly #perPass = new WeakMap<Pass, number>();

  constructor(context: CheckerContext) {
    this.#context = context;
  }

  on(entry: Parameters<NonNullable<Checker['on']>>[0]): void {
    const update = updateDelete(this.#context.decisions, entry);
    if (update === null) return;
    const { pass, set } = update.decision;
    const count = (this.#perPass.get(pass) ?? 0) + 1;
    this.#perPass.set(pass, count);
    this.#context.evaluated();
    if (this.#isStuck(update)) return;
    const corrected = annotationOf(set, OPT_IN_COUNTING) !== undefined;
    const budgeted = this.#context.gates.MaxUnavailableStatefulSet === true || corrected;
    if (budgeted) this.#withinBudget(update, count);
    else if (annotationOf(set, OPT_IN_STUCK) === undefined) this.#oneByOne(update, count);
  }

  /** A set that asks for it takes a member away because it gives nothing, so that nothing more is missing: O1 judges that. */
  #isStuck({ decision, name }: UpdateDelete): boolean {
    const { set, nowMs } = decision;
    const optIns = isOrdered(set) ? [OPT_IN_STUCK] : [OPT_IN_STUCK, OPT_IN_COUNTING];
    if (optIns.every((optIn) => annotationOf(set, optIn) === undefined)) return false;
    return decision.sometime((pods) => {
      const victim = pods.get(name);
      return victim !== undefined && isUnavailable(set, victim, nowMs);
    });
  }

  /** Gate off: one at a time, and none while a higher one is unavailable. */
  #oneByOne({ decision, name, index }: UpdateDelete, count: number): void {
    const { set, nowMs } = decision;
    const { violated } = this.#context;
    if (count > 1) violated(`${set.metadata.name} deleted ${name}, its ${count}. for an update in one pass`);
    const above = ordinalsOf(set).slice(index + 1);
    const allAvailable = decision.sometime((pods) =>
      above.every((ordinal) => {
        const one = pods.get(`${set.metadata.name}-${ordinal}`);
        return one !== undefined && mayBeMember(set, one) && !isUnavailable(set, one, nowMs);
      }),
    );
    if (!allAvailable)
      violated(`${set.metadata.name} deleted ${name} for an update while one above it was unavailable`);
  }

  /** Gate on: those unavailable for whatever reason and those deleted in this pass fit into maxUnavailable. */
  #withinBudget({ decision, name }: UpdateDelete, count: number): void {
    const { set, nowMs } = decision;
    const update = this.#context.decisions.updateRevisions(set);
    const free = [OPT_IN_COUNTING, OPT_IN_STUCK].some((optIn) => annotationOf(set, optIn) !== undefined);
    const allowed = allowedUnavailable(set);
    const least = { value: Number.POSITIVE_INFINITY };
    decision.sometime((pods) => {
      const down = ordinalsOf(set).filter((ordinal) => {
        const one = pods.get(`${set.metadata.name}-${ordinal}`);
        if (one === undefined || !mayBeMember(set, one)) return true;
        if (!isUnavailable(set, one, nowMs)) return false;
        // Opt-ins do not count what was broken before the rollout got to it.
        const underway =
          one.metadata.deletionTimestamp !== undefined || update.has(one.metadata.labels?.[REVISION_LABEL] ?? '');
        return !free || underway;
      }).length;
      least.value = Math.min(least.value, down);
      return false;
    });
    if (least.value + count <= allowed) return;
    this.#context.violated(
      `${set.metadata.name} deleted ${name}, its ${count}. for an update in one pass, with ${least.value} unavailable and ${allowed} allowed`,
    );
  }
}

export const S9: CheckerDefinition = {
  id: 'S9',
  title: 'an update makes no more unavailable than it may; evictions keep to their budgets',
  create(context) {
    const parts = [new UpdateBudget(context), new Evictions(context)];
    return {
      on(entry) {
        for (const part of parts) part.on(entry);
      },
    };
  },
};
