import { keyOf } from '../../client/meta.ts';
import { PERSISTENT_VOLUME_CLAIMS, PODS } from '../../client/resources.ts';
import { addClaimIndex, BY_CLAIM } from '../framework/claims.ts';
import { type Controller, Reconciler } from '../framework/controller.ts';
import type { PersistentVolumeClaim, Pod } from '../framework/objects.ts';
import type { ControllerOptions } from '../framework/options.ts';
import { decideEphemeral } from './decide.ts';

const WORKERS = 10;

/** Makes the claims of generic ephemeral volumes; the garbage collector takes them away with their pods. */
export function createEphemeralVolumeController({
  client,
  informers,
  clock,
  events,
  hooks,
}: ControllerOptions): Controller {
  const pods = informers.informer<Pod>(PODS);
  const claims = informers.informer<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS);
  addClaimIndex(pods);
  const recorder = events.recorder({ component: 'ephemeral_volume' });

  const reconciler = new Reconciler({
    name: 'ephemeral-volume',
    clock,
    workers: WORKERS,
    informers: [pods, claims],
    hooks,
    reconcile: async (key) => {
      const pod = pods.byKey(key);
      if (pod === undefined) return undefined;
      const namespace = pod.metadata.namespace!;
      const fail = (volume: string, message: string): never => {
        recorder.event(pod, 'Warning', 'FailedBinding', `ephemeral volume ${volume}: ${message}`);
        throw new Error(`pod ${key}, ephemeral volume ${volume}: ${message}`);
      };
      for (const step of decideEphemeral(pod, (name) => claims.get(namespace, name))) {
        if (step.kind === 'conflict') fail(step.volume, step.message);
        else {
          const target = { ...PERSISTENT_VOLUME_CLAIMS, namespace };
          await client
            .create(target, step.claim)
            .catch((error: Error) =>
              fail(step.volume, `create PVC ${pod.metadata.name}-${step.volume}: ${error.message}`),
            );
        }
      }
      return undefined;
    },
  });
  const look = (pod: Pod) => {
    if (pod.spec.volumes?.some(({ ephemeral }) => ephemeral !== undefined) === true) reconciler.queue.add(keyOf(pod));
  };
  pods.on({ add: look });
  claims.on({ delete: (claim) => pods.byIndex(BY_CLAIM, keyOf(claim)).forEach(look) });
  return reconciler;
}
