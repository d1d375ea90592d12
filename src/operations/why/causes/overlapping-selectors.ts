import { labelSelectorMatcher } from '../../../schema/selectors.ts';
import { cause } from '../cause.ts';
import { risk, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { setFacts } from '../facts/set-facts.ts';
import { listed } from '../words.ts';

/** Another set's selector matches our pods, or ours matches theirs. */
export const overlappingSelectors = cause({
  id: 'overlapping-selectors',
  kind: 'StatefulSet',
  applies(set, world) {
    const { namespace, name } = setFacts(set, world);
    const labelsOf = (other: typeof set) => other.spec.template.metadata?.labels;
    const others = world.observed.statefulSets.filter(
      (other) =>
        other.metadata.uid !== set.metadata.uid &&
        other.metadata.namespace === namespace &&
        (labelSelectorMatcher(other.spec.selector).matches(labelsOf(set)) ||
          labelSelectorMatcher(set.spec.selector).matches(labelsOf(other))),
    );
    if (others.length === 0) return null;
    const names = others.map(({ metadata }) => metadata.name ?? '');
    return {
      severity: 'warning',
      says: `its selector overlaps with that of ${listed(names)}: services and budgets count both sets' pods as one`,
      rule: {
        text: 'Selectors of sets in a namespace should match no pod in common; nothing checks it. A set keeps to pods of its own name, but budgets, services, spread and anti-affinity go by labels.',
        source: 'spec.selector',
      },
      ways: [
        way(
          'a selector cannot be changed: delete one set, leaving its pods, give it a label of its own and make it anew',
          kubectl(namespace, 'delete', 'sts', name, '--cascade=orphan'),
          risk('volumes stay; the pods have to be relabelled by hand, or are left as orphans'),
        ),
      ],
    };
  },
});
