import type { Target } from '../../../client/client.ts';
import { CONFIG_MAPS, NODES, PODS, SERVICE_ACCOUNTS, STORAGE_CLASSES } from '../../../client/resources.ts';
import { targetOf } from '../../../client/target-of.ts';
import { revisionData } from '../../../controllers/statefulset/revisions.ts';
import type { PodTemplate } from '../../../controllers/statefulset/types.ts';
import type { KubeObject, ResourceId } from '../../../schema/object.ts';
import { isStatus } from '../../../schema/status.ts';
import type { World } from '../../world/world.ts';
import type { Conduct } from '../conduct.ts';
import { createNode, ensureNamespace, foreignProvisioners } from '../manifests.ts';
import type { Stage } from '../stage.ts';
import { WhatIfError } from '../what-if-error.ts';
import { fresh, machineOf, podOf, serviceOf, type Uids, volumeOf } from './objects.ts';
import { referencesOf } from './references.ts';
import { learn, runs, start } from './running.ts';
import type { Snapshot } from './snapshot.ts';

const SECRETS: ResourceId = { group: '', version: 'v1', resource: 'secrets' };

/** A cluster as it was found, with new uids. Nothing has to happen for it to be as it was. */
export function stageOfSnapshot(snapshot: Snapshot): Stage {
  return {
    nodes: snapshot.nodes.map((node) => machineOf(node, snapshot.taken.get(node.metadata.name ?? ''))),
    provisionerAliases: foreignProvisioners(
      snapshot.classes.map((one) => ({ ...one, kind: 'StorageClass' }) as KubeObject),
    ),
    startMs: snapshot.takenMs,
    notes: snapshot.notes,
    prepare: (world, conduct) => new Restoration(snapshot, world, conduct).go(),
    bringUp: null,
  };
}

class Restoration {
  readonly #o: Snapshot;
  readonly #world: World;
  readonly #conduct: Conduct;
  readonly #uids: Uids = new Map();
  /** By namespace and name of a revision: the template it was made from, where that is the set's own. */
  readonly #templates = new Map<string, PodTemplate>();

  constructor(snapshot: Snapshot, world: World, conduct: Conduct) {
    this.#o = snapshot;
    this.#world = world;
    this.#conduct = conduct;
  }

