import { cause } from '../cause.ts';
import { losesData, way } from '../chain.ts';
import { deletePod, kubectl } from '../commands.ts';
import { reusedClaims } from '../facts/claim-facts.ts';
import { setFacts } from '../facts/set-facts.ts';
import { ageText, listed } from '../words.ts';

/** After a scale-down and a scale-up a member starts on the data it had before. */
export const reusedClaim = cause({
  id: 'reused-claim',
  kind: 'StatefulSet',
  applies(set, world) {
    const facts = setFacts(set, world);
    const reused = reusedClaims(facts, world);
    const last = reused.at(-1);
    if (last === undefined) return null;
    const { namespace } = facts;
    const texts = reused.map(
      ({ claim, member }) =>
        `${member.name} (${ageText(world.age(member.pod!))} old) on ${claim.metadata.name} (${ageText(world.age(claim))} old)`,
    );
    return {
      severity: 'note',
      says: `scaled up again, ${listed(texts, 3)} started with the data of the time before, not empty`,
      rule: {
        text: 'A scale-down keeps claims unless whenScaled says Delete, and a scale-up takes the claim of the same name as it is: never compared, never cleaned.',
        source: 'spec.persistentVolumeClaimRetentionPolicy.whenScaled, KEP-1847',
      },
      ways: [
        way(
          `if ${last.member.name} is to start empty and fetch its data from its peers`,
          [
            kubectl(namespace, 'delete', 'pvc', last.claim.metadata.name ?? '', '--wait=false'),
            deletePod(namespace, last.member.name),
          ],
          losesData(`pvc ${last.claim.metadata.name}`),
        ),
      ],
    };
  },
});
