import { optInsOf } from '../../../api/apps/stateful-set-opt-ins.ts';
import type { Client } from '../../../client/client.ts';
import type { EventRecorder } from '../../../client/events.ts';
import type { Informer } from '../../../client/informer.ts';
import { keyOf } from '../../../client/meta.ts';
import { PERSISTENT_VOLUME_CLAIMS, STORAGE_CLASSES } from '../../../client/resources.ts';
import type { WriteTracker } from '../../../client/write-tracker.ts';
import { isStatus } from '../../../schema/status.ts';
import type { PersistentVolumeClaim, Pod } from '../../framework/objects.ts';
import { classOf } from '../../framework/volumes.ts';
import { memberOf } from '../names.ts';
import type { StatefulSet } from '../types.ts';
import { decideGrowth, EXPANSION_ANNOTATION, needsRestart, type SizedClaim, withSize } from './claim-growth.ts';

export interface ClaimGrowerOptions {
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly tracker: WriteTracker;
  readonly claims: Informer<PersistentVolumeClaim>;
  /** A claim of this set changed, which sets do not hear of otherwise. */
  readonly wake: (key: string) => void;
  readonly restart: (set: StatefulSet, pod: Pod) => Promise<void>;
}

/** After another write of the same claim. */
const CONFLICT_RETRY_MS = 1_000;
/** After a refusal, which takes a change of the class, a quota or the claim to be lifted. */
const REFUSED_RETRY_MS = 60_000;

/** Carries out the growth of claims (opt-in claim-template-growth). */
export class ClaimGrower {
  readonly #o: ClaimGrowerOptions;
  /** Sets that asked for it, by key. */
  readonly #sets = new Map<string, StatefulSet>();

  constructor(options: ClaimGrowerOptions) {
    this.#o = options;
    options.claims.on({ update: (claim) => this.#claimChanged(claim) });
  }

  /** Call with each version of a set. */
  note(set: StatefulSet): void {
    if (optInsOf(set).claimGrowth.size > 0) this.#sets.set(keyOf(set), set);
    else if (this.#sets.size > 0) this.#sets.delete(keyOf(set));
  }

  forget(set: StatefulSet): void {
    this.#sets.delete(keyOf(set));
  }

  #claimChanged(claim: PersistentVolumeClaim): void {
    if (this.#sets.size === 0) return;
    const { parent } = memberOf(claim.metadata.name ?? '');
    for (const [key, set] of this.#sets) {
      if (set.metadata.namespace === claim.metadata.namespace && parent.endsWith(`-${set.metadata.name}`)) {
        this.#o.wake(key);
      }
    }
  }

  /**
   * One step. `idle`: every member is well and the pass changed nothing, so that one of them may be restarted.
   * A claim that may not grow holds up nothing but the claims after it: answers when to try again, null when nothing failed.
   */
  async step(set: StatefulSet, pods: readonly Pod[], idle: boolean): Promise<number | null> {
    try {
      await this.#step(set, pods, idle);
      return null;
    } catch (error) {
      return isStatus(error, 'Conflict') ? CONFLICT_RETRY_MS : REFUSED_RETRY_MS;
    }
  }

  async #step(set: StatefulSet, pods: readonly Pod[], idle: boolean): Promise<void> {
    const next = decideGrowth(set, (name) => this.#o.claims.get(set.metadata.namespace, name));
    if (next.kind === 'raise') for (const one of next.claims) await this.#raise(set, one);
    if (next.kind !== 'wait' || next.claim === null || !idle) return;
    const { claim, ordinal } = next;
    const pod = pods.find(({ metadata }) => metadata.name === `${set.metadata.name}-${ordinal}`);
    if (pod === undefined || !needsRestart(claim, pod) || !(await this.#growsOffline(claim))) return;
    await this.#o.restart(set, pod);
  }

  async #raise(set: StatefulSet, one: SizedClaim): Promise<void> {
    const { name } = one.claim.metadata;
    const target = { ...PERSISTENT_VOLUME_CLAIMS, namespace: set.metadata.namespace! };
    try {
      const raised = await this.#o.client.update<PersistentVolumeClaim>(target, withSize(one));
      this.#o.tracker.record(set.metadata.uid ?? '', this.#o.claims, raised);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (!isStatus(error, 'Conflict')) {
        this.#o.recorder.event(set, 'Warning', 'FailedClaimGrowth', `Claim ${name} cannot grow to ${one.size}: ${why}`);
      }
      throw error;
    }
    this.#o.recorder.event(set, 'Normal', 'ClaimGrowth', `Claim ${name} grows to ${one.size}`);
  }

  async #growsOffline(claim: PersistentVolumeClaim): Promise<boolean> {
    const name = classOf(claim) ?? '';
    if (name === '') return false;
    const storageClass = await this.#o.client.get(STORAGE_CLASSES, name);
    return storageClass.metadata.annotations?.[EXPANSION_ANNOTATION] === 'offline';
  }
}
