import { cause } from '../cause.ts';
import { risk, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { revisionText, rolloutWaitsAt } from '../facts/rollout.ts';
import { memberSubject, setFacts } from '../facts/set-facts.ts';
import { counted } from '../words.ts';

/** Parallel: the rollout waits at the highest pod that is updated and not yet available. */
export const rolloutWaits = cause({
  id: 'rollout-waits',
  kind: 'StatefulSet',
  applies(set, world) {
    const facts = setFacts(set, world);
    const at = rolloutWaitsAt(facts, world);
    if (at === null) return null;
    return {
      severity: 'follows',
      says: `the rollout to ${revisionText(facts, facts.updateRevision, world)} waits at ordinal ${at.ordinal}: ${at.name} is updated and not available, ${counted(facts.outdated.length, 'pod')} still to update`,
      rule: {
        text: 'A rollout replaces pods from the highest ordinal down and waits until each new one is available.',
        source: 'spec.updateStrategy.rollingUpdate',
      },
      ways: [
        way(
          `go back to ${revisionText(facts, facts.currentRevision, world)} (with Parallel the broken pod is replaced by itself)`,
          kubectl(facts.namespace, 'rollout', 'undo', `sts/${facts.name}`),
          risk('the volumes stay, but if the new version changed the data on them the old one may not read it'),
        ),
      ],
      next: [memberSubject(facts, at.name)],
    };
  },
});
