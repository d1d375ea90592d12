import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { conditionOf, isReady } from '../facts/pod-facts.ts';
import { isLive } from '../facts/pod-gates.ts';
import { listed } from '../words.ts';

/** All containers are ready, but a readiness gate is not. */
export const readinessGate = cause({
  id: 'readiness-gate',
  kind: 'Pod',
  applies(pod, world) {
    if (!isLive(pod, world) || isReady(pod) || conditionOf(pod, 'ContainersReady')?.status !== 'True') return null;
    const closed = (pod.spec.readinessGates ?? [])
      .map(({ conditionType }) => conditionType)
      .filter((type) => conditionOf(pod, type)?.status !== 'True');
    if (closed.length === 0) return null;
    return {
      severity: 'blocks',
      says: `its containers are ready, but readiness ${closed.length === 1 ? 'gate' : 'gates'} ${listed(closed)} ${closed.length === 1 ? 'is' : 'are'} not True`,
      rule: {
        text: 'A pod with readiness gates is Ready only when somebody outside has set each of these conditions to True.',
        source: 'spec.readinessGates, KEP-580',
      },
      ways: [
        way(
          'see the conditions, and whether the controller that sets them runs',
          kubectl(pod.metadata.namespace, 'describe', 'pod', pod.metadata.name ?? ''),
        ),
      ],
    };
  },
});
