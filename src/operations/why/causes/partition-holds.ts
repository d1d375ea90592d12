import { cause } from '../cause.ts';
import { risk, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { revisionLabel } from '../facts/pod-facts.ts';
import { revisionText } from '../facts/rollout.ts';
import { setFacts } from '../facts/set-facts.ts';
import { listed } from '../words.ts';

/** A rollout that stops where the partition says: as asked for, often forgotten. */
export const partitionHolds = cause({
  id: 'partition-holds',
  kind: 'StatefulSet',
  applies(set, world) {
    const facts = setFacts(set, world);
    const { partition, boundary, updateRevision, namespace, name } = facts;
    if (partition === 0 || facts.onDelete || updateRevision === '') return null;
    const held = facts.members.filter(
      ({ ordinal, pod }) => ordinal < boundary && pod !== null && revisionLabel(pod) !== updateRevision,
    );
    if (held.length === 0) return null;
    const patch = '{"spec":{"updateStrategy":{"rollingUpdate":{"partition":0}}}}';
    return {
      severity: 'note',
      says: `partition ${partition} keeps ${listed(held.map((member) => member.name))} at the revision before ${revisionText(facts, updateRevision, world)}; the rollout stops there on purpose`,
      rule: {
        text: 'Only ordinals from start + partition on are updated; those below are even made anew from the old revision.',
        source: 'spec.updateStrategy.rollingUpdate.partition',
      },
      ways: [
        way(
          'let the rollout go on to the end',
          kubectl(namespace, 'patch', 'sts', name, '-p', patch),
          risk('volumes stay, each of these pods is restarted once'),
        ),
      ],
    };
  },
});
