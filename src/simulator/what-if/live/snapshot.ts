import { podRequests } from '../../../api/shared/pod-requests.ts';
import type { Client, Target } from '../../../client/client.ts';
import {
  CONTROLLER_REVISIONS,
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  POD_DISRUPTION_BUDGETS,
  PODS,
  SERVICES,
  STATEFUL_SETS,
  STORAGE_CLASSES,
} from '../../../client/resources.ts';
import type { KubeObject, ResourceId } from '../../../schema/object.ts';
import { StatusError } from '../../../schema/status.ts';
import { WhatIfError } from '../what-if-error.ts';

const PRIORITY_CLASSES: ResourceId = { group: 'scheduling.k8s.io', version: 'v1', resource: 'priorityclasses' };
const PAGE = 500;

/** What pods that are not played take of a node. */
export interface Taken {
  readonly milliCpu: number;
  readonly memory: number;
  readonly pods: number;
}

/** What a cluster has of its StatefulSets and all they rest on, at one moment. */
export interface Snapshot {
  /** Milliseconds since the epoch. */
  readonly takenMs: number;
  readonly sets: readonly KubeObject[];
  /** Of the sets, and those without a controller. */
  readonly pods: readonly KubeObject[];
  readonly claims: readonly KubeObject[];
  readonly revisions: readonly KubeObject[];
  readonly budgets: readonly KubeObject[];
  readonly services: readonly KubeObject[];
  readonly volumes: readonly KubeObject[];
  readonly classes: readonly KubeObject[];
  readonly priorityClasses: readonly KubeObject[];
  readonly nodes: readonly KubeObject[];
  /** By node: room that pods of others need. */
  readonly taken: ReadonlyMap<string, Taken>;
  readonly notes: readonly string[];
}

async function listAll(client: Client, target: Target): Promise<KubeObject[]> {
  const items: KubeObject[] = [];
  let page: string | undefined;
  do {
    const answer = await client.list(target, { limit: PAGE, ...(page === undefined ? {} : { continue: page }) });
    items.push(...answer.items);
    page = answer.continue;
  } while (page !== undefined);
  return items;
}

/**
 * Reads a cluster: the objects of one namespace, or of all (null), and those of the cluster. Nothing is written; Secrets
 * and ConfigMaps are not read. What may not be listed is left out with a note, except StatefulSets, pods and nodes.
 * @throws WhatIfError when those cannot be listed or there is no StatefulSet
 */
export async function readSnapshot(client: Client, namespace: string | null, takenMs: number): Promise<Snapshot> {
  const notes: string[] = [];
  const place = namespace === null ? {} : { namespace };
  const list = async (target: Target, needed = false): Promise<KubeObject[]> => {
    try {
      return await listAll(client, target);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      const what = `${target.resource}${target.namespace === undefined ? '' : ` in ${target.namespace}`}`;
      if (needed) throw new WhatIfError(`cannot list ${what}: ${error.message}. Ask with a user who may.`);
      notes.push(`${what} could not be read and are left out: ${error.message}`);
      return [];
    }
  };
  const [sets, here, claims, revisions, budgets, services, volumes, classes, priorityClasses, nodes] =
    await Promise.all([
      list({ ...STATEFUL_SETS, ...place }, true),
      list({ ...PODS, ...place }, true),
      list({ ...PERSISTENT_VOLUME_CLAIMS, ...place }),
      list({ ...CONTROLLER_REVISIONS, ...place }),
      list({ ...POD_DISRUPTION_BUDGETS, ...place }),
      list({ ...SERVICES, ...place }),
      list(PERSISTENT_VOLUMES),
      list(STORAGE_CLASSES),
      list(PRIORITY_CLASSES),
      list(NODES, true),
    ]);
  if (sets.length === 0)
    throw new WhatIfError(
      `there is no StatefulSet ${namespace === null ? 'in this cluster' : `in namespace ${namespace}; name another with -n, or -A for all`}.`,
    );
  const everywhere = namespace === null ? here : await list(PODS);
  const played = here.filter(isPlayed);
  const uids = new Set(played.map(({ metadata }) => metadata.uid));
  const others = everywhere.filter(({ metadata }) => !uids.has(metadata.uid)).filter(takesRoom);
  if (others.length > 0)
    notes.push(`${others.length} pods that are not of these StatefulSets stay where they are and count as used room`);
  const bound = new Set(claims.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  return {
    takenMs,
    sets,
    pods: played,
    claims,
    revisions: revisions.filter(({ metadata }) => metadata.ownerReferences?.some(({ kind }) => kind === 'StatefulSet')),
    budgets,
    // That of the API server itself has none.
    services: services.filter(({ spec }) => spec?.selector !== undefined),
    volumes: volumes.filter(({ spec }) => {
      const claim: { namespace?: string; name?: string } | undefined = spec?.claimRef;
      return claim === undefined || bound.has(`${claim.namespace}/${claim.name}`);
    }),
    classes,
    priorityClasses: priorityClasses.filter(({ metadata }) => !metadata.name?.startsWith('system-')),
    nodes,
    taken: takenBy(others),
    notes,
  };
}

const isFinished = ({ status }: KubeObject): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';
const takesRoom = (pod: KubeObject): boolean => Boolean(pod.spec?.nodeName) && !isFinished(pod);

function isPlayed(pod: KubeObject): boolean {
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return !isFinished(pod) && pod.metadata.annotations?.[MIRROR] === undefined;
  return owner.kind === 'StatefulSet';
}

/** Static pods are shown by their node, and cannot be made by anybody. */
const MIRROR = 'kubernetes.io/config.mirror';

function takenBy(pods: readonly KubeObject[]): ReadonlyMap<string, Taken> {
  const taken = new Map<string, Taken>();
  for (const { spec } of pods) {
    const before = taken.get(spec.nodeName) ?? { milliCpu: 0, memory: 0, pods: 0 };
    const { milliCpu, memory } = podRequests(spec);
    taken.set(spec.nodeName, {
      milliCpu: before.milliCpu + milliCpu,
      memory: before.memory + memory,
      pods: before.pods + 1,
    });
  }
  return taken;
}
