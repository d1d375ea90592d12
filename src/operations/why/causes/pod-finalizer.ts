import { cause } from '../cause.ts';
import { risk, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { isTerminating } from '../facts/pod-facts.ts';
import { nodeLost } from '../facts/pod-gates.ts';
import { ageText, listed } from '../words.ts';

/** Deleted, and held by finalizers. */
export const podFinalizer = cause({
  id: 'pod-finalizer',
  kind: 'Pod',
  applies(pod, world) {
    const finalizers = pod.metadata.finalizers ?? [];
    if (!isTerminating(pod) || finalizers.length === 0 || nodeLost(pod, world)) return null;
    const { namespace = '', name = '' } = pod.metadata;
    return {
      severity: 'blocks',
      says: `it was deleted ${ageText(world.since(pod.metadata.deletionTimestamp))} ago and is held by ${finalizers.length === 1 ? 'finalizer' : 'finalizers'} ${listed(finalizers)}`,
      rule: {
        text: 'A deleted object stays until whoever set a finalizer takes it off; a forced delete does not change that.',
        source: 'metadata.finalizers',
      },
      ways: [
        way(
          'see who set it, and whether that controller runs',
          kubectl(namespace, 'get', 'pod', name, '-o', 'yaml', '--show-managed-fields'),
        ),
        way(
          'or take it off by hand',
          kubectl(namespace, 'patch', 'pod', name, '--type=merge', '-p', '{"metadata":{"finalizers":null}}'),
          risk('what the finalizer was to do before the end (a hand-over, a backup) does not happen'),
        ),
      ],
    };
  },
});
