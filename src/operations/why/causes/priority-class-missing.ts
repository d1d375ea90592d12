import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { cannotCreate, missingMember } from '../facts/creation.ts';
import { setFacts } from '../facts/set-facts.ts';
import { listed } from '../words.ts';

const BUILT_IN: readonly string[] = ['system-cluster-critical', 'system-node-critical'];

/** The template names a priority class that does not exist. */
export const priorityClassMissing = cause({
  id: 'priority-class-missing',
  kind: 'StatefulSet',
  applies(set, world) {
    const facts = setFacts(set, world);
    const missing = missingMember(facts);
    const wanted = set.spec.template.spec.priorityClassName ?? '';
    if (missing === null || wanted === '' || BUILT_IN.includes(wanted) || !world.sees('priorityClasses')) return null;
    const names = world.observed.priorityClasses.map(({ metadata }) => metadata.name ?? '');
    if (names.includes(wanted)) return null;
    const own = names.filter((name) => !BUILT_IN.includes(name));
    const there = own.length === 0 ? 'there is none but the built-in ones' : `there are ${listed(own)}`;
    return {
      severity: 'blocks',
      says: `${cannotCreate(facts, missing)}: priority class ${wanted} does not exist (${there})`,
      rule: {
        text: 'A pod that names a PriorityClass is refused while there is no such class.',
        source: 'spec.template.spec.priorityClassName',
      },
      ways: [
        way('create it', kubectl(undefined, 'create', 'priorityclass', wanted, '--value=1000')),
        way('or take it out of the template', kubectl(facts.namespace, 'edit', 'sts', facts.name)),
      ],
    };
  },
});
