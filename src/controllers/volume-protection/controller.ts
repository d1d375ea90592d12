import type { Client, Target } from '../../client/client.ts';
import { keyOf } from '../../client/meta.ts';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS } from '../../client/resources.ts';
import type { KubeObject } from '../../schema/object.ts';
import { isStatus } from '../../schema/status.ts';
import { addClaimIndex, BY_CLAIM, claimKeysOf } from '../framework/claims.ts';
import { type Controller, Reconciler } from '../framework/controller.ts';
import type { PersistentVolumeClaim, Pod } from '../framework/objects.ts';
import type { ControllerOptions } from '../framework/options.ts';
import type { PersistentVolume } from '../framework/volumes.ts';

const CLAIM_FINALIZER = 'kubernetes.io/pvc-protection';
const VOLUME_FINALIZER = 'kubernetes.io/pv-protection';

/** A claim stays while a pod that has a node names it, whatever the pod's phase (node.md 8.3). */
export function createClaimProtectionController({ client, informers, clock, hooks }: ControllerOptions): Controller {
  const claims = informers.informer<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS);
  const pods = informers.informer<Pod>(PODS);
  addClaimIndex(pods);
  const hasNode = (pod: Pod): boolean => (pod.spec.nodeName ?? '') !== '';
  /** Nothing brings back what is deleted: a cache that knows of no user may be behind, and then the server is asked. */
  const inUse = async (key: string, namespace: string): Promise<boolean> => {
    if (pods.byIndex(BY_CLAIM, key).some(hasNode)) return true;
    const live = await client.list<Pod>({ ...PODS, namespace });
    return live.items.some((pod) => hasNode(pod) && claimKeysOf(pod).includes(key));
  };
  const reconciler = new Reconciler({
    name: 'pvc-protection',
    clock,
    workers: 1,
    informers: [claims, pods],
    hooks,
    reconcile: async (key) => {
      const claim = claims.byKey(key);
      if (claim === undefined) return undefined;
      const namespace = claim.metadata.namespace ?? '';
      const target = { ...PERSISTENT_VOLUME_CLAIMS, namespace };
      await protect(client, target, claim, CLAIM_FINALIZER, () => inUse(key, namespace));
      return undefined;
    },
  });
  const check = (claim: PersistentVolumeClaim) => {
    if (needsWork(claim, CLAIM_FINALIZER)) reconciler.queue.add(keyOf(claim));
  };
  claims.on({ add: check, update: check });
  pods.on({
    delete: (pod) => {
      for (const key of claimKeysOf(pod)) {
        const claim = claims.byKey(key);
        if (claim !== undefined) check(claim);
      }
    },
  });
  return reconciler;
}

/** A volume stays while it is Bound. */
export function createVolumeProtectionController({ client, informers, clock, hooks }: ControllerOptions): Controller {
  const volumes = informers.informer<PersistentVolume>(PERSISTENT_VOLUMES);
  const reconciler = new Reconciler({
    name: 'pv-protection',
    clock,
    workers: 1,
    informers: [volumes],
    hooks,
    reconcile: async (key) => {
      const volume = volumes.byKey(key);
      if (volume === undefined) return undefined;
      await protect(client, PERSISTENT_VOLUMES, volume, VOLUME_FINALIZER, async () => volume.status?.phase === 'Bound');
      return undefined;
    },
  });
  const check = (volume: PersistentVolume) => {
    if (needsWork(volume, VOLUME_FINALIZER)) reconciler.queue.add(keyOf(volume));
  };
  volumes.on({ add: check, update: check });
  return reconciler;
}

/** Terminating with the finalizer, or alive without it. */
function needsWork(object: KubeObject, finalizer: string): boolean {
  const terminating = object.metadata.deletionTimestamp !== undefined;
  return terminating === (object.metadata.finalizers?.includes(finalizer) === true);
}

async function protect(
  client: Client,
  target: Target,
  object: KubeObject,
  finalizer: string,
  inUse: () => Promise<boolean>,
): Promise<void> {
  if (!needsWork(object, finalizer)) return;
  const terminating = object.metadata.deletionTimestamp !== undefined;
  if (terminating && (await inUse())) return;
  const finalizers = (object.metadata.finalizers ?? []).filter((other) => other !== finalizer);
  if (!terminating) finalizers.push(finalizer);
  try {
    await client.update(target, { ...object, metadata: { ...object.metadata, finalizers } });
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error;
  }
}
