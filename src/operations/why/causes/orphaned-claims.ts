import { cause } from '../cause.ts';
import { losesData, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { orphanedClaims } from '../facts/claim-facts.ts';
import { setFacts } from '../facts/set-facts.ts';
import { ageText, listed } from '../words.ts';

/** Claims of members the set no longer has. */
export const orphanedClaimsOfSet = cause({
  id: 'orphaned-claims',
  kind: 'StatefulSet',
  applies(set, world) {
    const facts = setFacts(set, world);
    const orphans = orphanedClaims(facts, world);
    if (orphans.length === 0) return null;
    const texts = orphans.map(
      (claim) =>
        `${claim.metadata.name} (${claim.status.capacity?.storage ?? claim.spec.resources.requests?.storage ?? 'unknown size'}, ${ageText(world.age(claim))} old)`,
    );
    return {
      severity: 'note',
      says: `${orphans.length === 1 ? 'a claim' : `${orphans.length} claims`} of members it no longer has: ${listed(texts, 6)}`,
      rule: {
        text: 'Claims outlive their pods unless the retention policy says Delete. They cost what they hold, and a scale-up uses them again with their old data.',
        source: 'spec.persistentVolumeClaimRetentionPolicy, KEP-1847',
      },
      ways: [
        way('see them', kubectl(facts.namespace, 'get', 'pvc')),
        way(
          'delete what nobody needs any more',
          kubectl(facts.namespace, 'delete', 'pvc', ...orphans.map(({ metadata }) => metadata.name ?? '')),
          losesData(orphans.length === 1 ? `pvc ${orphans[0]!.metadata.name}` : `these ${orphans.length} claims`),
        ),
      ],
    };
  },
});
