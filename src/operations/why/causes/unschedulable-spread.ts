import { cause } from '../cause.ts';
import { risk, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { setOf } from '../facts/owner.ts';
import { nodesText, refusedBy } from '../facts/pod-gates.ts';
import { listed } from '../words.ts';

/** Topology spread constraints. */
export const unschedulableSpread = cause({
  id: 'unschedulable-spread',
  kind: 'Pod',
  applies(pod, world) {
    const refused = refusedBy(pod, /topology spread constraints/);
    if (refused === null) return null;
    const hard = (pod.spec.topologySpreadConstraints ?? []).filter(
      ({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule',
    );
    const texts = hard.map(
      ({ topologyKey, maxSkew, minDomains }) =>
        `${topologyKey}, maxSkew ${maxSkew}${minDomains === undefined ? '' : `, minDomains ${minDomains}`}`,
    );
    const unlabelled = refused.reasons.some((reason) => reason.includes('missing required label'));
    const set = setOf(pod, world);
    return {
      severity: 'blocks',
      says: `no node takes it: on ${nodesText(refused)} it would break its spread${texts.length === 0 ? '' : ` (${listed(texts)})`}${unlabelled ? '; some lack the label it spreads over' : ''}`,
      rule: {
        text: 'The place with the fewest matching pods sets the measure: none may have more than maxSkew above it. A place whose nodes are lost or full still counts as the emptiest.',
        source: 'spec.topologySpreadConstraints',
      },
      ways: [
        way(
          'see which places there are; the emptiest needs a node with room',
          kubectl(undefined, 'get', 'nodes', ...hard.flatMap(({ topologyKey }) => ['-L', topologyKey])),
        ),
        ...(set === undefined
          ? []
          : [
              way(
                'or make it a preference (whenUnsatisfiable: ScheduleAnyway; restarts the pods one by one)',
                kubectl(pod.metadata.namespace, 'edit', 'sts', set.metadata.name ?? ''),
                risk('members may then share a place and be lost together'),
              ),
            ]),
      ],
    };
  },
});
