import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { setOf } from '../facts/owner.ts';
import { nodesText, refusedBy } from '../facts/pod-gates.ts';
import { listed } from '../words.ts';

/** Host ports are taken. */
export const unschedulablePorts = cause({
  id: 'unschedulable-ports',
  kind: 'Pod',
  applies(pod, world) {
    const refused = refusedBy(pod, /free ports for the requested pod ports/);
    if (refused === null) return null;
    const ports = pod.spec.containers.flatMap(({ ports: own = [] }) =>
      own.flatMap(({ hostPort }) => (hostPort === undefined ? [] : [String(hostPort)])),
    );
    const set = setOf(pod, world);
    return {
      severity: 'blocks',
      says: `no node takes it: on ${nodesText(refused)} host port ${listed(ports) || 'asked for'} is taken`,
      rule: {
        text: 'A host port can be had once per node and protocol, so at most one member fits on each node.',
        source: 'spec.containers[].ports[].hostPort',
      },
      ways: [
        way('add a node', kubectl(undefined, 'get', 'nodes')),
        ...(set === undefined
          ? []
          : [
              way(
                'or do without the host port (restarts the pods one by one)',
                kubectl(pod.metadata.namespace, 'edit', 'sts', set.metadata.name ?? ''),
              ),
            ]),
      ],
    };
  },
});
