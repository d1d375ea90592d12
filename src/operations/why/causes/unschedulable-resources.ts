import { addQuantity, compareQuantity, formatQuantity, parseQuantity, type Quantity } from '../../../base/quantity.ts';
import { cause } from '../cause.ts';
import { type Way, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { unusable } from '../facts/node-facts.ts';
import { setOf } from '../facts/owner.ts';
import { nodesText, refusedBy } from '../facts/pod-gates.ts';
import type { Pod } from '../observed.ts';
import { listed } from '../words.ts';
import type { World } from '../world.ts';

const REASON = /^(Insufficient .+|Too many pods)$/;

/** Too little cpu, memory or any other resource is left. */
export const unschedulableResources = cause({
  id: 'unschedulable-resources',
  kind: 'Pod',
  applies(pod, world) {
    const refused = refusedBy(pod, REASON);
    if (refused === null) return null;
    const resources = refused.reasons.map((reason) =>
      reason.replace(/^Insufficient /, '').replace('Too many pods', 'pods'),
    );
    const texts = resources.map((resource) => shortage(pod, resource, world));
    const never = texts.find(({ never: hopeless }) => hopeless);
    const { namespace = '', name = '' } = pod.metadata;
    const set = setOf(pod, world);
    const ways: Way[] = [
      way('see what is taken on the nodes', kubectl(undefined, 'describe', 'nodes')),
      way(
        'add a node, or make room on one by moving or scaling down what can spare it',
        kubectl(undefined, 'get', 'pods', '-A', '-o', 'wide'),
      ),
    ];
    if (set !== undefined)
      ways.push(
        way(
          'or ask for less (restarts the pods one by one)',
          kubectl(
            namespace,
            'set',
            'resources',
            `sts/${set.metadata.name}`,
            `--requests=${
              resources
                .filter((each) => each !== 'pods')
                .map((each) => `${each}=LESS`)
                .join(',') || 'cpu=LESS'
            }`,
          ),
        ),
      );
    return {
      severity: 'blocks',
      says: `no node takes it: ${nodesText(refused)} ${refused.count === 1 ? 'lacks' : 'lack'} ${listed(texts.map(({ text }) => text))}`,
      rule: {
        text:
          never === undefined
            ? 'The scheduler counts requests, not use: what the pods on a node ask for must fit into its allocatable.'
            : `No node is large enough, however empty: ${never.text}.`,
        source: `spec.containers[].resources.requests (pod ${name})`,
      },
      ways,
    };
  },
});

/** What is asked of a resource, and the most any usable node has in all. */
function shortage(pod: Pod, resource: string, world: World): { readonly text: string; readonly never: boolean } {
  if (resource === 'pods') return { text: 'a free slot for a pod', never: false };
  const asked = requestOf(pod, resource);
  const most = world.observed.nodes
    .filter((node) => unusable(node) === null)
    .flatMap((node) => quantity(node.status.allocatable?.[resource]) ?? [])
    .reduce<Quantity | undefined>(
      (largest, each) => (largest === undefined || compareQuantity(each, largest) > 0 ? each : largest),
      undefined,
    );
  if (asked === undefined) return { text: resource, never: false };
  const largest = most === undefined ? '' : `, the largest node has ${formatQuantity(most)} in all`;
  return {
    text: `${resource} (it asks for ${formatQuantity(asked)}${largest})`,
    never: most !== undefined && compareQuantity(asked, most) > 0,
  };
}

const quantity = (text: string | undefined): Quantity | undefined =>
  text === undefined ? undefined : parseQuantity(text);

/** Sum over the containers; what init containers ask for beyond that is left out, it is rarely what is short. */
function requestOf(pod: Pod, resource: string): Quantity | undefined {
  return pod.spec.containers
    .flatMap((container) => quantity(container.resources?.requests?.[resource]) ?? [])
    .reduce<Quantity | undefined>((sum, each) => (sum === undefined ? each : addQuantity(sum, each)), undefined);
}
