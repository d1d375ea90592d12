import { NAMESPACES, NODES } from '../../client/resources.ts';
import { targetOf } from '../../client/target-of.ts';
import type { KubeObject } from '../../schema/object.ts';
import { isStatus } from '../../schema/status.ts';
import type { World, WorldNode } from '../world/world.ts';
import type { Stage } from './stage.ts';
import { WhatIfError } from './what-if-error.ts';

export interface Manifest {
  /** File it stands in. */
  readonly source: string;
  readonly object: KubeObject;
}

/** Machines where the manifests have no Nodes. */
export interface Machines {
  readonly count: number;
  /** Given to them in turn. */
  readonly zones: readonly string[];
}

const ZONE = 'topology.kubernetes.io/zone';
/** What others refer to comes first; of the rest the order is the user's. */
const ORDER = [
  'Namespace',
  'StorageClass',
  'PriorityClass',
  'ServiceAccount',
  'ConfigMap',
  'Secret',
  'PersistentVolume',
];
const LAST = ['StatefulSet', 'Pod'];
const SERVED_BY_NOBODY = ['kubernetes.io/no-provisioner', 'perdure.dev/local'];
const LOOK_MS = 50;
const LONGEST_MS = 30_000;

/** Nodes, zones and sizes as their objects say. */
export function worldNode(node: KubeObject): WorldNode {
  const { labels = {}, name = '' } = node.metadata;
  const capacity: Readonly<Record<string, string>> | undefined = node.status?.allocatable ?? node.status?.capacity;
  const zone = labels[ZONE];
  return {
    name,
    labels,
    ...(zone === undefined ? {} : { zone }),
    ...(capacity === undefined ? {} : { capacity }),
  };
}

const machinesOf = ({ count, zones }: Machines): WorldNode[] =>
  Array.from({ length: count }, (_, index) => {
    const zone = zones[index % Math.max(1, zones.length)];
    return { name: `node-${index + 1}`, ...(zone === undefined ? {} : { zone }) };
  });

/** Provisioners of others that classes among the objects name. */
export function foreignProvisioners(objects: readonly KubeObject[]): readonly string[] {
  const named = objects.flatMap((object) => (object.kind === 'StorageClass' ? [String(object.provisioner)] : []));
  return [...new Set(named)].filter((name) => !SERVED_BY_NOBODY.includes(name));
}

const rank = ({ object: { kind = '' } }: Manifest): number => {
  if (LAST.includes(kind)) return ORDER.length + 1 + LAST.indexOf(kind);
  return ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length;
};

/** A new cluster, and manifests that are applied to it. Throws WhatIfError for manifests without a StatefulSet. */
export function stageOfManifests(manifests: readonly Manifest[], machines: Machines): Stage {
  const objects = manifests.map(({ object }) => object);
  if (!objects.some(({ kind }) => kind === 'StatefulSet'))
    throw new WhatIfError('there is no StatefulSet in the manifests; name those of one with -f.');
  const nodes = objects.filter(({ kind }) => kind === 'Node');
  const rest = manifests.filter(({ object }) => object.kind !== 'Node');
  const known = rest.filter(({ object }) => targetOf(object) !== null).sort((a, b) => rank(a) - rank(b));
  const unknown = rest.filter(({ object }) => targetOf(object) === null);
  return {
    nodes: nodes.length > 0 ? nodes.map(worldNode) : machinesOf(machines),
    provisionerAliases: foreignProvisioners(objects),
    notes: unknown.map(
      ({ source, object }) =>
        `${source}: ${object.kind} ${object.metadata.name} is left out: ${object.apiVersion} is not a built-in API`,
    ),
    async prepare(world) {
      for (const node of nodes) await createNode(world, node);
    },
    bringUp: (world) => applyAll(world, known),
  };
}

/** Its labels and annotations, taints and whether it takes pods; its agent adds the rest. */
export async function createNode(world: World, { metadata, spec }: KubeObject): Promise<void> {
  const { name, labels = {}, annotations = {} } = metadata;
  const { taints, unschedulable } = spec ?? {};
  await world.client.create(NODES, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels, annotations },
    spec: { taints, unschedulable },
  });
}

async function applyAll(world: World, manifests: readonly Manifest[]): Promise<void> {
  const { client } = world;
  const namespaces = new Set(manifests.flatMap(({ object }) => targetOf(object)?.namespace ?? []));
  for (const name of namespaces) await ensureNamespace(world, name);
  await accounts(world, namespaces);
  for (const { source, object } of manifests) {
    const target = targetOf(object);
    if (target === null) continue;
    const name = object.metadata.name ?? '';
    try {
      await client.patch(target, name, 'apply', object, undefined, { fieldManager: 'perdure-simulate', force: true });
    } catch (error) {
      throw new WhatIfError(`${source}: ${object.kind} ${name} was refused: ${(error as Error).message}`);
    }
  }
}

export async function ensureNamespace({ client }: World, name: string): Promise<void> {
  try {
    await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  } catch (error) {
    if (!isStatus(error, 'AlreadyExists')) throw error;
  }
}

/** Pods cannot be made before the default account of their namespace is there. */
async function accounts({ clock, history }: World, namespaces: ReadonlySet<string>): Promise<void> {
  const deadlineMs = clock.monotonic() + LONGEST_MS;
  const missing = (): boolean =>
    [...namespaces].some((name) => history.now(`core/serviceaccounts/${name}/default`) === null);
  while (missing() && clock.monotonic() < deadlineMs) {
    await new Promise<void>((resolve) => void clock.setTimer(LOOK_MS, resolve));
  }
}
