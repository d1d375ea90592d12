import { controllerOf } from '../../../client/meta.ts';
import { labelSelectorMatcher } from '../../../schema/selectors.ts';
import { cause } from '../cause.ts';
import { risk, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { missingMember } from '../facts/creation.ts';
import { claimNames } from '../facts/pod-facts.ts';
import { setFacts } from '../facts/set-facts.ts';

/** A pod that is not the set's holds the name of one of its members. */
export const squattedName = cause({
  id: 'squatted-name',
  kind: 'StatefulSet',
  applies(set, world) {
    const facts = setFacts(set, world);
    const missing = missingMember(facts);
    if (missing === null) return null;
    const pod = world.pod(facts.namespace, missing.name);
    if (pod === undefined) return null;
    const owner = controllerOf(pod);
    const ofNamesake = owner?.kind === 'StatefulSet' && owner.name === facts.name;
    if (owner === undefined && labelSelectorMatcher(set.spec.selector).matches(pod.metadata.labels)) return null;
    const whose = ofNamesake
      ? `belongs to an earlier set ${facts.name} (uid ${owner.uid})`
      : owner === undefined
        ? 'belongs to nobody and does not match its selector'
        : `belongs to ${owner.kind} ${owner.name}`;
    const where = facts.ordered ? `blocked at ordinal ${missing.ordinal}: ` : '';
    const claims = claimNames(pod);
    return {
      severity: 'blocks',
      says: `${where}pod ${missing.name} exists already and ${whose}`,
      rule: {
        text: 'A set never touches pods it does not own; it retries to create its own with growing pauses (up to 1000 s) and says nothing about it in its events.',
        source: 'metadata.ownerReferences (controller)',
      },
      ways: [
        way('see whose pod it is', kubectl(facts.namespace, 'get', 'pod', missing.name, '-o', 'yaml')),
        way(
          'delete it if nobody needs it',
          kubectl(facts.namespace, 'delete', 'pod', missing.name),
          claims.length === 0 ? risk('whatever that pod keeps outside volumes is lost') : { kind: 'keeps' },
        ),
      ],
    };
  },
});
