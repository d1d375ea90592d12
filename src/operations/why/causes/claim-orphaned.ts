import { cause, type Found } from '../cause.ts';
import { losesData, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { orphanedClaims } from '../facts/claim-facts.ts';
import { memberOfClaim } from '../facts/owner.ts';
import { claimNames } from '../facts/pod-facts.ts';
import { replicasFor, setFacts } from '../facts/set-facts.ts';
import type { PersistentVolumeClaim } from '../observed.ts';
import { ageText } from '../words.ts';
import type { World } from '../world.ts';

/** The claim of a member its set no longer has. */
export const claimOrphaned = cause({
  id: 'claim-orphaned',
  kind: 'PersistentVolumeClaim',
  applies(claim, world) {
    const { namespace = '', name = '' } = claim.metadata;
    const member = memberOfClaim(namespace, name, world);
    if (member === undefined) return leftBehind(claim, world);
    if (!orphanedClaims(setFacts(member.set, world), world).includes(claim)) return null;
    const set = member.set.metadata.name ?? '';
    const replicas = replicasFor(member.set, member.ordinal);
    return {
      severity: 'note',
      says: `nobody uses it: ${set} has no ordinal ${member.ordinal} any more (${measures(claim, world)})`,
      rule: {
        text: 'Claims outlive their pods unless the retention policy says Delete; a scale-up takes them up again with their old data.',
        source: 'spec.persistentVolumeClaimRetentionPolicy, KEP-1847',
      },
      ways: [
        ...(replicas === null
          ? []
          : [way('use it again', kubectl(namespace, 'scale', 'sts', set, `--replicas=${replicas}`))]),
        way(
          replicas === null ? 'delete it' : 'or delete it',
          kubectl(namespace, 'delete', 'pvc', name),
          losesData(`pvc ${name}`),
        ),
      ],
    };
  },
});

const measures = (claim: PersistentVolumeClaim, world: World): string =>
  `${claim.status.capacity?.storage ?? claim.spec.resources.requests?.storage ?? 'unknown size'}, ${ageText(world.age(claim))} old`;

/** Named like a member's, bound, without a pod, and no set makes such a claim: its set was deleted. */
function leftBehind(claim: PersistentVolumeClaim, world: World): Found | null {
  const { namespace = '', name = '' } = claim.metadata;
  if (!/.-\d+$/.test(name) || claim.status.phase !== 'Bound') return null;
  if (!world.sees('statefulSets') || !world.sees('pods')) return null;
  const used = world.observed.pods.some(
    (pod) => pod.metadata.namespace === namespace && claimNames(pod).includes(name),
  );
  if (used) return null;
  return {
    severity: 'note',
    says: `nobody uses it: no pod names it, and no set makes a claim of this name (${measures(claim, world)})`,
    rule: {
      text: 'Claims outlive their set unless the retention policy says Delete; a set of the same name takes them up again with their old data.',
      source: 'spec.persistentVolumeClaimRetentionPolicy, KEP-1847',
    },
    ways: [way('delete it', kubectl(namespace, 'delete', 'pvc', name), losesData(`pvc ${name}`))],
  };
}
