import { cause } from '../cause.ts';
import { recreatedClaims } from '../facts/claim-facts.ts';
import { setFacts } from '../facts/set-facts.ts';
import { ageText } from '../words.ts';
import { RECREATED_RULE, waysBack } from './claim-recreated.ts';

/** A claim of the set was deleted and made anew: the member runs on an empty volume. */
export const recreatedClaim = cause({
  id: 'recreated-claim',
  kind: 'StatefulSet',
  applies(set, world) {
    const [first, ...rest] = recreatedClaims(setFacts(set, world), world);
    if (first === undefined) return null;
    const { claim, member, earlier } = first;
    const more = rest.length === 0 ? '' : ` (and ${rest.map((each) => each.claim.metadata.name).join(', ')} likewise)`;
    return {
      severity: 'warning',
      says: `claim ${claim.metadata.name} of ${member} was deleted and made anew ${ageText(world.age(claim))} ago, empty${more}`,
      rule: RECREATED_RULE,
      ways: waysBack(claim, member, earlier),
    };
  },
});
