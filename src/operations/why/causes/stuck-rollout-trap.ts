import { OPT_IN, optInsOf } from '../../../api/apps/stateful-set-opt-ins.ts';
import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { deletePod } from '../commands.ts';
import { revisionLabel, unreadyFor } from '../facts/pod-facts.ts';
import { revisionText } from '../facts/rollout.ts';
import { memberSubject, setFacts } from '../facts/set-facts.ts';
import { isTrapped, neverReady } from '../facts/stuck.ts';
import { ageText } from '../words.ts';
import { automatic } from './stuck-rollout.ts';

/** The template was mended or reverted, but the broken pod of the earlier revision stays (kubernetes#67250). */
export const stuckRolloutTrap = cause({
  id: 'stuck-rollout-trap',
  kind: 'StatefulSet',
  applies(set, world) {
    const facts = setFacts(set, world);
    const { blocker, namespace, updateRevision, currentRevision } = facts;
    if (blocker?.pod == null || !isTrapped(facts)) return null;
    const own = revisionText(facts, revisionLabel(blocker.pod), world);
    const happened = updateRevision === currentRevision ? 'the rollout was undone' : 'the template was changed';
    if (optInsOf(set).replaceNeverReady && neverReady(blocker.pod)) {
      return {
        severity: 'waits',
        says: `${happened}, and ${blocker.name}, which still runs ${own} and has never been Ready, is about to be replaced by itself`,
        rule: {
          text: 'With replace-never-ready a member that blocks a rollout and has never been Ready is deleted, and comes back at the revision it should have.',
          source: OPT_IN.stuckRollout,
        },
      };
    }
    return {
      severity: 'blocks',
      says: `${happened}, but ${blocker.name} still runs ${own}, has not been Ready for ${ageText(unreadyFor(blocker.pod, world))}, and so is never replaced by ${revisionText(facts, updateRevision, world)}`,
      rule: {
        text: 'With OrderedReady every pod has to be Ready before the update step is reached. A broken pod of another revision therefore keeps the very update away that would replace it.',
        source: 'kubernetes#67250',
      },
      ways: [
        way(
          `delete ${blocker.name}: it is made anew from ${revisionText(facts, updateRevision, world)} on the same volumes`,
          [deletePod(namespace, blocker.name)],
        ),
        ...automatic(set, blocker.pod),
      ],
      instead: true,
      next: [memberSubject(facts, blocker.name)],
    };
  },
});
