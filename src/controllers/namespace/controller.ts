import type { Client } from '../../client/client.ts';
import { keyOf } from '../../client/meta.ts';
import { NAMESPACES } from '../../client/resources.ts';
import type { KubeObject } from '../../schema/object.ts';
import { isStatus } from '../../schema/status.ts';
import type { CatalogEntry, ResourceCatalog } from '../framework/catalog.ts';
import { type Controller, type ReconcileResult, Reconciler } from '../framework/controller.ts';
import type { Condition } from '../framework/objects.ts';
import type { ControllerOptions } from '../framework/options.ts';
import { type Remaining, terminationConditions } from './conditions.ts';

const WORKERS = 10;
/** Look again while pods end: at first soon, then as upstream, by half their longest grace. */
const RECHECK_MS = 250;
const RECHECK_CAP_MS = 15_000;

export interface NamespaceControllerOptions extends ControllerOptions {
  readonly catalog: ResourceCatalog;
}

interface Namespace extends KubeObject {
  readonly spec?: { readonly finalizers?: readonly string[] };
  readonly status?: { readonly phase?: string; readonly conditions?: readonly Condition[] };
}

/**
 * Empties a namespace that is being deleted, pods first (OrderedNamespaceDeletion), says in its conditions what is
 * left, and finalizes it when nothing is.
 */
export function createNamespaceController(options: NamespaceControllerOptions): Controller {
  const { client, informers, clock, catalog, hooks } = options;
  const namespaces = informers.informer<Namespace>(NAMESPACES);
  const rounds = new Map<string, number>();

  async function reconcile(key: string): Promise<ReconcileResult | undefined> {
    const namespace = namespaces.byKey(key);
    if (namespace?.metadata.deletionTimestamp === undefined) {
      rounds.delete(key);
      return undefined;
    }
    const finalizers = namespace.spec?.finalizers ?? [];
    if (!finalizers.includes('kubernetes')) return undefined;
    const remaining = await deleteContent(client, catalog, key);
    const conditions = terminationConditions(remaining, namespace.status?.conditions ?? [], clock.now());
    if (remaining.counts.size === 0 && remaining.errors.length === 0) {
      const { status: _, ...rest } = await writeConditions(client, namespace, conditions);
      const finalized = {
        ...rest,
        spec: { ...namespace.spec, finalizers: finalizers.filter((name) => name !== 'kubernetes') },
      };
      await client.update(NAMESPACES, finalized as KubeObject, 'finalize').catch(ignoreGone);
      rounds.delete(key);
      return undefined;
    }
    await writeConditions(client, namespace, conditions);
    const round = rounds.get(key) ?? 0;
    rounds.set(key, round + 1);
    if (remaining.errors.length > 0) throw new Error(remaining.errors.join('; '));
    return { requeueAfterMs: Math.min(RECHECK_CAP_MS, RECHECK_MS * 2 ** round) };
  }

  const reconciler = new Reconciler({
    name: 'namespace',
    clock,
    workers: WORKERS,
    informers: [namespaces],
    reconcile,
    hooks,
  });
  const check = (namespace: Namespace) => {
    if (namespace.metadata.deletionTimestamp !== undefined) reconciler.queue.add(keyOf(namespace));
  };
  namespaces.on({ add: check, update: check });
  return reconciler;
}

async function writeConditions(
  client: Client,
  namespace: Namespace,
  conditions: readonly Condition[],
): Promise<KubeObject> {
  if (conditions === namespace.status?.conditions) return namespace;
  const status = { ...namespace.status, phase: 'Terminating', conditions };
  try {
    return await client.update(NAMESPACES, { ...namespace, status }, 'status');
  } catch (error) {
    ignoreGone(error);
    return namespace;
  }
}

function ignoreGone(error: unknown): void {
  if (!isStatus(error, 'NotFound')) throw error;
}

/** Pods go first; everything else only once no pod is left. */
async function deleteContent(client: Client, catalog: ResourceCatalog, namespace: string): Promise<Remaining> {
  const entries = catalog
    .list()
    .filter(({ namespaced, verbs }) => namespaced && verbs.includes('delete') && verbs.includes('list'));
  const isPods = ({ group, resource }: CatalogEntry) => group === '' && resource === 'pods';
  const remaining: Remaining = { counts: new Map(), finalizers: new Map(), errors: [] };
  await Promise.all(entries.filter(isPods).map((entry) => deleteAll(client, entry, namespace, remaining)));
  if (remaining.counts.size > 0) return remaining;
  await Promise.all(
    entries.filter((entry) => !isPods(entry)).map((entry) => deleteAll(client, entry, namespace, remaining)),
  );
  return remaining;
}

async function deleteAll(client: Client, entry: CatalogEntry, namespace: string, remaining: Remaining): Promise<void> {
  const { group, version, resource } = entry;
  const target = { group, version, resource, namespace };
  const name = group === '' ? `${resource}.` : `${resource}.${group}`;
  try {
    const { items } = await client.list(target);
    await Promise.all(
      items
        .filter((object) => object.metadata.deletionTimestamp === undefined)
        .map((object) =>
          client.delete(target, object.metadata.name ?? '', { propagationPolicy: 'Background' }).catch(ignoreGone),
        ),
    );
    if (items.length === 0) return;
    const left = (await client.list(target)).items;
    if (left.length === 0) return;
    remaining.counts.set(name, left.length);
    for (const object of left) {
      for (const finalizer of object.metadata.finalizers ?? []) {
        remaining.finalizers.set(finalizer, (remaining.finalizers.get(finalizer) ?? 0) + 1);
      }
    }
  } catch (error) {
    remaining.errors.push(`${name}: ${error instanceof Error ? error.message : error}`);
  }
}
