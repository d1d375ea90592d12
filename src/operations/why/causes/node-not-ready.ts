import { failureOf, NODE_FAILURE } from '../../../api/shared/node-failure.ts';
import { SELF_FENCED, SELF_FENCING } from '../../../api/shared/self-fencing.ts';
import { cause } from '../cause.ts';
import { risk, type Way, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import {
  isNodeReady,
  isOutOfService,
  isUnreachable,
  nodeStateFor,
  OUT_OF_SERVICE,
  readyCondition,
} from '../facts/node-facts.ts';
import { isTerminating } from '../facts/pod-facts.ts';
import type { Node } from '../observed.ts';
import { ageText, counted, shortened } from '../words.ts';

/** The node does not answer, or says that it is not ready. */
export const nodeNotReady = cause({
  id: 'node-not-ready',
  kind: 'Node',
  applies(node, world) {
    const { name = '' } = node.metadata;
    const condition = readyCondition(node);
    if (isNodeReady(node) || isOutOfService(node)) return null;
    const since = ageText(nodeStateFor(node, world));
    const pods = world.observed.pods.filter(({ spec }) => spec.nodeName === name);
    const stuck = pods.filter(isTerminating).length;
    const on =
      pods.length === 0
        ? ''
        : `; ${counted(pods.length, 'pod')} on it${stuck === 0 ? '' : `, ${stuck} of them Terminating`}`;
    if (!isUnreachable(node)) {
      return {
        severity: 'blocks',
        says: `it has not been ready for ${since}: ${shortened(condition?.message ?? condition?.reason ?? 'no reason given')}${on}`,
        rule: {
          text: 'A node that is not ready takes no new pods; its pods are deleted and made elsewhere when they do not tolerate that any more (tolerationSeconds, 5 minutes unless they say otherwise).',
          source: 'taint node.kubernetes.io/not-ready',
        },
        ways: [way('see what its agent says', kubectl(undefined, 'describe', 'node', name))],
      };
    }
    return {
      severity: 'blocks',
      says: `it has not answered for ${since} (Ready Unknown)${on}${fencesItself(node) ? '; it was told to end its members by itself' : ''}`,
      rule: {
        text: 'A node that is silent may be off, or merely cut off with its processes still running; from outside the two look alike. Its pods are deleted when they do not tolerate that any more (tolerationSeconds, 5 minutes unless they say otherwise) and stay Terminating until the node comes back, is deleted, or is declared out of service. A PodDisruptionBudget plays no part.',
        source: `taint node.kubernetes.io/unreachable, KEP-2268 (${OUT_OF_SERVICE})`,
      },
      ways: [...waysBack(node), ...(isFenced(node) && pods.length === 0 ? [] : wordsOfYours(name))],
    };
  },
});

const isFenced = (node: Node): boolean => (node.spec.taints ?? []).some(({ key }) => key === SELF_FENCED);
/** Told to, and not known to have done so. */
const fencesItself = (node: Node): boolean => node.metadata.annotations?.[SELF_FENCING] === 'true' && !isFenced(node);

/** That give nothing up. */
function waysBack(node: Node): Way[] {
  const { name = '' } = node.metadata;
  const failure = failureOf(node);
  const ways: Way[] = [];
  if (fencesItself(node))
    ways.push(
      way(
        'wait: once it is sure that it has ended its members they are made elsewhere without your word (75 s after the last renewal of its lease, if that lasts 40 s)',
        kubectl(undefined, 'get', 'node', name, '-w'),
      ),
    );
  ways.push(
    failure === null
      ? way(
          'bring it back: it ends the pods that were deleted meanwhile, and the set makes them anew',
          kubectl(undefined, 'get', 'node', name, '-w'),
        )
      : way(
          `end the failure that is played on it (${failure}): it ends the pods that were deleted meanwhile, and the set makes them anew`,
          kubectl(undefined, 'annotate', 'node', name, `${NODE_FAILURE}-`),
        ),
  );
  return ways;
}

/** That rest on somebody's word that the machine is off. */
const wordsOfYours = (name: string): Way[] => [
  way(
    'or, when the machine is surely off (power, hypervisor, cloud console): declare it out of service. Its pods are removed and its volumes detached at once',
    kubectl(undefined, 'taint', 'node', name, `${OUT_OF_SERVICE}=nodeshutdown:NoExecute`),
    risk('if it still runs, two members write as one; take the taint off when it is back'),
  ),
  way(
    'or, when it never comes back: delete it. Its pods are removed after 40 s, attached volumes follow after 6 minutes; data on its own disks is gone with it',
    kubectl(undefined, 'delete', 'node', name),
    risk('as above, and volumes bound to this node are lost'),
  ),
];
