import { optInsOf } from '../../../api/apps/stateful-set-opt-ins.ts';
import type { PersistentVolumeClaim, Pod, StatefulSet } from '../observed.ts';
import { type Subject, subjectOf } from '../subject.ts';
import { listed } from '../words.ts';
import type { World } from '../world.ts';
import { isOwnedBy, ordinalIn } from './owner.ts';
import { isAvailable, isReady, isTerminating, revisionLabel } from './pod-facts.ts';

export interface Member {
  readonly ordinal: number;
  readonly name: string;
  /** Null: there is no pod of this name that the set owns. */
  readonly pod: Pod | null;
}

/** What the StatefulSet controller sees when it decides (reference/statefulset.md 1.6, steps 1 to 3). */
export interface SetFacts {
  readonly set: StatefulSet;
  readonly name: string;
  readonly namespace: string;
  readonly start: number;
  readonly replicas: number;
  readonly ordered: boolean;
  readonly minReadySeconds: number;
  readonly onDelete: boolean;
  /** First ordinal that a rollout touches; beyond all when the partition keeps every member. */
  readonly boundary: number;
  readonly partition: number;
  readonly updateRevision: string;
  readonly currentRevision: string;
  /** In range, ascending. */
  readonly members: readonly Member[];
  /** Pods out of range, in the order in which they go. */
  readonly condemned: readonly Pod[];
  readonly ready: number;
  /** OrderedReady: the member whose state everything waits for. Null when all are available, or with Parallel. */
  readonly blocker: Member | null;
  /** In range and from the boundary on, not yet of the update revision; descending, as a rollout takes them. */
  readonly outdated: readonly Member[];
}

const known = new WeakMap<World, Map<StatefulSet, SetFacts>>();

/** No set that fits on a screen, nor in a cluster, has more. */
const MAX_MEMBERS = 10_000;

/** The ordinals of a set, ascending; reserved ones are left out and made up for at the end (docs/opt-ins.md). */
function ordinalsOf(set: StatefulSet, start: number, replicas: number): readonly number[] {
  const reserved = optInsOf(set).reservedOrdinals;
  const ordinals: number[] = [];
  for (let ordinal = start; ordinals.length < Math.min(replicas, MAX_MEMBERS); ordinal++) {
    const range = reserved.find(({ first, last }) => first <= ordinal && ordinal <= last);
    if (range === undefined) ordinals.push(ordinal);
    else ordinal = range.last;
  }
  return ordinals;
}

/** How many replicas give the set that ordinal; null when none do (below its start, or reserved). */
export function replicasFor(set: StatefulSet, ordinal: number): number | null {
  const start = set.spec.ordinals?.start ?? 0;
  const index = ordinalsOf(set, start, ordinal - start + 1).indexOf(ordinal);
  return index < 0 ? null : index + 1;
}

/** Facts of a set, found once for a world. */
export function setFacts(set: StatefulSet, world: World): SetFacts {
  const ofWorld = known.get(world) ?? new Map<StatefulSet, SetFacts>();
  known.set(world, ofWorld);
  const facts = ofWorld.get(set) ?? derive(set, world);
  ofWorld.set(set, facts);
  return facts;
}

function derive(set: StatefulSet, world: World): SetFacts {
  const name = set.metadata.name ?? '';
  const namespace = set.metadata.namespace ?? '';
  const start = set.spec.ordinals?.start ?? 0;
  const replicas = set.spec.replicas ?? 1;
  const ordered = set.spec.podManagementPolicy !== 'Parallel';
  const minReadySeconds = set.spec.minReadySeconds ?? 0;
  const strategy = set.spec.updateStrategy;
  const partition = strategy.rollingUpdate?.partition ?? 0;
  const owned = world.observed.pods.filter((pod) => pod.metadata.namespace === namespace && isOwnedBy(pod, set));
  const byName = new Map(owned.map((pod) => [pod.metadata.name, pod]));
  const members = ordinalsOf(set, start, replicas).map((at): Member => {
    const member = `${name}-${at}`;
    return { ordinal: at, name: member, pod: byName.get(member) ?? null };
  });
  const inRange = new Set(members.map(({ name: member }) => member));
  const ordinal = (pod: Pod): number => ordinalIn(set, pod.metadata.name ?? '');
  const outOfRange = (pod: Pod): boolean => ordinal(pod) >= 0 && !inRange.has(pod.metadata.name ?? '');
  const status = set.status as StatefulSet['status'] | undefined;
  const updateRevision = status?.updateRevision ?? '';
  const boundary = members[partition]?.ordinal ?? Number.POSITIVE_INFINITY;
  const blocker = ordered
    ? (members.find(({ pod }) => pod === null || !isAvailable(pod, minReadySeconds, world.now)) ?? null)
    : null;
  return {
    set,
    name,
    namespace,
    start,
    replicas,
    ordered,
    minReadySeconds,
    onDelete: strategy.type === 'OnDelete',
    boundary,
    partition,
    updateRevision,
    currentRevision: status?.currentRevision ?? '',
    members,
    condemned: owned.filter(outOfRange).sort((a, b) => ordinal(b) - ordinal(a)),
    ready: members.filter(({ pod }) => pod !== null && isReady(pod)).length,
    blocker,
    outdated: members
      .filter(({ pod, ordinal: at }) => pod !== null && at >= boundary && revisionLabel(pod) !== updateRevision)
      .reverse(),
  };
}

export const memberSubject = (facts: SetFacts, name: string): Subject => ({
  kind: 'Pod',
  namespace: facts.namespace,
  name,
});

/** The claims of a member that exist. */
export function claimsOfMember(
  { set, namespace }: SetFacts,
  name: string,
  world: World,
): readonly PersistentVolumeClaim[] {
  return (set.spec.volumeClaimTemplates ?? []).flatMap(
    (template) => world.claim(namespace, `${template.metadata.name}-${name}`) ?? [],
  );
}

export const claimSubject = (claim: PersistentVolumeClaim): Subject => subjectOf('PersistentVolumeClaim', claim);

/** What does not happen while the set waits: creations, removals, the rollout. Empty when nothing else is due. */
export function heldBack({ members, condemned, outdated, onDelete, blocker }: SetFacts): string[] {
  const held: string[] = [];
  const later = members.filter(({ ordinal, pod }) => pod === null && ordinal > (blocker?.ordinal ?? -1));
  if (later.length > 0) held.push(`${namesText(later.map(({ name }) => name))} not created`);
  const leaving = condemned.filter((pod) => !isTerminating(pod));
  if (leaving.length > 0) held.push(`${namesText(leaving.map((pod) => pod.metadata.name ?? ''))} not removed`);
  const waiting = outdated.filter(({ ordinal }) => ordinal !== blocker?.ordinal);
  if (!onDelete && waiting.length > 0) held.push(`${namesText(waiting.map(({ name }) => name).reverse())} not updated`);
  return held;
}

function namesText(names: readonly string[]): string {
  const verb = names.length === 1 ? 'is' : 'are';
  const text = names.length <= 3 ? listed(names) : `${names[0]} … ${names.at(-1)}`;
  return `${text} ${verb}`;
}
