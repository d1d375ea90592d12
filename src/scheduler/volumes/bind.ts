import type { Clock, Timer } from '../../base/clock.ts';
import type { Client, Target } from '../../client/client.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import type { Listers } from '../types.ts';
import { claimKey, isBound, reachable, SELECTED_NODE, type VolumePlan } from './find.ts';

const CLAIMS = (namespace: string): Target => ({
  group: '',
  version: 'v1',
  resource: 'persistentvolumeclaims',
  namespace,
});
const VOLUMES: Target = { group: '', version: 'v1', resource: 'persistentvolumes' };
const BIND_TIMEOUT_MS = 600_000;

interface Waiter {
  readonly pod: PodInfo;
  readonly claims: readonly string[];
  readonly namespace: string;
  readonly node: NodeInfo;
  /** Claims whose selected-node annotation we wrote and have seen since. */
  readonly seen: Set<string>;
  finish(error: Error | null): void;
}

/** Writes what a volume plan asks for and waits, by claim events, until every claim is bound. */
export class VolumeBinder {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #listers: Listers;
  readonly #waiters = new Set<Waiter>();
  /** Waiters by the claims they wait for. */
  readonly #byClaim = new Map<string, Set<Waiter>>();

  constructor(options: { client: Client; clock: Clock; listers: Listers }) {
    this.#client = options.client;
    this.#clock = options.clock;
    this.#listers = options.listers;
  }

  /** Throws when a write fails, provisioning is given up, the pod is gone, or ten minutes pass. */
  async bind(pod: PodInfo, node: NodeInfo, plan: VolumePlan): Promise<void> {
    for (const { claim, volume } of plan.bind) await this.#prebind(claim, volume);
    for (const claim of plan.provision) {
      if (claim.metadata.annotations?.[SELECTED_NODE] === node.name) continue;
      // As it was when the node was found: another node may have been selected since, and provisioning begun there.
      const { name = '', uid, resourceVersion } = claim.metadata;
      await this.#client.patch(CLAIMS(pod.namespace), name, 'merge', {
        metadata: { uid, resourceVersion, annotations: { [SELECTED_NODE]: node.name } },
      });
    }
    const claims = [...plan.bind.map(({ claim }) => claim), ...plan.provision].map(
      (claim) => claim.metadata.name ?? '',
    );
    await this.#untilBound(pod, claims, node);
  }

  /** A claim was added, changed or deleted: whoever waits for it looks again. */
  claimChanged(claim: KubeObject): void {
    this.#lookAgain(claimKey(claim));
  }

  /** A volume was added or changed: whoever waits for the claim it is given to looks again. */
  volumeChanged({ spec }: KubeObject): void {
    if (spec.claimRef) this.#lookAgain(`${spec.claimRef.namespace}/${spec.claimRef.name}`);
  }

  /** A pod was deleted: nobody needs its volumes any more, though another of its name may. */
  podGone(uid: string): void {
    for (const waiter of [...this.#waiters]) {
      if (waiter.pod.uid === uid)
        waiter.finish(new Error(`binding volumes: pod "${waiter.pod.name}" does not exist any more`));
    }
  }

  #lookAgain(key: string): void {
    for (const waiter of [...(this.#byClaim.get(key) ?? [])]) this.#look(waiter);
  }

  stop(): void {
    for (const waiter of [...this.#waiters]) waiter.finish(new Error('the scheduler is stopping'));
  }

  async #prebind(claim: KubeObject, volume: KubeObject): Promise<void> {
    const ref = volume.spec.claimRef;
    if (ref?.uid === claim.metadata.uid) return;
    await this.#client.update(VOLUMES, {
      ...volume,
      metadata: {
        ...volume.metadata,
        annotations: {
          ...volume.metadata.annotations,
          ...(ref ? {} : { 'pv.kubernetes.io/bound-by-controller': 'yes' }),
        },
      },
      spec: {
        ...volume.spec,
        claimRef: {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          namespace: claim.metadata.namespace,
          name: claim.metadata.name,
          uid: claim.metadata.uid,
          resourceVersion: claim.metadata.resourceVersion,
        },
      },
    });
  }

  #untilBound(pod: PodInfo, claims: readonly string[], node: NodeInfo): Promise<void> {
    const { namespace } = pod;
    return new Promise((resolve, reject) => {
      let timer: Timer | null = null;
      const waiter: Waiter = {
        pod,
        claims,
        namespace,
        node,
        seen: new Set(),
        finish: (error) => {
          if (!this.#waiters.delete(waiter)) return;
          this.#forget(waiter);
          timer?.cancel();
          if (error === null) resolve();
          else reject(error);
        },
      };
      this.#waiters.add(waiter);
      for (const name of claims) {
        const key = `${namespace}/${name}`;
        this.#byClaim.set(key, (this.#byClaim.get(key) ?? new Set()).add(waiter));
      }
      this.#look(waiter);
      if (!this.#waiters.has(waiter)) return;
      timer = this.#clock.setTimer(BIND_TIMEOUT_MS, () =>
        waiter.finish(new Error('binding volumes: context deadline exceeded')),
      );
    });
  }

  #forget(waiter: Waiter): void {
    for (const name of waiter.claims) {
      const key = `${waiter.namespace}/${name}`;
      const waiting = this.#byClaim.get(key);
      waiting?.delete(waiter);
      if (waiting?.size === 0) this.#byClaim.delete(key);
    }
  }

  #look(waiter: Waiter): void {
    for (const name of waiter.claims) {
      const claim = this.#listers.claim(waiter.namespace, name);
      if (claim === undefined) {
        waiter.finish(new Error(`binding volumes: persistentvolumeclaim "${name}" not found`));
        return;
      }
      // The phase comes last: the node refuses a claim until it says Bound.
      if (isBound(claim) && claim.status?.phase === 'Bound') {
        const volume = this.#listers.volume(claim.spec.volumeName);
        if (volume === undefined) return;
        // Made for another node, which an earlier decision had chosen.
        if (!reachable(volume, waiter.node)) {
          const what = `pv "${claim.spec.volumeName}" node affinity doesn't match node "${waiter.node.name}"`;
          waiter.finish(new Error(`binding volumes: ${what}: no matching NodeSelectorTerms`));
          return;
        }
        continue;
      }
      const selected = claim.metadata.annotations?.[SELECTED_NODE];
      if (selected === waiter.node.name) waiter.seen.add(claimKey(claim));
      else if (waiter.seen.has(claimKey(claim))) {
        waiter.finish(new Error(`binding volumes: provisioning failed for PVC "${name}"`));
      }
      return;
    }
    waiter.finish(null);
  }
}
