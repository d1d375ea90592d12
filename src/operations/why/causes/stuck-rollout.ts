import { OPT_IN, optInsOf } from '../../../api/apps/stateful-set-opt-ins.ts';
import { cause } from '../cause.ts';
import { risk, type Way, way } from '../chain.ts';
import { deletePod, kubectl } from '../commands.ts';
import { unreadyFor } from '../facts/pod-facts.ts';
import { revisionText } from '../facts/rollout.ts';
import { heldBack, memberSubject, setFacts } from '../facts/set-facts.ts';
import { isBrokenUpdate, neverReady } from '../facts/stuck.ts';
import type { Pod, StatefulSet } from '../observed.ts';
import { ageText } from '../words.ts';

/** A pod of the new revision never gets ready. */
export const stuckRollout = cause({
  id: 'stuck-rollout',
  kind: 'StatefulSet',
  applies(set, world) {
    const facts = setFacts(set, world);
    const pod = facts.blocker?.pod;
    if (pod == null || !isBrokenUpdate(facts, world)) return null;
    const { blocker, updateRevision, currentRevision } = facts;
    const member = blocker!.name;
    const held = heldBack(facts);
    return {
      severity: 'follows',
      says: `the rollout to ${revisionText(facts, updateRevision, world)} is stuck at ordinal ${blocker!.ordinal}: ${member} runs it and has not been Ready for ${ageText(unreadyFor(pod, world))}${held.length === 0 ? '' : `; ${held.join(', ')}`}`,
      rule: {
        text: 'A rollout goes from the highest ordinal down and waits for each pod. With OrderedReady it is not even looked at while a pod is not Ready: neither a fix nor an undo of the template replaces that pod, it has to be deleted by hand.',
        source: 'spec.updateStrategy, kubernetes#67250',
      },
      ways: waysBack(set, pod, revisionText(facts, currentRevision, world)),
      instead: true,
      next: [memberSubject(facts, member)],
    };
  },
});

function waysBack(set: StatefulSet, pod: Pod, earlier: string): Way[] {
  const { name = '', namespace = '' } = set.metadata;
  const member = pod.metadata.name ?? '';
  const undo = kubectl(namespace, 'rollout', 'undo', `sts/${name}`);
  const data = risk('the volumes stay, but if the new version changed the data on them the old one may not read it');
  const byItself = optInsOf(set).replaceNeverReady && neverReady(pod);
  if (byItself)
    return [
      way(`go back to ${earlier}; ${member} is then replaced by itself (${OPT_IN.stuckRollout})`, undo, data),
      way('or mend the template', kubectl(namespace, 'edit', 'sts', name)),
    ];
  return [
    way(
      `go back to ${earlier}, and delete ${member} so that it is made anew from it`,
      [undo, deletePod(namespace, member)],
      data,
    ),
    way(`or mend the template, and then delete ${member} likewise`, [
      kubectl(namespace, 'edit', 'sts', name),
      deletePod(namespace, member),
    ]),
    ...automatic(set, pod),
  ];
}

/** The opt-in that spares the deletion by hand, where it would help: it replaces pods only that have never been Ready. */
export function automatic(set: StatefulSet, pod: Pod): Way[] {
  const { name = '', namespace = '' } = set.metadata;
  if (optInsOf(set).replaceNeverReady || !neverReady(pod)) return [];
  return [
    way(
      'where Perdure runs the set, let it replace such pods by itself from now on (a fix or an undo then is enough)',
      [kubectl(namespace, 'annotate', 'sts', name, `${OPT_IN.stuckRollout}=replace-never-ready`)],
    ),
  ];
}
