import { cause } from '../cause.ts';
import { risk, way } from '../chain.ts';
import { patchTemplate } from '../commands.ts';
import { unusable, ZONE_LABEL } from '../facts/node-facts.ts';
import { largestGroup, majorityOf } from '../facts/quorum.ts';
import { setFacts } from '../facts/set-facts.ts';
import type { StatefulSet } from '../observed.ts';
import { counted } from '../words.ts';

/** All members, or more than half of them, share one node or one zone. */
export const replicasTogether = cause({
  id: 'replicas-together',
  kind: 'StatefulSet',
  applies(set, world) {
    const facts = setFacts(set, world);
    const placed = facts.members.flatMap(({ pod }) => (pod?.spec.nodeName === undefined ? [] : [pod]));
    if (placed.length < 2 || facts.replicas < 2) return null;
    const usable = world.observed.nodes.filter((node) => unusable(node) === null);
    const zoneOf = (name: string | undefined) => world.node(name)?.metadata.labels?.[ZONE_LABEL];
    const zones = new Set(usable.flatMap(({ metadata }) => metadata.labels?.[ZONE_LABEL] ?? []));
    const quorum = majorityOf(facts.replicas);
    const byNode = largestGroup(placed, ({ spec }) => spec.nodeName);
    const byZone = zones.size < 2 ? null : largestGroup(placed, ({ spec }) => zoneOf(spec.nodeName));
    const share = (count: number) =>
      count === facts.replicas
        ? `${count === 2 ? 'both' : `all ${count}`} pods are`
        : `${count} of ${counted(facts.replicas, 'pod')} are`;
    const loss = (count: number) => (count === facts.replicas ? 'all members' : 'the majority');
    if (byNode !== null && byNode.items.length >= quorum) {
      const count = byNode.items.length;
      const alone = usable.length < 2;
      return {
        severity: alone ? 'note' : 'risk',
        says: `${share(count)} on node ${byNode.key}${alone ? ', the only one there is' : ''}: its loss is the loss of ${loss(count)}`,
        ...(alone ? {} : { rule: RULE }),
        ways: alone ? [] : [spread(set, 'kubernetes.io/hostname')],
      };
    }
    if (byZone === null || byZone.items.length < quorum) return null;
    return {
      severity: 'risk',
      says: `${share(byZone.items.length)} in zone ${byZone.key}: its loss is the loss of ${loss(byZone.items.length)}`,
      rule: RULE,
      ways: [spread(set, ZONE_LABEL)],
    };
  },
});

const RULE = {
  text: 'The scheduler spreads the pods of a set only as a preference; apart they stay when a spread constraint or anti-affinity demands it.',
  source: 'spec.template.spec.topologySpreadConstraints',
};

function spread(set: StatefulSet, topologyKey: string) {
  const constraint = { maxSkew: 1, topologyKey, whenUnsatisfiable: 'DoNotSchedule', labelSelector: set.spec.selector };
  return way(
    'demand that they are spread (restarts the pods one by one)',
    patchTemplate(set.metadata.namespace ?? '', set.metadata.name ?? '', { topologySpreadConstraints: [constraint] }),
    risk('volumes stay, but a member whose volume is bound to its node or zone cannot move and would stay Pending'),
  );
}
