import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { deletePod } from '../commands.ts';
import { revisionText } from '../facts/rollout.ts';
import { setFacts } from '../facts/set-facts.ts';
import { listed } from '../words.ts';

/** OnDelete: pods of an earlier revision stay until somebody deletes them. */
export const onDeleteOutdated = cause({
  id: 'on-delete-outdated',
  kind: 'StatefulSet',
  applies(set, world) {
    const facts = setFacts(set, world);
    const { onDelete, outdated, updateRevision, namespace } = facts;
    const [first] = outdated;
    if (!onDelete || first === undefined || updateRevision === '') return null;
    return {
      severity: 'note',
      says: `${listed(outdated.map(({ name }) => name).reverse())} ${outdated.length === 1 ? 'is' : 'are'} not of ${revisionText(facts, updateRevision, world)} and will not be updated by the set`,
      rule: {
        text: 'With OnDelete a changed template reaches a pod only when the pod is deleted by hand.',
        source: 'spec.updateStrategy.type',
      },
      ways: [
        way(
          'delete them one by one, the highest ordinal first, and wait until each is Ready again',
          deletePod(namespace, first.name),
        ),
      ],
    };
  },
});
