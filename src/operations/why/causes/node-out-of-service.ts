import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { isNodeReady, isOutOfService, nodeStateFor, OUT_OF_SERVICE } from '../facts/node-facts.ts';
import { ageText } from '../words.ts';

/** It carries the out-of-service taint: as declared, or forgotten after the node came back. */
export const nodeOutOfService = cause({
  id: 'node-out-of-service',
  kind: 'Node',
  applies(node, world) {
    if (!isOutOfService(node)) return null;
    const { name = '' } = node.metadata;
    const back = isNodeReady(node);
    return {
      severity: back ? 'blocks' : 'note',
      says: back
        ? `it is back for ${ageText(nodeStateFor(node, world))} but still declared out of service: pods that come to it are removed by force`
        : `it is declared out of service: its pods were removed and its volumes detached without its word`,
      rule: {
        text: 'The out-of-service taint is set and taken off by hand; while it is there, nothing on the node is waited for.',
        source: `KEP-2268 (${OUT_OF_SERVICE})`,
      },
      ways: [
        way(
          back ? 'take the taint off' : 'when the machine has been repaired and is ready: take the taint off',
          kubectl(undefined, 'taint', 'node', name, `${OUT_OF_SERVICE}-`),
        ),
      ],
    };
  },
});
