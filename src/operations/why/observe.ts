import type { Client, ListOptions, Target } from '../../client/client.ts';
import {
  CONTROLLER_REVISIONS,
  ENDPOINT_SLICES,
  EVENTS,
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  POD_DISRUPTION_BUDGETS,
  PODS,
  SERVICES,
  STATEFUL_SETS,
  STORAGE_CLASSES,
} from '../../client/resources.ts';
import type { KubeObject, ResourceId } from '../../schema/object.ts';
import { StatusError } from '../../schema/status.ts';
import { NOTHING_OBSERVED, type ObjectList, type Objects, type Observed } from './observed.ts';
import type { Subject } from './subject.ts';

const PAGE = 500;
/** Enough for any namespace that one screen can explain, and a bound for the others. */
const MAX_PAGES = 20;

const PRIORITY_CLASSES: ResourceId = { group: 'scheduling.k8s.io', version: 'v1', resource: 'priorityclasses' };
const VOLUME_ATTACHMENTS: ResourceId = { group: 'storage.k8s.io', version: 'v1', resource: 'volumeattachments' };

const NAMESPACED: readonly (readonly [ObjectList, ResourceId])[] = [
  ['statefulSets', STATEFUL_SETS],
  ['pods', PODS],
  ['claims', PERSISTENT_VOLUME_CLAIMS],
  ['budgets', POD_DISRUPTION_BUDGETS],
  ['revisions', CONTROLLER_REVISIONS],
  ['events', EVENTS],
  ['services', SERVICES],
  ['endpointSlices', ENDPOINT_SLICES],
];
const CLUSTER: readonly (readonly [ObjectList, ResourceId])[] = [
  ['volumes', PERSISTENT_VOLUMES],
  ['classes', STORAGE_CLASSES],
  ['nodes', NODES],
  ['priorityClasses', PRIORITY_CLASSES],
  ['attachments', VOLUME_ATTACHMENTS],
];

/** Namespaces of the pods of one node that are looked at, for a node that is to be drained. */
const MAX_NAMESPACES = 20;

interface Answer {
  readonly list: ObjectList;
  readonly items: readonly KubeObject[];
  readonly unseen?: string;
}

async function listAll(client: Client, target: Target, options: ListOptions): Promise<KubeObject[]> {
  const items: KubeObject[] = [];
  let page: string | undefined;
  for (let count = 0; count < MAX_PAGES; count++) {
    const answer = await client.list(target, {
      ...options,
      limit: PAGE,
      ...(page === undefined ? {} : { continue: page }),
    });
    items.push(...answer.items);
    page = answer.continue;
    if (page === undefined) break;
  }
  return items;
}

/** What may not or cannot be listed is noted, not fatal: the answer says what it could not see. */
async function look(client: Client, list: ObjectList, target: Target, options: ListOptions = {}): Promise<Answer> {
  try {
    return { list, items: await listAll(client, target, options) };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    if (error.reason === 'Forbidden') return { list, items: [], unseen: 'not allowed to list them' };
    if (error.reason === 'NotFound') return { list, items: [], unseen: 'this server does not know them' };
    return { list, items: [], unseen: error.message };
  }
}

const inNamespace = (client: Client, namespace: string): Promise<Answer>[] =>
  NAMESPACED.map(([list, resource]) => look(client, list, { ...resource, namespace }));

/** Events about nodes stand in the namespace default. */
const aboutNodes = (client: Client): Promise<Answer> =>
  look(client, 'events', { ...EVENTS, namespace: 'default' }, { fieldSelector: 'involvedObject.kind=Node' });

/**
 * Lists what an explanation of the subject may rest on, all kinds at once: its namespace and the cluster's volumes, classes
 * and nodes; for a node the namespaces of the pods on it. Errors other than the API's own (no connection) are thrown.
 */
export async function observe(client: Client, subject: Subject): Promise<Observed> {
  const cluster = CLUSTER.map(([list, resource]) => look(client, list, resource));
  if (subject.kind !== 'Node') {
    return merged(await Promise.all([...cluster, ...inNamespace(client, subject.namespace), aboutNodes(client)]));
  }
  const onNode = await look(client, 'pods', PODS, { fieldSelector: `spec.nodeName=${subject.name}` });
  const all = [...new Set(onNode.items.map(({ metadata }) => metadata.namespace ?? ''))];
  const namespaces = all.slice(0, MAX_NAMESPACES);
  const spaces = namespaces.flatMap((namespace) => inNamespace(client, namespace));
  const rest: Answer = {
    list: 'budgets',
    items: [],
    ...(all.length === namespaces.length
      ? {}
      : { unseen: `only those of ${namespaces.length} of ${all.length} namespaces` }),
  };
  return merged([onNode, rest, ...(await Promise.all([...cluster, ...spaces, aboutNodes(client)]))]);
}

/** One list a kind; an object that was listed twice counts once. */
function merged(answers: readonly Answer[]): Observed {
  const found = new Map<ObjectList, Map<string, KubeObject>>();
  const unseen: Partial<Record<ObjectList, string>> = {};
  for (const { list, items, unseen: why } of answers) {
    const known = found.get(list) ?? new Map<string, KubeObject>();
    found.set(list, known);
    for (const item of items) known.set(`${item.metadata.namespace ?? ''}/${item.metadata.name}`, item);
    if (why !== undefined) unseen[list] = why;
  }
  const lists = Object.fromEntries([...found].map(([list, items]) => [list, [...items.values()]]));
  // The API server vouches for the shape of what it lists.
  return { ...NOTHING_OBSERVED, ...(lists as Partial<Objects>), unseen };
}
