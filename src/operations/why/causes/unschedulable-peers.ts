import { cause } from '../cause.ts';
import { risk, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { setOf } from '../facts/owner.ts';
import { nodesText, refusedBy } from '../facts/pod-gates.ts';
import { listed } from '../words.ts';

/** Affinity or anti-affinity towards other pods. */
export const unschedulablePeers = cause({
  id: 'unschedulable-peers',
  kind: 'Pod',
  applies(pod, world) {
    const refused = refusedBy(pod, /pod (anti-)?affinity rules|existing pods anti-affinity/);
    if (refused === null) return null;
    const { podAntiAffinity, podAffinity } = pod.spec.affinity ?? {};
    const apart = refused.reasons.some((reason) => reason.includes('anti-affinity'));
    const terms = (apart ? podAntiAffinity : podAffinity)?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    const keys = [...new Set(terms.map(({ topologyKey }) => topologyKey))];
    const per = keys.length === 0 ? '' : ` (one per ${listed(keys)})`;
    const set = setOf(pod, world);
    return {
      severity: 'blocks',
      says: apart
        ? `no node takes it: ${nodesText(refused)} ${refused.count === 1 ? 'holds' : 'hold'} a pod it must not be with${per}`
        : `no node takes it: ${nodesText(refused)} ${refused.count === 1 ? 'lacks' : 'lack'} the pods it must be near${keys.length === 0 ? '' : ` (same ${listed(keys)})`}`,
      rule: {
        text: apart
          ? 'Required anti-affinity keeps pods apart, even when there is nowhere else; it also counts terminating pods.'
          : 'Required affinity needs a matching pod in the same place.',
        source: apart ? 'spec.affinity.podAntiAffinity' : 'spec.affinity.podAffinity',
      },
      ways: [
        ...(apart
          ? [
              way(
                `add a node${keys.includes('topology.kubernetes.io/zone') ? ' in another zone' : ''}, or uncordon one`,
                kubectl(undefined, 'get', 'nodes', '-L', 'topology.kubernetes.io/zone'),
              ),
            ]
          : []),
        ...(set === undefined
          ? []
          : [
              way(
                'or make it a preference (required… → preferred…; restarts the pods one by one)',
                kubectl(pod.metadata.namespace, 'edit', 'sts', set.metadata.name ?? ''),
                risk('members may then share a node and be lost together'),
              ),
            ]),
      ],
    };
  },
});
