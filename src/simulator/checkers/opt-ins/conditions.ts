import type { KubeObject } from '../../../schema/object.ts';
import type { Checker, CheckerContext, CheckerDefinition } from '../checker.ts';
import { annotationOf, described, isTerminating, replicasOf } from '../facts.ts';

const OPT_IN_CONDITIONS = 'perdure.dev/conditions';
const TYPES = ['Available', 'Progressing', 'Blocked'] as const;

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly lastTransitionTime?: string;
}

const conditionOf = (set: KubeObject | undefined, type: string): Condition | undefined =>
  (set?.status?.conditions ?? []).find((condition: Condition) => condition.type === type);

const asks = (set: KubeObject): boolean => annotationOf(set, OPT_IN_CONDITIONS) === 'true';

/** Opt-in conditions: they agree with the counters beside them, and their times with their changes. */
class ConditionsHold implements Checker {
  readonly #context: CheckerContext;

  constructor(context: CheckerContext) {
    this.#context = context;
  }

  on(entry: Parameters<NonNullable<Checker['on']>>[0]): void {
    if (entry.kind !== 'write' || entry.event.type !== 'put') return;
    if (!entry.event.key.startsWith('apps/statefulsets/')) return;
    const set = entry.event.entry.value;
    const before = entry.event.previous?.value;
    if (!asks(set) || set.status?.conditions === undefined || set.status === before?.status) return;
    this.#context.evaluated();
    for (const type of TYPES) this.#timeFollowsStatus(set, conditionOf(set, type), conditionOf(before, type));
    const isCurrent = set.status.observedGeneration === set.metadata.generation;
    if (!isCurrent || conditionOf(set, 'Available')?.status !== 'True') return;
    const available: number = set.status.availableReplicas ?? 0;
    if (available < replicasOf(set)) {
      this.#context.violated(
        `${described(set)} is Available with ${available} of ${replicasOf(set)} members available`,
      );
    }
  }

  #timeFollowsStatus(set: KubeObject, now: Condition | undefined, before: Condition | undefined): void {
    if (now === undefined || before === undefined || now.status !== before.status) return;
    if (now.lastTransitionTime === before.lastTransitionTime) return;
    this.#context.violated(`${described(set)}: ${now.type} stayed ${now.status}, and its time changed`);
  }

  settled(): void {
    const { history, evaluated, violated } = this.#context;
    for (const set of history.all('apps/statefulsets').values()) {
      if (!asks(set) || isTerminating(set)) continue;
      evaluated();
      const { readyReplicas = 0, availableReplicas = 0, replicas = 0 } = set.status ?? {};
      const well = [readyReplicas, availableReplicas, replicas].every((count) => count === replicasOf(set));
      for (const [type, status] of [
        ['Available', 'True'],
        ['Blocked', 'False'],
        ['Progressing', 'True'],
      ] as const) {
        const found = conditionOf(set, type);
        if (found === undefined) violated(`${described(set)} has no condition ${type}`);
        // A write that the server keeps refusing holds a set up whose members are all well.
        else if (well && found.status !== status && found.reason !== 'FailedWrite') {
          violated(
            `${described(set)} is at rest with all members well, and ${type} is ${found.status} (${found.reason})`,
          );
        }
      }
    }
  }
}

export const CONDITIONS: CheckerDefinition = {
  id: 'O2',
  title: 'conditions agree with the counters, and their times change with their statuses only',
  create: (context) => new ConditionsHold(context),
};
