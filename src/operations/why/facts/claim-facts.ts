import { parseTime } from '../../../base/time.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod, StatefulSet } from '../observed.ts';
import type { World } from '../world.ts';
import { ordinalIn } from './owner.ts';
import { graceSeconds, revisionLabel } from './pod-facts.ts';
import { revisionNamed } from './rollout.ts';
import { claimsOfMember, type Member, type SetFacts } from './set-facts.ts';

export const made = (object: { readonly metadata: { readonly creationTimestamp?: string } }): number =>
  parseTime(object.metadata.creationTimestamp);

/** Claims and pods of one start are made within this time of each other. */
const TOGETHER_MS = 10_000;

/** When `spec.replicas` was last written, from the managed fields; NaN when nobody is on record. */
function replicasWrittenAt(set: StatefulSet): number {
  const times = (set.metadata.managedFields ?? [])
    .filter(({ fieldsV1 }) => {
      const spec = fieldsV1?.['f:spec'] as Readonly<Record<string, unknown>> | undefined;
      return spec !== undefined && 'f:replicas' in spec;
    })
    .map(({ time }) => parseTime(time));
  return times.length === 0 ? Number.NaN : Math.max(...times);
}

/** A replaced pod (its predecessor ended by itself) is back at once; a user who scales takes longer. */
const SHORTEST_ABSENCE_MS = 3000;

/**
 * When the set itself removed the pod that the present one follows; NaN when that is not on record, or when somebody else
 * removed pods of that name too (more creations than the set's own removals explain): the last one may then be theirs.
 */
function removedAt({ set, namespace, name }: SetFacts, member: string, pod: Pod, world: World): number {
  const about = world
    .events('StatefulSet', namespace, name, set.metadata.uid)
    .filter(({ message }) => /^(create|delete) Pod /i.test(message) && message.includes(`Pod ${member} `));
  const times = (wanted: string): number =>
    about.reduce((sum, { reason, count }) => sum + (reason === wanted ? count : 0), 0);
  if (times('SuccessfulCreate') > times('SuccessfulDelete') + 1) return Number.NaN;
  return about.find(({ reason, at }) => reason === 'SuccessfulDelete' && at < made(pod))?.at ?? Number.NaN;
}

/**
 * Since when the member had been scaled away before its pod came; NaN when it was not, as far as is on record. A rollout
 * removes pods too: it goes from the top down, so a lower member that had the revision before was not reached by it.
 */
function scaledAwayAt(facts: SetFacts, { name, ordinal, pod }: Member, world: World): number {
  if (pod === null) return Number.NaN;
  const removed = removedAt(facts, name, pod, world);
  const absence = made(pod) - removed;
  const grace = graceSeconds(pod) * 1000 + 60_000;
  const notRolled = facts.members.some(
    (lower) =>
      lower.pod !== null &&
      lower.ordinal < ordinal &&
      made(lower.pod) < removed &&
      revisionLabel(lower.pod) === revisionLabel(pod),
  );
  return absence > grace || (absence >= SHORTEST_ABSENCE_MS && notRolled) ? removed : Number.NaN;
}

/** A claim that its pod found there with data of an earlier time, after the member had been scaled away. */
export interface ReusedClaim {
  readonly claim: PersistentVolumeClaim;
  readonly member: Member;
}

/**
 * Members whose pod came back after having been scaled away, and found an older claim. A pod that was merely replaced
 * (rollout, eviction) finds its claim too: it is told apart by the events of the set, and where those are gone by the time
 * of the last change of replicas, which then lies between the claim and the pod, with the revision older than that.
 */
export function reusedClaims(facts: SetFacts, world: World): readonly ReusedClaim[] {
  const scaledAt = replicasWrittenAt(facts.set);
  const revision = revisionNamed(facts, facts.updateRevision, world);
  const rolledSince = revision === undefined || !(made(revision) < scaledAt - TOGETHER_MS);
  const cameWithScale = ({ pod }: Member): boolean => pod !== null && made(pod) >= scaledAt - 1000;
  const found: ReusedClaim[] = [];
  for (const member of facts.members) {
    if (member.pod === null) continue;
    // A scale-up brings back a whole upper end of the range.
    const upperEnd = facts.members.filter(({ ordinal }) => ordinal >= member.ordinal).every(cameWithScale);
    const away = scaledAwayAt(facts, member, world);
    for (const claim of claimsOfMember(facts, member.name, world)) {
      const older = made(claim) < made(member.pod) - TOGETHER_MS;
      const byScale = !rolledSince && upperEnd && made(claim) < scaledAt - TOGETHER_MS;
      if (older && (byScale || made(claim) < away)) found.push({ claim, member });
    }
  }
  return found;
}

