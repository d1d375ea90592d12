import { CONTROLLER_REVISIONS, PERSISTENT_VOLUME_CLAIMS } from '../../client/resources.ts';
import { anyName, NAMESPACE, named, present } from './lookup.ts';
import type { OperationDefinition } from './operation.ts';

const CLAIMS = { ...PERSISTENT_VOLUME_CLAIMS, namespace: NAMESPACE };

export const deleteClaim: OperationDefinition = {
  name: 'delete-claim',
  title: 'deletes a claim, in use or not',
  weight: 3,
  draw: (random, world) => named(anyName(random, present(world, 'core/persistentvolumeclaims'))),
  async perform(world, { name }) {
    await world.client.delete(CLAIMS, name as string);
  },
};

export const ownClaim: OperationDefinition = {
  name: 'own-claim',
  title: 'gives a claim an owner of the user’s own, one that stays',
  weight: 2,
  draw: (random, world) => named(anyName(random, present(world, 'core/persistentvolumeclaims'))),
  async perform(world, { name }) {
    const uid = world.history.now(`core/serviceaccounts/${NAMESPACE}/default`)?.metadata.uid;
    if (uid === undefined) return;
    const owner = { apiVersion: 'v1', kind: 'ServiceAccount', name: 'default', uid };
    await world.client.patch(CLAIMS, name as string, 'strategic', { metadata: { ownerReferences: [owner] } });
  },
};

export const growClaim: OperationDefinition = {
  name: 'grow-claim',
  title: 'asks for a larger volume',
  weight: 2,
  draw: (random, world) =>
    named(anyName(random, present(world, 'core/persistentvolumeclaims')), { storage: `${random.int(2, 9)}Gi` }),
  async perform(world, { name, storage }) {
    await world.client.patch(CLAIMS, name as string, 'merge', { spec: { resources: { requests: { storage } } } });
  },
};

export const deleteRevision: OperationDefinition = {
  name: 'delete-revision',
  title: 'deletes a ControllerRevision, live or not',
  weight: 1,
  draw: (random, world) => named(anyName(random, present(world, 'apps/controllerrevisions'))),
  async perform(world, { name }) {
    await world.client.delete({ ...CONTROLLER_REVISIONS, namespace: NAMESPACE }, name as string);
  },
};
