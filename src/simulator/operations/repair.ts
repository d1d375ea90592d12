import { NODES, PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS } from '../../client/resources.ts';
import type { KubeObject } from '../../schema/object.ts';
import { indexOf, ordinalOf, ordinalsOf } from '../checkers/facts.ts';
import { claimsOf } from '../observe/observed-volumes.ts';
import type { World } from '../world/world.ts';
import { NAMESPACE, present, statefulSets } from './lookup.ts';
import { OUT_OF_SERVICE } from './nodes.ts';
import { evict } from './pods.ts';
import { GOOD_MANNERS, isBadTempered } from './template.ts';

const PODS_HERE = { ...PODS, namespace: NAMESPACE };
const CLAIMS_HERE = { ...PERSISTENT_VOLUME_CLAIMS, namespace: NAMESPACE };
const SETS = { ...STATEFUL_SETS, namespace: NAMESPACE };
const STUCK_ROLLOUT = 'perdure.dev/stuck-rollout';
const REVISION = 'controller-revision-hash';
/** A user who repairs looks again this often, this many times. */
const LOOK_EVERY_MS = 30_000;
const LOOKS = 8;
/** Looks after which a pod that waits for a claim of its own is no longer waited for. */
const PATIENCE = 3;

/** The last look at which the node that is drained may still be; later ones let members come back that can live nowhere else. */
const DRAIN_LOOKS = 5;
/** What the journal calls the end of that drain. */
export const DRAIN_OVER = 'drain-over';

/**
 * What users do once faults have ended, so that everything can converge: templates become good, nodes schedulable, squatters and
 * lost claims go, and pods that stand in the way of a rollout are deleted by hand, as upstream needs it (kubernetes #67250). One
 * node is drained meanwhile, patiently.
 */
export async function repair(world: World): Promise<void> {
  const names = [...world.machines.keys()];
  const drained = names[world.history.revision % names.length]!;
  /** At how many looks each pod had a node and a claim without a volume. */
  const waiting = new Map<string, number>();
  for (let look = 0; look < LOOKS; look++) {
    if (look === DRAIN_LOOKS) {
      world.journal.add({ kind: 'operation', what: DRAIN_OVER, detail: JSON.stringify({ node: drained }) });
    }
    await mendNodes(world, look < DRAIN_LOOKS ? drained : '');
    for (const set of statefulSets(world)) {
      if (!isBadTempered(set.spec.template)) continue;
      const spec = { template: { metadata: { annotations: GOOD_MANNERS } } };
      await attempt(world.client.patch(SETS, set.metadata.name ?? '', 'merge', { spec }));
    }
    for (const set of statefulSets(world)) {
      if (lacksMember(world, set) || lacksRevision(world, set)) await nudge(world, set, look);
    }
    for (const claim of present(world, 'core/persistentvolumeclaims')) {
      if (look > 0 && waitsForSnapshot(claim))
        await attempt(world.client.delete(CLAIMS_HERE, claim.metadata.name ?? ''));
    }
    for (const pod of present(world, 'core/pods')) {
      if (isDeadlocked(world, pod)) await release(world, pod);
      else if (isInTheWay(world, pod)) await clear(world, pod);
      else if (hasUnboundClaim(world, pod)) {
        const uid = pod.metadata.uid ?? '';
        waiting.set(uid, (waiting.get(uid) ?? 0) + 1);
        // The last looks are the last chance.
        if ((waiting.get(uid) ?? 0) >= Math.min(PATIENCE, LOOKS - look))
          await attempt(world.client.delete(PODS_HERE, pod.metadata.name ?? ''));
      }
    }
    await new Promise<void>((resolve) => world.clock.setTimer(LOOK_EVERY_MS, resolve));
  }
}

/** Makes all nodes schedulable but one, which is drained. */
async function mendNodes(world: World, drained: string): Promise<void> {
  for (const { metadata, spec } of present(world, 'core/nodes')) {
    const name = metadata.name ?? '';
    const unschedulable = name === drained ? true : null;
    const taints = (spec?.taints ?? []).filter(({ key }: { key: string }) => key !== OUT_OF_SERVICE);
    if (taints.length < (spec?.taints ?? []).length)
      await attempt(world.client.patch(NODES, name, 'merge', { spec: { taints } }));
    if ((spec?.unschedulable === true) === (unschedulable === true)) continue;
    await attempt(world.client.patch(NODES, name, 'merge', { spec: { unschedulable } }));
  }
  for (const pod of present(world, 'core/pods')) {
    const leaves = pod.metadata.deletionTimestamp !== undefined;
    if (pod.spec?.nodeName === drained && !leaves) await attempt(evict(world, pod.metadata.name ?? ''));
  }
}

/** A claim that is to be filled from a snapshot which will never be ready, or is gone. */
const waitsForSnapshot = ({ spec, status }: KubeObject): boolean =>
  spec.dataSource?.kind === 'VolumeSnapshot' && status?.phase !== 'Bound';

/**
 * A pod that was given its node on the word of a claim that is gone: the one made again under its name waits for a scheduler
 * to choose a node for it, and none looks at a pod that has one. Upstream is stuck alike.
 */
function hasUnboundClaim(world: World, pod: KubeObject): boolean {
  if (isReady(pod) || pod.spec?.nodeName === undefined || pod.metadata.deletionTimestamp !== undefined) return false;
  return claimsOf(pod).some((name) => {
    const claim = world.history.now(`core/persistentvolumeclaims/${NAMESPACE}/${name}`);
    return claim !== null && claim.status?.phase === 'Pending' && claim.spec?.volumeName === undefined;
  });
}

