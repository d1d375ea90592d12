import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { missingMember } from '../facts/creation.ts';
import { setFacts } from '../facts/set-facts.ts';
import { ageText } from '../words.ts';

/** A creation takes well under a second; after this long somebody should have acted. */
const PATIENCE_MS = 15_000;

/** The next pod is not there and nothing says why. */
export const missingPod = cause({
  id: 'missing-pod',
  kind: 'StatefulSet',
  fallback: true,
  applies(set, world) {
    const facts = setFacts(set, world);
    const missing = missingMember(facts);
    if (missing === null) return null;
    const unseen = set.metadata.generation !== set.status.observedGeneration;
    const age = world.age(set);
    if (!unseen || age < PATIENCE_MS) {
      return { severity: 'waits', says: `pod ${missing.name} is the next to be created; no refusal was seen` };
    }
    return {
      severity: 'blocks',
      says: `pod ${missing.name} is to be created, but no controller has looked at the set's last change (set made ${ageText(age)} ago, generation ${set.metadata.generation}, observed ${set.status.observedGeneration ?? 'never'})`,
      rule: {
        text: 'The StatefulSet controller notes in the status which generation of the spec it has acted on.',
        source: 'status.observedGeneration',
      },
      ways: [
        way(
          'see whether the controller manager runs and holds its lease',
          kubectl('kube-system', 'get', 'lease', 'kube-controller-manager'),
        ),
      ],
    };
  },
});
