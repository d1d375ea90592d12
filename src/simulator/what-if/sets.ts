import { type Chain, explain, type Subject } from '../../operations/why/index.ts';
import type { KubeObject } from '../../schema/object.ts';
import { present } from '../operations/lookup.ts';
import type { World } from '../world/world.ts';
import { REVISION } from './conduct.ts';
import { isReady } from './members.ts';
import { observedIn } from './observed.ts';
import { WhatIfError } from './what-if-error.ts';

export const setKey = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`;

export const setsOf = (world: World): readonly KubeObject[] => present(world, 'apps/statefulsets');

/** The set a step means: the one named (`name` or `namespace/name`), or the only one there is. */
export function resolveSet(world: World, named: string | undefined): KubeObject {
  const sets = setsOf(world);
  const names = sets.map(setKey).join(', ');
  if (sets.length === 0) throw new WhatIfError('there is no StatefulSet to do this to.');
  const found = named === undefined ? sets : sets.filter((set) => setKey(set) === named || set.metadata.name === named);
  if (found.length === 1) return found[0]!;
  if (named === undefined || found.length > 1)
    throw new WhatIfError(`several StatefulSets could be meant; say which with set=NAMESPACE/NAME: ${names}.`);
  throw new WhatIfError(`there is no StatefulSet "${named}"; there is ${names}.`);
}

/** Pods whose controller is the set. */
export function podsOf(world: World, set: KubeObject): readonly KubeObject[] {
  return present(world, 'core/pods').filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ controller, uid }) => controller === true && uid === set.metadata.uid),
  );
}

/** Everything ready, nothing too many, the rollout done as far as its strategy and partition let it. */
export function isAsWanted(world: World, set: KubeObject): boolean {
  const replicas: number = set.spec?.replicas ?? 1;
  const pods = podsOf(world, set);
  const { status, spec } = set;
  if (pods.length !== replicas || !pods.every((pod) => isReady(pod) && !pod.metadata.deletionTimestamp)) return false;
  if (status?.observedGeneration !== set.metadata.generation) return false;
  if (spec?.updateStrategy?.type === 'OnDelete') return true;
  const partition: number = spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
  const outdated = pods.filter(({ metadata }) => metadata.labels?.[REVISION] !== status?.updateRevision);
  return outdated.length <= partition;
}

/** Something that is not as it should be, and why. */
export interface Stuck {
  /** `default/web`: a set, a pod that is left of a deleted set, or a budget that stops a drain. */
  readonly subject: string;
  readonly chain: Chain;
}

/** All sets that are not as wanted, pods that outlive their deleted set, and more that is known to be, with the reasons. */
export function stuckIn(world: World, more: readonly Subject[] = []): readonly Stuck[] {
  const sets = setsOf(world);
  const wrong = sets.filter((set) => !isAsWanted(world, set)).map((set) => subjectFor('StatefulSet', set));
  const uids = new Set(sets.map(({ metadata }) => metadata.uid));
  const left = present(world, 'core/pods')
    .filter(({ metadata }) =>
      metadata.ownerReferences?.some(({ kind, uid }) => kind === 'StatefulSet' && !uids.has(uid)),
    )
    .map((pod) => subjectFor('Pod', pod));
  const observed = observedIn(world);
  return [...more, ...wrong, ...left].map((subject) => ({
    subject: `${subject.namespace}/${subject.name}`,
    chain: explain(subject, observed, world.clock.now()),
  }));
}

const subjectFor = (kind: 'StatefulSet' | 'Pod', { metadata }: KubeObject): Subject => ({
  kind,
  namespace: metadata.namespace ?? '',
  name: metadata.name ?? '',
});
