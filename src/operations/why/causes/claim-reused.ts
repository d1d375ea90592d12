import { cause } from '../cause.ts';
import { reusedClaims } from '../facts/claim-facts.ts';
import { memberOfClaim } from '../facts/owner.ts';
import { setFacts } from '../facts/set-facts.ts';
import { ageText } from '../words.ts';

/** The claim was there before its pod: after a scale-down and a scale-up. */
export const claimReused = cause({
  id: 'claim-reused',
  kind: 'PersistentVolumeClaim',
  applies(claim, world) {
    const { namespace = '', name = '' } = claim.metadata;
    const member = memberOfClaim(namespace, name, world);
    if (member === undefined) return null;
    const reused = reusedClaims(setFacts(member.set, world), world).find((each) => each.claim === claim);
    if (reused === undefined) return null;
    return {
      severity: 'note',
      says: `${member.pod} (${ageText(world.age(reused.member.pod!))} old) came back to it after having been scaled away: it holds data of that time (${ageText(world.age(claim))} old)`,
      rule: {
        text: 'A scale-up takes the claim of the same name as it is: never compared, never cleaned.',
        source: 'spec.persistentVolumeClaimRetentionPolicy.whenScaled, KEP-1847',
      },
    };
  },
});
