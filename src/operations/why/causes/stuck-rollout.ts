import { cause } from '../cause.ts';
import { risk, way } from '../chain.ts';
import { deletePod, kubectl } from '../commands.ts';
import { unreadyFor } from '../facts/pod-facts.ts';
import { revisionText } from '../facts/rollout.ts';
import { heldBack, memberSubject, setFacts } from '../facts/set-facts.ts';
import { isBrokenUpdate } from '../facts/stuck.ts';
import { ageText } from '../words.ts';

/** A pod of the new revision never gets ready. */
export const stuckRollout = cause({
  id: 'stuck-rollout',
  kind: 'StatefulSet',
  applies(set, world) {
    const facts = setFacts(set, world);
    const pod = facts.blocker?.pod;
    if (pod == null || !isBrokenUpdate(facts, world)) return null;
    const { name, namespace, blocker, updateRevision, currentRevision } = facts;
    const member = blocker!.name;
    const held = heldBack(facts);
    return {
      severity: 'follows',
      says: `the rollout to ${revisionText(facts, updateRevision, world)} is stuck at ordinal ${blocker!.ordinal}: ${member} runs it and has not been Ready for ${ageText(unreadyFor(pod, world))}${held.length === 0 ? '' : `; ${held.join(', ')}`}`,
      rule: {
        text: 'A rollout goes from the highest ordinal down and waits for each pod. With OrderedReady it is not even looked at while a pod is not Ready: neither a fix nor an undo of the template replaces that pod, it has to be deleted by hand.',
        source: 'spec.updateStrategy, kubernetes#67250',
      },
      ways: [
        way(
          `go back to ${revisionText(facts, currentRevision, world)}, and delete ${member} so that it is made anew from it`,
          [kubectl(namespace, 'rollout', 'undo', `sts/${name}`), deletePod(namespace, member)],
          risk('the volumes stay, but if the new version changed the data on them the old one may not read it'),
        ),
        way(`or mend the template, and then delete ${member} likewise`, [
          kubectl(namespace, 'edit', 'sts', name),
          deletePod(namespace, member),
        ]),
        automatic(namespace, name),
      ],
      instead: true,
      next: [memberSubject(facts, member)],
    };
  },
});

/** The opt-in that spares the deletion by hand. */
export const automatic = (namespace: string, name: string) =>
  way('where Perdure runs the set, let it replace such pods by itself from now on (a fix or an undo then is enough)', [
    kubectl(namespace, 'annotate', 'sts', name, 'perdure.dev/stuck-rollout=replace-never-ready'),
  ]);
