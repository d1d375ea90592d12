import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { conditionOf, isDone, isTerminating } from '../facts/pod-facts.ts';
import { ageText } from '../words.ts';

/** A scheduler that runs has looked at a pod long before that. */
const PATIENCE_MS = 15_000;

/** Nobody has tried to find a node: gates, a scheduler that does not exist, or one that does not run. */
export const unscheduledSilent = cause({
  id: 'unscheduled-silent',
  kind: 'Pod',
  applies(pod, world) {
    if (pod.spec.nodeName !== undefined || isTerminating(pod) || isDone(pod)) return null;
    const condition = conditionOf(pod, 'PodScheduled');
    const { namespace = '', name = '' } = pod.metadata;
    const gates = (pod.spec.schedulingGates ?? []).map((gate) => gate.name);
    if (gates.length > 0) {
      return {
        severity: 'blocks',
        says: `it is held back by scheduling ${gates.length === 1 ? 'gate' : 'gates'} ${gates.join(', ')}`,
        rule: {
          text: 'A pod with scheduling gates is not scheduled until whoever set them takes them off.',
          source: 'spec.schedulingGates, KEP-3521',
        },
        ways: [
          way(
            'take the gates off, if their owner has gone',
            kubectl(
              namespace,
              'patch',
              'pod',
              name,
              '--type=json',
              '-p',
              '[{"op":"remove","path":"/spec/schedulingGates"}]',
            ),
          ),
        ],
      };
    }
    if (condition !== undefined) return null;
    const age = world.age(pod);
    if (age < PATIENCE_MS) return { severity: 'waits', says: 'it is about to be scheduled' };
    const scheduler = pod.spec.schedulerName ?? 'default-scheduler';
    return {
      severity: 'blocks',
      says: `scheduler ${scheduler} has not looked at it in ${ageText(age)}`,
      rule: { text: 'Only the scheduler a pod names gives it a node.', source: 'spec.schedulerName' },
      ways: [way(`see whether ${scheduler} runs`, kubectl('kube-system', 'get', 'leases,pods'))],
    };
  },
});
