import { rfc3339 } from '../../base/time.ts';
import type { Condition } from '../framework/objects.ts';

/** What a pass over a terminating namespace found. */
export interface Remaining {
  /** Objects left by `resource.group`. */
  readonly counts: Map<string, number>;
  readonly finalizers: Map<string, number>;
  readonly errors: string[];
}

/** The five conditions of a terminating namespace; the same array when nothing changed. */
export function terminationConditions(
  { counts, finalizers, errors }: Remaining,
  old: readonly Condition[],
  now: number,
): readonly Condition[] {
  const list = (entries: ReadonlyMap<string, number>, format: (name: string, count: number) => string) =>
    [...entries]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => format(name, count))
      .join(', ');
  const wanted: Omit<Condition, 'lastTransitionTime'>[] = [
    condition(
      'NamespaceDeletionDiscoveryFailure',
      false,
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ),
    condition(
      'NamespaceDeletionGroupVersionParsingFailure',
      false,
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    errors.length > 0
      ? condition(
          'NamespaceDeletionContentFailure',
          true,
          'ContentDeletionFailed',
          `Failed to delete all resource types, ${errors.length} remaining: ${errors.join(', ')}`,
        )
      : condition(
          'NamespaceDeletionContentFailure',
          false,
          'ContentDeleted',
          'All content successfully deleted, may be waiting on finalization',
        ),
    counts.size > 0
      ? condition(
          'NamespaceContentRemaining',
          true,
          'SomeResourcesRemain',
          `Some resources are remaining: ${list(counts, (name, count) => `${name} has ${count} resource instances`)}`,
        )
      : condition('NamespaceContentRemaining', false, 'ContentRemoved', 'All content successfully removed'),
    finalizers.size > 0
      ? condition(
          'NamespaceFinalizersRemaining',
          true,
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${list(finalizers, (name, count) => `${name} in ${count} resource instances`)}`,
        )
      : condition(
          'NamespaceFinalizersRemaining',
          false,
          'ContentHasNoFinalizers',
          'All content-preserving finalizers finished',
        ),
  ];
  let changed = false;
  const next = wanted.map((condition): Condition => {
    const before = old.find(({ type }) => type === condition.type);
    if (
      before?.status === condition.status &&
      before.reason === condition.reason &&
      before.message === condition.message
    )
      return before;
    changed = true;
    const kept = before?.status === condition.status ? before.lastTransitionTime : undefined;
    return { ...condition, lastTransitionTime: kept ?? rfc3339(now) };
  });
  return changed ? [...old.filter(({ type }) => !next.some((other) => other.type === type)), ...next] : old;
}

function condition(
  type: string,
  holds: boolean,
  reason: string,
  message: string,
): Omit<Condition, 'lastTransitionTime'> {
  return { type, status: holds ? 'True' : 'False', reason, message };
}
