import { POD_DISRUPTION_BUDGETS } from '../../client/resources.ts';
import { anyName, NAMESPACE, named, present, statefulSets } from './lookup.ts';
import type { OperationDefinition } from './operation.ts';

const BUDGETS = { ...POD_DISRUPTION_BUDGETS, namespace: NAMESPACE };

export const createBudget: OperationDefinition = {
  name: 'create-budget',
  title: 'gives a set a disruption budget',
  weight: 3,
  draw: (random, world) =>
    named(anyName(random, statefulSets(world)), {
      limit: random.pick([{ maxUnavailable: 1 }, { minAvailable: 1 }, { minAvailable: '51%' }, { maxUnavailable: 0 }]),
    }),
  async perform(world, { name, limit }) {
    await world.client.create(BUDGETS, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name },
      spec: { ...(limit as object), selector: { matchLabels: { app: name } } },
    });
  },
};

export const deleteBudget: OperationDefinition = {
  name: 'delete-budget',
  title: 'takes a disruption budget away',
  weight: 2,
  draw: (random, world) => named(anyName(random, present(world, 'policy/poddisruptionbudgets'))),
  async perform(world, { name }) {
    await world.client.delete(BUDGETS, name as string);
  },
};
