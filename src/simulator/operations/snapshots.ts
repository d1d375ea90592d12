import { PERSISTENT_VOLUME_CLAIMS } from '../../client/resources.ts';
import { VOLUME_SNAPSHOTS } from '../../controllers/framework/snapshots.ts';
import { ANYWHERE } from './cluster.ts';
import { anyName, NAMESPACE, named, present, statefulSets } from './lookup.ts';
import type { OperationDefinition } from './operation.ts';

const SNAPSHOTS = { ...VOLUME_SNAPSHOTS, namespace: NAMESPACE };
const CLAIMS = { ...PERSISTENT_VOLUME_CLAIMS, namespace: NAMESPACE };
const GROUP = 'snapshot.storage.k8s.io';
/** Keys of the history. */
const KEPT = `${GROUP}/volumesnapshots`;
const CLASSES = `${GROUP}/volumesnapshotclasses`;
/** As large as any claim grows. */
const LARGE = '9Gi';
/** Names are few, so that one is used again after its snapshot was deleted. */
const NAMES = 6;

export const takeSnapshot: OperationDefinition = {
  name: 'take-snapshot',
  title: 'takes a snapshot of a claim, bound or not',
  weight: 8,
  draw(random, world) {
    if (present(world, CLASSES).length === 0) return null;
    const claim = anyName(random, present(world, 'core/persistentvolumeclaims'));
    return claim === null ? null : { name: `snap-${random.int(1, NAMES)}`, claim };
  },
  async perform(world, { name, claim }) {
    await world.client.create(SNAPSHOTS, {
      apiVersion: `${GROUP}/v1`,
      kind: 'VolumeSnapshot',
      metadata: { name },
      spec: { source: { persistentVolumeClaimName: claim } },
    });
  },
};

export const restoreSnapshot: OperationDefinition = {
  name: 'restore-snapshot',
  title: 'makes a claim from a snapshot: of its own, or the one a member will look for',
  weight: 6,
  draw(random, world) {
    const snapshot = anyName(random, present(world, KEPT));
    if (snapshot === null) return null;
    const set = anyName(random, statefulSets(world));
    const forMember = set !== null && random.chance(0.6);
    return { name: forMember ? `data-${set}-${random.int(0, 4)}` : `restored-${random.int(1, NAMES)}`, snapshot };
  },
  async perform(world, { name, snapshot }) {
    await world.client.create(CLAIMS, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: ANYWHERE,
        resources: { requests: { storage: LARGE } },
        dataSource: { apiGroup: GROUP, kind: 'VolumeSnapshot', name: snapshot },
      },
    });
  },
};

export const deleteSnapshot: OperationDefinition = {
  name: 'delete-snapshot',
  title: 'deletes a snapshot, finished or not, perhaps while a claim is filled from it',
  weight: 3,
  draw: (random, world) => named(anyName(random, present(world, KEPT))),
  async perform(world, { name }) {
    await world.client.delete(SNAPSHOTS, name as string);
  },
};
