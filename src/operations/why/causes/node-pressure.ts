import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { ageText, listed } from '../words.ts';

const WHAT: Readonly<Record<string, string>> = {
  MemoryPressure: 'memory',
  DiskPressure: 'disk space',
  PIDPressure: 'process ids',
};

/** The node is short of something and evicts pods. */
export const nodePressure = cause({
  id: 'node-pressure',
  kind: 'Node',
  applies(node, world) {
    const short = (node.status.conditions ?? []).filter(({ type, status }) => status === 'True' && type in WHAT);
    if (short.length === 0) return null;
    const { name = '' } = node.metadata;
    return {
      severity: 'warning',
      says: `it is short of ${listed(short.map(({ type }) => WHAT[type]!))} for ${ageText(world.since(short[0]!.lastTransitionTime))}: it takes no new pods of the kind that would make it worse, and evicts some`,
      rule: {
        text: 'Under pressure a node evicts the pods that use most beyond their requests, without asking any budget.',
        source: 'Node status.conditions',
      },
      ways: [way('see what uses it', kubectl(undefined, 'describe', 'node', name))],
    };
  },
});
