import { SELF_FENCED, SELF_FENCING } from '../../../api/shared/self-fencing.ts';
import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';

/** It ended its members because it could not renew its lease, and they were given up. */
export const nodeFenced = cause({
  id: 'node-fenced',
  kind: 'Node',
  applies(node) {
    if (!(node.spec.taints ?? []).some(({ key }) => key === SELF_FENCED)) return null;
    const { name = '' } = node.metadata;
    return {
      severity: 'note',
      says: 'it could not renew its lease, ended its members by itself, and these were given up: they run elsewhere where their volumes let them',
      rule: {
        text: 'A self-fencing node stops members of StatefulSets and pods with claims when its lease ends (40 s after the last renewal unless set otherwise); only well after that (75 s) are they made elsewhere. When it is back it starts none of the old ones, and its taint goes.',
        source: SELF_FENCING,
      },
      ways: [way('see when it is back', kubectl(undefined, 'get', 'node', name, '-w'))],
    };
  },
});