/** A claim made anew after an earlier one of its name was deleted, and what is left of the earlier volume. */
export interface RecreatedClaim {
  readonly claim: PersistentVolumeClaim;
  readonly member: string;
  /** The volume of the earlier claim, when it was retained. */
  readonly earlier: PersistentVolume | undefined;
}

/** The volume an earlier claim of the same name left behind (reclaim policy Retain). */
export function earlierVolume(claim: PersistentVolumeClaim, world: World): PersistentVolume | undefined {
  return world.observed.volumes.find(({ spec, metadata }) => {
    const ref = spec.claimRef;
    return (
      ref?.namespace === claim.metadata.namespace &&
      ref?.name === claim.metadata.name &&
      ref?.uid !== undefined &&
      ref.uid !== claim.metadata.uid &&
      metadata.name !== claim.spec.volumeName
    );
  });
}

/** The set made a claim of this name more than once, by its events; with whenScaled Delete that is as asked for. */
function madeBefore({ set, namespace, name }: SetFacts, claim: PersistentVolumeClaim, world: World): boolean {
  if (set.spec.persistentVolumeClaimRetentionPolicy?.whenScaled === 'Delete') return false;
  const times = world
    .events('StatefulSet', namespace, name, set.metadata.uid)
    .filter(({ reason, message }) => reason === 'SuccessfulCreate' && message.includes(`Claim ${claim.metadata.name} `))
    .reduce((sum, { count }) => sum + count, 0);
  return times > 1;
}

/**
 * Claims that are not the first of their name: the volume of the first is still there, the set has made one before, or a member with a higher ordinal
 * (which a set makes later) has an older claim of the same template.
 */
export function recreatedClaims(facts: SetFacts, world: World): readonly RecreatedClaim[] {
  const templates = facts.set.spec.volumeClaimTemplates ?? [];
  const found: RecreatedClaim[] = [];
  for (const { metadata } of templates) {
    const claimOf = ({ name }: Member) => world.claim(facts.namespace, `${metadata.name}-${name}`);
    for (const member of facts.members) {
      const claim = claimOf(member);
      if (claim === undefined) continue;
      const earlier = earlierVolume(claim, world);
      // With a start ordinal that was lowered the low claims are the younger ones by right.
      const olderAbove =
        facts.set.spec.ordinals === undefined &&
        facts.members.some((other) => {
          const theirs = other.ordinal > member.ordinal ? claimOf(other) : undefined;
          return theirs !== undefined && made(theirs) < made(claim) - TOGETHER_MS;
        });
      if (earlier !== undefined || olderAbove || madeBefore(facts, claim, world))
        found.push({ claim, member: member.name, earlier });
    }
  }
  return found;
}

/** Claims of ordinals the set does not have (any more). */
export function orphanedClaims(facts: SetFacts, world: World): readonly PersistentVolumeClaim[] {
  const { set, namespace, members, name } = facts;
  const ordinals = new Set(members.map(({ ordinal }) => ordinal));
  return world.observed.claims
    .filter((claim) => claim.metadata.namespace === namespace)
    .filter((claim) => {
      const claimName = claim.metadata.name ?? '';
      return (set.spec.volumeClaimTemplates ?? []).some((template) => {
        const prefix = `${template.metadata.name}-`;
        if (!claimName.startsWith(`${prefix}${name}-`)) return false;
        const ordinal = ordinalIn(set, claimName.slice(prefix.length));
        if (ordinal < 0 || ordinals.has(ordinal)) return false;
        return world.pod(namespace, `${name}-${ordinal}`) === undefined;
      });
    })
    .sort((a, b) => made(a) - made(b));
}