/** A member that waits for the claim of the pod before it is tried again at the next event only: nobody watches claims (1.5). */
function lacksMember(world: World, set: KubeObject): boolean {
  if (set.spec.persistentVolumeClaimRetentionPolicy?.whenScaled !== 'Delete') return false;
  return ordinalsOf(set).some(
    (ordinal) => world.history.now(`core/pods/${NAMESPACE}/${set.metadata.name}-${ordinal}`) === null,
  );
}

/** A user deleted a revision: it is made again when the set is next looked at, and nobody looks because of it. */
function lacksRevision(world: World, { status }: KubeObject): boolean {
  return [status?.currentRevision, status?.updateRevision].some(
    (name) => name !== undefined && world.history.now(`apps/controllerrevisions/${NAMESPACE}/${name}`) === null,
  );
}

const isReady = ({ status }: KubeObject): boolean =>
  (status?.conditions ?? []).some(
    (one: { type: string; status: string }) => one.type === 'Ready' && one.status === 'True',
  );

async function nudge(world: World, { metadata }: KubeObject, look: number): Promise<void> {
  const annotations = { 'example.com/looked-at': String(look) };
  await attempt(world.client.patch(SETS, metadata.name ?? '', 'merge', { metadata: { annotations } }));
}

/**
 * A member that is deleted in the foreground waits for its claim (`whenScaled: Delete` makes it the claim's owner), and the
 * claim waits for the member that uses it. Upstream breaks this circle for ephemeral volumes only; here it is a user's turn.
 */
function isDeadlocked(world: World, pod: KubeObject): boolean {
  const { deletionTimestamp, finalizers } = pod.metadata;
  if (deletionTimestamp === undefined || finalizers?.includes('foregroundDeletion') !== true) return false;
  return ENDED.has(pod.status?.phase) && claimsOf(pod).some((name) => isGoing(world, name));
}

const ENDED = new Set(['Failed', 'Succeeded']);

async function release(world: World, { metadata }: KubeObject): Promise<void> {
  await attempt(world.client.patch(PODS_HERE, metadata.name ?? '', 'merge', { metadata: { finalizers: null } }));
}

async function clear(world: World, pod: KubeObject): Promise<void> {
  const set = owner(world, pod);
  if (set !== undefined) {
    // Below a partition a bad pod would come back as bad as it was.
    await attempt(world.client.patch(SETS, set.metadata.name ?? '', 'merge', { spec: TO_ALL }));
    if (recoversAlone(world, set, pod)) return;
  }
  await attempt(world.client.delete(PODS_HERE, pod.metadata.name ?? ''));
}

const TO_ALL = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } } };

function owner(world: World, pod: KubeObject): KubeObject | undefined {
  const reference = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
  return statefulSets(world).find(({ metadata }) => metadata.uid === reference?.uid);
}

/**
 * A member that was never Ready, of a set that has asked for its replacement: where the rollout gets to it. It replaces no
 * surplus members, and a set that makes all at once does not come to it before each of them has its claims.
 */
function recoversAlone(world: World, set: KubeObject, pod: KubeObject): boolean {
  const { namespace, name, uid } = pod.metadata;
  if (indexOf(set, ordinalOf(pod)) < 0) return false;
  if (set.spec.podManagementPolicy === 'Parallel' && claimsOf(pod).some((claim) => isGoing(world, claim))) return false;
  if (set.metadata.annotations?.[STUCK_ROLLOUT] === undefined || !isBadTempered(pod)) return false;
  // Somebody troubled this pod alone: its revision is as good as the next.
  const revision = world.history.now(`apps/controllerrevisions/${namespace}/${pod.metadata.labels?.[REVISION]}`);
  if (revision !== null && !isBadTempered(revision.data.spec.template)) return false;
  const lives = world.history
    .versions(`core/pods/${namespace}/${name}`)
    .filter((one) => one.object?.metadata.uid === uid);
  return !lives.some(({ object }) => hasBeenReady(object!));
}

const hasBeenReady = (pod: KubeObject): boolean =>
  (pod.status?.conditions ?? []).some(
    ({ type, status }: { type: string; status: string }) => type === 'Ready' && status === 'True',
  );

const attempt = (call: Promise<unknown>): Promise<unknown> => call.catch(() => undefined);

function isInTheWay(world: World, pod: KubeObject): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  // Squatters, and what an orphaning deletion left behind.
  if (owner(world, pod) === undefined) return true;
  // No node mounts a claim that is being deleted, and the claim waits for the pod: a user let go of it.
  if (!isReady(pod) && claimsOf(pod).some((name) => isGoing(world, name))) return true;
  // An ordered set with several surplus members that have failed waits for somebody to delete them by hand (1.11).
  const set = owner(world, pod);
  if (pod.status?.phase === 'Failed' && (set?.status?.replicas ?? 0) > (set?.spec.replicas ?? 1)) return true;
  // A squatter that was adopted has not the volumes of a member, and cannot get them.
  return isBadTempered(pod) || pod.metadata.labels?.[REVISION] === undefined || !hasVolumes(world, pod);
}

function isGoing(world: World, claim: string): boolean {
  return (
    world.history.now(`core/persistentvolumeclaims/${NAMESPACE}/${claim}`)?.metadata.deletionTimestamp !== undefined
  );
}

/** False for a pod that was adopted by a set with claims it was not made for: it fails to be repaired for ever. */
function hasVolumes(world: World, pod: KubeObject): boolean {
  const templates: readonly { readonly metadata: { readonly name: string } }[] =
    owner(world, pod)?.spec.volumeClaimTemplates ?? [];
  const volumes: readonly { readonly name: string; readonly persistentVolumeClaim?: object }[] =
    pod.spec?.volumes ?? [];
  return templates.every(({ metadata }) =>
    volumes.some(({ name, persistentVolumeClaim }) => name === metadata.name && persistentVolumeClaim !== undefined),
  );
}
