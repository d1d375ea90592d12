import type { Pod } from '../../../controllers/framework/objects.ts';
import { decide } from '../../../controllers/statefulset/decide.ts';
import type { Action, Observed, Plan } from '../../../controllers/statefulset/plan.ts';
import { REVISION_LABEL, replicasOf, type StatefulSet, startOf } from '../../../controllers/statefulset/types.ts';
import type { KubeObject } from '../../../schema/object.ts';
import { ordinalOfName } from '../objects.ts';
import { DECISIONS, type Decisions } from '../pass.ts';

/** A planted bug: the real decision with what it sees, or what it says, distorted. */
export interface Mutant {
  readonly name: string;
  readonly mistake: string;
  /** The predicate that has to catch it. */
  readonly caughtBy: string;
  readonly decisions: Decisions;
  /** Shows only in sets that opt in to more than upstream does. */
  readonly optIn?: true;
}

type Spec = Partial<StatefulSet['spec']>;

export const seeing = (distort: (observed: Observed) => Observed): Decisions => ({
  ...DECISIONS,
  decide: (observed, now) => decide(distort(observed), now),
});

export const saying = (distort: (plan: Plan, observed: Observed, now: number) => Plan): Decisions => ({
  ...DECISIONS,
  decide: (observed, now) => distort(decide(observed, now), observed, now),
});

export const withSpec = (observed: Observed, change: (spec: StatefulSet['spec']) => Spec): Observed => ({
  ...observed,
  set: { ...observed.set, spec: { ...observed.set.spec, ...change(observed.set.spec) } },
});

export function withoutOptIn(observed: Observed, key: string): Observed {
  const { annotations: { [key]: _, ...annotations } = {}, ...metadata } = observed.set.metadata;
  return { ...observed, set: { ...observed.set, metadata: { ...metadata, annotations } } };
}

export const withPods = (observed: Observed, change: (pod: Pod) => Pod): Observed => ({
  ...observed,
  pods: observed.pods.map(change),
});

export const withActions = (plan: Plan, change: (action: Action) => readonly Action[]): Plan => ({
  ...plan,
  batches: plan.batches.map((units) => units.map((unit) => unit.flatMap(change))),
});

export const withoutActions = (plan: Plan, dropped: (action: Action) => boolean): Plan =>
  withActions(plan, (action) => (dropped(action) ? [] : [action]));

export const isTerminating = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;
export const removes = (action: Action): boolean => action.kind === 'delete' && action.why === 'condemned';
export const updates = (action: Action): boolean => action.kind === 'delete' && action.why === 'update';

export const inRange = ({ set }: Observed, pod: Pod): boolean => {
  const index = ordinalOfName(pod.metadata.name) - startOf(set);
  return index >= 0 && index < replicasOf(set);
};

export function staying<T extends KubeObject>(object: T): T {
  const { deletionTimestamp: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

export function ready(pod: Pod): Pod {
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }];
  return { ...pod, status: { ...pod.status, phase: 'Running', conditions } };
}

export const isOld = ({ update }: Observed, pod: Pod): boolean => pod.metadata.labels?.[REVISION_LABEL] !== update.name;
