import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { unscheduled } from '../facts/pod-gates.ts';
import { shortened } from '../words.ts';

/** The scheduler found no node, for a reason that has no cause of its own. */
export const unschedulable = cause({
  id: 'unschedulable',
  kind: 'Pod',
  fallback: true,
  applies(pod) {
    const refused = unscheduled(pod);
    if (refused === null) return null;
    const none = refused.parsed?.nodes === 0 && refused.parsed.refusal === null;
    return {
      severity: 'blocks',
      says: none ? 'there is no node to run it on' : `no node takes it: ${shortened(reasonsOf(refused), 240)}`,
      rule: {
        text: 'The scheduler tries again whenever something changes that may help.',
        source: 'status.conditions (PodScheduled)',
      },
      ways: [
        none
          ? way('see the nodes', kubectl(undefined, 'get', 'nodes'))
          : way('see all it says', kubectl(pod.metadata.namespace, 'describe', 'pod', pod.metadata.name ?? '')),
      ],
    };
  },
});

/** What stands before the report on preemption, which is of no use to people. */
function reasonsOf({ message, parsed }: NonNullable<ReturnType<typeof unscheduled>>): string {
  if (parsed === null) return message;
  return parsed.refusal ?? parsed.reasons.map(({ count, reason }) => `${count} ${reason}`).join(', ');
}
