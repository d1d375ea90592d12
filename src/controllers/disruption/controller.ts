import { deepEqual } from '../../base/json.ts';
import { controllerOf, keyOf, objectKey } from '../../client/meta.ts';
import { POD_DISRUPTION_BUDGETS, PODS, STATEFUL_SETS } from '../../client/resources.ts';
import type { KubeObject, OwnerReference } from '../../schema/object.ts';
import type { ResourceCatalog } from '../framework/catalog.ts';
import { type Controller, type ReconcileResult, Reconciler } from '../framework/controller.ts';
import type { Pod } from '../framework/objects.ts';
import type { ControllerOptions } from '../framework/options.ts';
import { selects } from '../framework/selector.ts';
import { type BudgetStatus, decideBudget, failedStatus, needsScale, type PodDisruptionBudget } from './decide.ts';

export interface DisruptionOptions extends ControllerOptions {
  /** To find the scale of controllers other than StatefulSets. */
  readonly catalog: ResourceCatalog;
}

interface Scaled extends KubeObject {
  readonly spec: { readonly replicas?: number };
}

/** Keeps the status of PodDisruptionBudgets, by which evictions are granted (statefulset.md 2.3). */
export function createDisruptionController({
  client,
  informers,
  clock,
  events,
  hooks,
  catalog,
}: DisruptionOptions): Controller {
  const budgets = informers.informer<PodDisruptionBudget>(POD_DISRUPTION_BUDGETS);
  const pods = informers.informer<Pod>(PODS);
  const sets = informers.informer<Scaled>(STATEFUL_SETS);
  const recorder = events.recorder({ component: 'controllermanager' });

  async function scaleOf(owner: OwnerReference, namespace: string): Promise<number> {
    const group = owner.apiVersion.includes('/') ? owner.apiVersion.slice(0, owner.apiVersion.indexOf('/')) : '';
    if (group === 'apps' && owner.kind === 'StatefulSet') {
      const set = sets.byKey(objectKey(namespace, owner.name));
      return set?.metadata.uid === owner.uid ? (set.spec.replicas ?? 1) : 0;
    }
    const entry = catalog.list().find((candidate) => candidate.group === group && candidate.kind === owner.kind);
    if (entry === undefined) throw new Error(`found no controllers for pod "${owner.name}"`);
    const { version, resource } = entry;
    const scale = await client.get<Scaled>({ group, version, resource, namespace }, owner.name, 'scale');
    return scale.metadata.uid === owner.uid ? (scale.spec.replicas ?? 0) : 0;
  }

  /** Each controller counts once; pods without one do not count. */
  async function expectedScale(selected: readonly Pod[], namespace: string): Promise<number> {
    const owners = new Map<string, OwnerReference>();
    for (const pod of selected) {
      const owner = controllerOf(pod);
      if (owner !== undefined) owners.set(owner.uid, owner);
    }
    let sum = 0;
    for (const owner of owners.values()) sum += await scaleOf(owner, namespace);
    return sum;
  }

  async function write(budget: PodDisruptionBudget, status: BudgetStatus): Promise<void> {
    if (deepEqual(status, budget.status)) return;
    await client.update(
      { ...POD_DISRUPTION_BUDGETS, namespace: budget.metadata.namespace! },
      { ...budget, status },
      'status',
    );
  }

  async function reconcile(key: string): Promise<ReconcileResult | undefined> {
    const budget = budgets.byKey(key);
    if (budget === undefined) return undefined;
    const namespace = budget.metadata.namespace ?? '';
    const selected = pods.list(namespace).filter((pod) => selects(budget.spec.selector, pod.metadata.labels));
    if (selected.length === 0) recorder.event(budget, 'Normal', 'NoPods', 'No matching pods found');
    let scale = 0;
    try {
      if (needsScale(budget)) scale = await expectedScale(selected, namespace);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      recorder.event(
        budget,
        'Warning',
        'CalculateExpectedPodCountFailed',
        `Failed to calculate the number of expected pods: ${why}`,
      );
      await write(budget, failedStatus(budget, why, clock.now()));
      throw error;
    }
    const { status, recheckAfterMs, notDeleted } = decideBudget(budget, selected, scale, clock.now());
    for (const pod of notDeleted) {
      recorder.event(
        pod,
        'Warning',
        'NotDeleted',
        `Pod was expected by PDB ${namespace}/${budget.metadata.name} to be deleted but it wasn't`,
      );
    }
    await write(budget, status);
    return recheckAfterMs === null ? undefined : { requeueAfterMs: recheckAfterMs };
  }

  const reconciler = new Reconciler({
    name: 'disruption',
    clock,
    workers: 1,
    informers: [budgets, pods, sets],
    reconcile,
    hooks,
  });
  const { queue } = reconciler;
  const touch = (pod: Pod) => {
    for (const budget of budgets.list(pod.metadata.namespace ?? '')) {
      if (selects(budget.spec.selector, pod.metadata.labels)) queue.add(keyOf(budget));
    }
  };
  budgets.on({ add: (budget) => queue.add(keyOf(budget)), update: (budget) => queue.add(keyOf(budget)) });
  pods.on({
    add: touch,
    delete: touch,
    update: (pod, previous) => {
      if (pod.metadata.labels !== previous.metadata.labels) touch(previous);
      touch(pod);
    },
  });
  return reconciler;
}
