import { cause } from '../cause.ts';
import { losesData, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { orphanedClaims } from '../facts/claim-facts.ts';
import { memberOfClaim } from '../facts/owner.ts';
import { replicasFor, setFacts } from '../facts/set-facts.ts';
import { ageText } from '../words.ts';

/** The claim of a member its set no longer has. */
export const claimOrphaned = cause({
  id: 'claim-orphaned',
  kind: 'PersistentVolumeClaim',
  applies(claim, world) {
    const { namespace = '', name = '' } = claim.metadata;
    const member = memberOfClaim(namespace, name, world);
    if (member === undefined || !orphanedClaims(setFacts(member.set, world), world).includes(claim)) return null;
    const size = claim.status.capacity?.storage ?? claim.spec.resources.requests?.storage ?? 'unknown size';
    const set = member.set.metadata.name ?? '';
    const replicas = replicasFor(member.set, member.ordinal);
    return {
      severity: 'note',
      says: `nobody uses it: ${set} has no ordinal ${member.ordinal} any more (${size}, ${ageText(world.age(claim))} old)`,
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
