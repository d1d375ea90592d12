import { addUsage, countsFor, isInScope, type Usage, usageOf } from '../../api/shared/quota-usage.ts';
import { deepEqual } from '../../base/json.ts';
import { keyOf, splitKey } from '../../client/meta.ts';
import { RESOURCE_QUOTAS } from '../../client/resources.ts';
import type { KubeObject } from '../../schema/object.ts';
import { isStatus } from '../../schema/status.ts';
import type { CatalogEntry, ResourceCatalog } from '../framework/catalog.ts';
import { type Controller, type ReconcileResult, Reconciler } from '../framework/controller.ts';
import type { ControllerOptions } from '../framework/options.ts';

export interface ResourceQuotaOptions extends ControllerOptions {
  readonly catalog: ResourceCatalog;
}

interface ResourceQuota extends KubeObject {
  readonly spec?: { readonly hard?: Usage };
  readonly status?: { readonly hard?: Usage; readonly used?: Usage };
}

/** Many objects often go at once: they are counted together. */
const GATHER_MS = 200;
/** Nothing tells that the grace of a pod ran out on a node that is lost. */
const RESYNC_MS = 5 * 60_000;

/** Whether any of these amounts is about the resource. */
const limits = (hard: Usage, { group, resource: plural }: CatalogEntry): boolean =>
  Object.keys(hard).some((name) => countsFor(name, { group, plural }));

/** What `used` has to say: amounts of all that can be counted, and what was said before of all else. */
export function countUsage(
  quota: ResourceQuota,
  objects: readonly (readonly [CatalogEntry, readonly KubeObject[]])[],
  nowMs: number,
): Usage {
  const sum: Usage = {};
  for (const [{ group, resource: plural }, items] of objects) {
    for (const object of items) {
      if (!isInScope(quota, { group, plural }, object)) continue;
      for (const [name, amount] of Object.entries(usageOf({ group, plural }, object, nowMs)))
        addUsage(sum, name, amount);
    }
  }
  const used: Usage = {};
  for (const name of Object.keys(quota.spec?.hard ?? {}).sort()) {
    const counted = objects.some(([{ group, resource: plural }]) => countsFor(name, { group, plural }));
    const amount = counted ? (sum[name] ?? '0') : quota.status?.used?.[name];
    if (amount !== undefined) used[name] = amount;
  }
  return used;
}

/**
 * Keeps the status of ResourceQuotas true: admission charges what is made, and here it is counted again when something went or a
 * quota changed. It counts what the server has, not what caches have: a charge and its object become visible together.
 */
export function createResourceQuotaController({
  client,
  informers,
  clock,
  hooks,
  catalog,
}: ResourceQuotaOptions): Controller {
  const quotas = informers.informer<ResourceQuota>(RESOURCE_QUOTAS);
  /** Kinds whose objects are listened to, by group and plural. */
  const watched = new Set<string>();
  let deaf = (): void => {};
  let begun = false;

  const entriesFor = (hard: Usage): readonly CatalogEntry[] =>
    catalog.list().filter((entry) => entry.namespaced && entry.verbs.includes('watch') && limits(hard, entry));

  async function reconcile(key: string): Promise<ReconcileResult | undefined> {
    const { namespace, name } = splitKey(key);
    const target = { ...RESOURCE_QUOTAS, namespace };
    const quota = await client.get<ResourceQuota>(target, name).catch((error: unknown) => {
      if (isStatus(error, 'NotFound')) return null;
      throw error;
    });
    if (quota === null || quota.metadata.deletionTimestamp !== undefined) return undefined;
    const hard = quota.spec?.hard ?? {};
    const entries = entriesFor(hard);
    for (const entry of entries) listen(entry);
    const objects: [CatalogEntry, readonly KubeObject[]][] = [];
    for (const entry of entries) objects.push([entry, (await client.list({ ...entry, namespace })).items]);
    const status = { hard, used: countUsage(quota, objects, clock.now()) };
    if (!deepEqual(status, { hard: {}, used: {}, ...quota.status })) {
      await client.update(target, { ...quota, status }, 'status');
    }
    return { requeueAfterMs: RESYNC_MS };
  }

  const reconciler = new Reconciler({
    name: 'resource-quota',
    clock,
    workers: 5,
    informers: [quotas],
    reconcile,
    hooks,
  });
  const { queue } = reconciler;

  /** What makes room: an object that goes, or changes what it counts for. */
  function listen(entry: CatalogEntry): void {
    const { group, resource: plural } = entry;
    const id = `${group}/${plural}`;
    if (watched.has(id)) return;
    watched.add(id);
    const touch = ({ metadata }: KubeObject): void => {
      for (const quota of quotas.list(metadata.namespace ?? '')) {
        if (limits(quota.spec?.hard ?? {}, entry)) queue.addAfter(keyOf(quota), GATHER_MS);
      }
    };
    const informer = informers.informer(entry);
    informer.on({
      delete: touch,
      update: (object, previous) => {
        // Most namespaces have no quota, and their objects change as often.
        if (quotas.list(object.metadata.namespace ?? '').length === 0) return;
        const nowMs = clock.now();
        const [before, after] = [previous, object].map((one) => usageOf({ group, plural }, one, nowMs));
        if (!deepEqual(before, after)) touch(object);
      },
    });
    void informer.start();
  }

  quotas.on({
    add: (quota) => queue.add(keyOf(quota)),
    update: (quota, previous) => {
      // What admission charges is right by itself.
      if (!deepEqual(quota.spec, previous.spec)) queue.add(keyOf(quota));
    },
  });

  const begin = async (): Promise<void> => {
    const { group, resource } = RESOURCE_QUOTAS;
    if (begun || !catalog.list().some((entry) => entry.group === group && entry.resource === resource)) return;
    begun = true;
    await reconciler.start();
  };
  return {
    name: reconciler.name,
    async start() {
      deaf = catalog.onChange(() => void begin());
      await begin();
    },
    stop() {
      deaf();
      reconciler.stop();
    },
  };
}
