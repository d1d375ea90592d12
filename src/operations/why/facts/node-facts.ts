import { parseTime } from '../../../base/time.ts';
import type { Node, NodeSelector, PersistentVolume } from '../observed.ts';
import { listed } from '../words.ts';
import type { World } from '../world.ts';

export const ZONE_LABEL = 'topology.kubernetes.io/zone';
export const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';
const HOSTNAME_LABEL = 'kubernetes.io/hostname';

export type NodeCondition = NonNullable<Node['status']['conditions']>[number];

export function readyCondition(node: Node): NodeCondition | undefined {
  return node.status.conditions?.find(({ type }) => type === 'Ready');
}

export const isNodeReady = (node: Node): boolean => readyCondition(node)?.status === 'True';

/** The control plane has not heard from it (Ready Unknown). */
export const isUnreachable = (node: Node): boolean => readyCondition(node)?.status === 'Unknown';

/** Milliseconds in the present Ready state. */
export const nodeStateFor = (node: Node, world: World): number =>
  world.now - parseTime(readyCondition(node)?.lastTransitionTime);

export const isCordoned = (node: Node): boolean => node.spec.unschedulable === true;

export const isOutOfService = (node: Node): boolean =>
  (node.spec.taints ?? []).some(({ key }) => key === OUT_OF_SERVICE);

/** `not ready`, `cordoned`, or null when pods may be put on it as far as its own state goes. */
export function unusable(node: Node): string | null {
  if (isUnreachable(node)) return 'unreachable';
  if (!isNodeReady(node)) return 'not ready';
  return isCordoned(node) ? 'cordoned' : null;
}

type Requirement = NonNullable<NodeSelector['nodeSelectorTerms'][number]['matchExpressions']>[number];

function holds({ key, operator, values = [] }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return Number(value) > Number(values[0]);
    case 'Lt':
      return Number(value) < Number(values[0]);
    default:
      return key === '';
  }
}

/** core/v1 NodeSelector: terms are alternatives, what stands in a term holds together; an empty term holds for no node. */
export function matchesNode(selector: NodeSelector, node: Node): boolean {
  return selector.nodeSelectorTerms.some(({ matchExpressions = [], matchFields = [] }) => {
    if (matchExpressions.length + matchFields.length === 0) return false;
    return (
      matchExpressions.every((each) => holds(each, node.metadata.labels?.[each.key])) &&
      matchFields.every((each) => holds(each, node.metadata.name))
    );
  });
}

/** Where a volume can be used, in words: `in zone a`, `on node n1`, `on nodes with disk in (ssd)`; null: anywhere. */
export function placeOf(volume: PersistentVolume): string | null {
  const terms = volume.spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  if (terms.length === 0) return null;
  const texts = terms.flatMap(({ matchExpressions = [], matchFields = [] }) =>
    [...matchExpressions, ...matchFields].map(({ key, operator, values = [] }) => {
      if (operator === 'In' && key.endsWith('/zone')) return `in zone ${listed(values)}`;
      if (operator === 'In' && (key === HOSTNAME_LABEL || key === 'metadata.name')) return `on node ${listed(values)}`;
      return `on nodes with ${key} ${operator.toLowerCase()}${values.length === 0 ? '' : ` (${values.join(', ')})`}`;
    }),
  );
  return listed([...new Set(texts)]);
}

/** Nodes that may use a volume; all of them when it says nothing. */
export function nodesOfVolume(volume: PersistentVolume, world: World): readonly Node[] {
  const required = volume.spec.nodeAffinity?.required;
  return required === undefined
    ? world.observed.nodes
    : world.observed.nodes.filter((node) => matchesNode(required, node));
}

/** Label an added node needs for a volume: `topology.kubernetes.io/zone=a`. */
export function labelOfPlace(volume: PersistentVolume): string | null {
  const requirement = volume.spec.nodeAffinity?.required?.nodeSelectorTerms[0]?.matchExpressions?.[0];
  return requirement?.operator === 'In' ? `${requirement.key}=${requirement.values?.[0]}` : null;
}
