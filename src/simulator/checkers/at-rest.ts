import type { KubeObject } from '../../schema/object.ts';
import type { CheckerContext } from './checker.ts';
import {
  claimKey,
  claimNames,
  indexOf,
  isMember,
  isTerminating,
  isWell,
  ordinalOf,
  ordinalsOf,
  partitionOf,
  podKey,
  REVISION_LABEL,
  replicasOf,
} from './facts.ts';

export const revisionOf = (pod: KubeObject): string => pod.metadata.labels?.[REVISION_LABEL] ?? '';

/** Sets that are to stay. */
export function livingSets({ history }: CheckerContext): readonly KubeObject[] {
  return [...history.all('apps/statefulsets').values()].filter((set) => !isTerminating(set));
}

/** Pods of a set, in or out of range. */
export function membersOf({ history }: CheckerContext, set: KubeObject): readonly KubeObject[] {
  return [...history.all('core/pods').values()].filter((pod) => isMember(set, pod));
}

/** What is not as a set at rest should be (statefulset.md 5.1, ESR): what it asks for is what there is. */
export function shortcomings(context: CheckerContext, set: KubeObject): string[] {
  const found: string[] = [];
  const members = new Map(membersOf(context, set).map((pod) => [pod.metadata.name ?? '', pod]));
  const namespace = set.metadata.namespace ?? '';
  const update = context.decisions.updateRevisions(set);
  const rolling = set.spec.updateStrategy?.type !== 'OnDelete';
  ordinalsOf(set).forEach((ordinal, index) => {
    const name = `${set.metadata.name}-${ordinal}`;
    const pod = members.get(name);
    if (pod === undefined) {
      const other = context.history.now(podKey(namespace, name));
      found.push(other === null ? `${name} is missing` : `${name} is another's`);
      return;
    }
    if (!isWell(set, pod, context.clock.now())) found.push(`${name} is ${pod.status?.phase} and not available`);
    if (rolling && index >= partitionOf(set) && !update.has(revisionOf(pod))) {
      found.push(`${name} is at ${revisionOf(pod)}, not at ${[...update].join(' or ')}`);
    }
    for (const claim of claimNames(set, ordinal).values()) {
      if (context.history.now(claimKey(namespace, claim)) === null) found.push(`claim ${claim} is missing`);
    }
  });
  for (const [name, pod] of members) if (indexOf(set, ordinalOf(pod)) < 0) found.push(`surplus ${name} is not gone`);
  found.push(...statusErrors(set, [...members.values()]));
  return found;
}

function statusErrors(set: KubeObject, members: readonly KubeObject[]): string[] {
  const status = set.status ?? {};
  const wanted = replicasOf(set);
  const updated = members.filter((pod) => revisionOf(pod) === status.updateRevision).length;
  const expected: Readonly<Record<string, number | undefined>> = {
    observedGeneration: set.metadata.generation,
    replicas: wanted,
    readyReplicas: wanted,
    availableReplicas: wanted,
    updatedReplicas: updated,
  };
  return Object.entries(expected)
    .filter(([counter, value]) => (status[counter] ?? 0) !== value)
    .map(([counter, value]) => `status.${counter} is ${status[counter] ?? 0}, not ${value}`);
}