  async go(): Promise<void> {
    const { sets, revisions, budgets, services, volumes, claims, nodes } = this.#o;
    for (const node of nodes) await this.#node(node);
    await this.#classes();
    const namespaces = new Set([...sets, ...this.#o.pods].map(({ metadata }) => metadata.namespace ?? 'default'));
    for (const namespace of namespaces) await this.#namespace(namespace);
    for (const service of services) await this.#create(serviceOf(service));
    for (const budget of budgets) await this.#create(fresh(budget));
    for (const set of sets) await this.#set(set);
    for (const revision of revisions) await this.#create(this.#revision(revision));
    const pods = await this.#pods();
    for (const claim of claims) await this.#withStatus(claim, fresh(claim, this.#uids));
    for (const volume of volumes) await this.#withStatus(volume, volumeOf(volume, this.#uids));
    await Promise.all(pods.map((pod) => start(this.#world, this.#conduct, pod)));
  }

  /** Creates it, and remembers whose new uid it has. */
  async #create(object: KubeObject, oldUid?: string): Promise<KubeObject> {
    const target = this.#target(object);
    try {
      const made = await this.#world.client.create(target, object);
      if (oldUid !== undefined && made.metadata.uid !== undefined) this.#uids.set(oldUid, made.metadata.uid);
      return made;
    } catch (error) {
      const { namespace, name } = object.metadata;
      const where = namespace === undefined ? '' : `${namespace}/`;
      throw new WhatIfError(`${object.kind} ${where}${name} could not be taken over: ${(error as Error).message}`);
    }
  }

  #target(object: KubeObject): Target {
    const target = targetOf(object);
    if (target === null) throw new WhatIfError(`${object.apiVersion} ${object.kind} is not a built-in API.`);
    return target;
  }

  async #withStatus(old: KubeObject, object: KubeObject): Promise<KubeObject> {
    const made = await this.#create(object, old.metadata.uid);
    if (old.status === undefined) return made;
    return this.#world.client.update(this.#target(object), { ...made, status: old.status }, 'status');
  }

  async #node(node: KubeObject): Promise<void> {
    const { client, machines } = this.#world;
    const { name = '' } = node.metadata;
    await createNode(this.#world, node);
    const made = await client.get(NODES, name);
    const { volumesAttached: _a, volumesInUse: _u, ...status } = node.status ?? {};
    const { capacity } = machineOf(node, this.#o.taken.get(name));
    const room = capacity === undefined ? {} : { capacity, allocatable: capacity };
    await client.update(NODES, { ...made, status: { ...status, ...room } } as KubeObject, 'status');
    const conditions: readonly { type: string; status: string }[] = node.status?.conditions ?? [];
    if (conditions.some((one) => one.type === 'Ready' && one.status !== 'True')) machines.get(name)?.crash();
  }

  async #classes(): Promise<void> {
    const { client, history } = this.#world;
    for (const { metadata } of history.all('storage.k8s.io/storageclasses').values())
      await client.delete(STORAGE_CLASSES, metadata.name ?? '');
    for (const one of [...this.#o.classes, ...this.#o.priorityClasses]) await this.#create(fresh(one));
  }

  /** With stand-ins of what its pods read their settings from: only that it is there matters. */
  async #namespace(namespace: string): Promise<void> {
    const { client } = this.#world;
    await ensureNamespace(this.#world, namespace);
    const specs = [
      ...this.#o.pods.filter(({ metadata }) => metadata.namespace === namespace).map(({ spec }) => spec),
      ...this.#o.sets
        .filter(({ metadata }) => metadata.namespace === namespace)
        .map(({ spec }) => spec?.template?.spec),
    ];
    const { accounts, configMaps, secrets } = referencesOf(specs);
    const make = async (resource: ResourceId, object: object): Promise<void> => {
      await client.create({ ...resource, namespace }, object).catch((error: unknown) => {
        if (!isStatus(error, 'AlreadyExists')) throw error;
      });
    };
    for (const name of new Set([...accounts, 'default']))
      await make(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });
    const empty = (keys: ReadonlySet<string>): object => Object.fromEntries([...keys].map((key) => [key, '']));
    for (const [name, keys] of configMaps)
      await make(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: empty(keys) });
    for (const [name, keys] of secrets)
      await make(SECRETS, { apiVersion: 'v1', kind: 'Secret', metadata: { name }, data: empty(keys) });
  }

  async #set(set: KubeObject): Promise<void> {
    const made = await this.#create(fresh(set), set.metadata.uid);
    // Generations begin anew: what was seen of the old one has been seen of this.
    const seen = set.status?.observedGeneration === set.metadata.generation;
    const status = { ...set.status, observedGeneration: seen ? made.metadata.generation : 0 };
    await this.#world.client.update(this.#target(made), { ...made, status } as KubeObject, 'status');
    const newest: string | undefined = set.status?.updateRevision;
    if (seen && newest !== undefined)
      this.#templates.set(`${set.metadata.namespace}/${newest}`, made.spec?.template as PodTemplate);
  }

  /** Other versions of Kubernetes have other defaults: the newest revision is that of the template as it is stored here. */
  #revision(revision: KubeObject): KubeObject {
    const { namespace, name } = revision.metadata;
    const template = this.#templates.get(`${namespace}/${name}`);
    const own = fresh(revision, this.#uids);
    return template === undefined ? own : ({ ...own, data: revisionData(template) } as KubeObject);
  }

  /** All pods where they were. Returns those whose containers ran. */
  async #pods(): Promise<KubeObject[]> {
    const { client } = this.#world;
    const running: KubeObject[] = [];
    for (const pod of this.#o.pods) {
      learn(this.#conduct, pod, this.#o.takenMs);
      const made = await this.#withStatus(pod, podOf(pod, this.#uids));
      const { namespace = '', name = '', deletionTimestamp } = pod.metadata;
      if (deletionTimestamp !== undefined) await client.delete({ ...PODS, namespace }, name);
      if (runs(pod)) running.push(made);
    }
    return running;
  }
}
