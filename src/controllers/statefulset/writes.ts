import { optInsOf } from '../../api/apps/stateful-set-opt-ins.ts';
import type { Client } from '../../client/client.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Informer } from '../../client/informer.ts';
import { PERSISTENT_VOLUME_CLAIMS, PODS } from '../../client/resources.ts';
import type { WriteTracker } from '../../client/write-tracker.ts';
import { isStatus } from '../../schema/status.ts';
import type { PersistentVolumeClaim, Pod } from '../framework/objects.ts';
import { claimsOf, identityMatches, repairedPod, storageMatches } from './identity.ts';
import { claimName, ordinalOf } from './names.ts';
import { failuresWith, type OrdinalFailures } from './opt-ins/ordinal-backoff.ts';
import type { Action, DeleteReason, Plan, Unit } from './plan.ts';
import { claimOwnersMatch, hasForeignController, withPolicyOwners } from './retention.ts';
import { REVISION_LABEL, type StatefulSet } from './types.ts';

const REPAIR_ATTEMPTS = 4;

export interface MemberWriterOptions {
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly tracker: WriteTracker;
  readonly pods: Informer<Pod>;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly failures: OrdinalFailures;
}

export interface Outcome {
  /** Successful deletes for an update: each takes one from currentReplicas. */
  readonly updateDeletes: number;
  /** What ended the pass, or null when all was done. */
  readonly error: unknown;
  /** The pod of the action that failed. */
  readonly failedPod: Pod | null;
}

/** Carries out a plan: pods and their claims, with the events that tell of them (statefulset.md 1.9). */
export class MemberWriter {
  readonly #o: MemberWriterOptions;

  constructor(options: MemberWriterOptions) {
    this.#o = options;
  }

  async execute(set: StatefulSet, plan: Plan): Promise<Outcome> {
    let updateDeletes = 0;
    const run = async (unit: Unit): Promise<{ error: unknown; failedPod: Pod } | null> => {
      for (const action of unit) {
        try {
          await this.#act(set, action);
          if (action.kind === 'delete' && action.why === 'update') updateDeletes++;
        } catch (error) {
          return { error, failedPod: action.pod };
        }
      }
      return null;
    };
    for (const batch of plan.batches) {
      const failure = (await Promise.all(batch.map(run))).find((outcome) => outcome !== null);
      if (failure !== undefined && failure !== null) return { updateDeletes, ...failure };
    }
    return { updateDeletes, error: null, failedPod: null };
  }

  #act(set: StatefulSet, action: Action): Promise<void> {
    switch (action.kind) {
      case 'create':
        return this.#create(set, action.pod);
      case 'ensure-claims':
        return this.#ensureClaims(set, action.pod);
      case 'repair':
        return this.#repair(set, action.pod);
      case 'fix-claim-owners':
        return this.#fixOwners(set, action.pod);
      case 'delete':
        return this.#remove(set, action.pod, action.why);
    }
  }

  async #create(set: StatefulSet, pod: Pod): Promise<void> {
    try {
      await this.#createClaims(set, pod);
    } catch (error) {
      this.#podEvent('Create', set, pod, error);
      throw error;
    }
    let failure: unknown = null;
    try {
      const created = await this.#o.client.create<Pod>({ ...PODS, namespace: pod.metadata.namespace! }, pod);
      this.#o.tracker.record(keyOfSet(set), this.#o.pods, created);
      this.#o.failures.carried(keyOfSet(set), created);
    } catch (error) {
      // Somebody else holds the name: no event, the queue tries again.
      if (isStatus(error, 'AlreadyExists')) throw error;
      failure = error;
    }
    try {
      await this.#fixOwners(set, pod);
    } catch (error) {
      this.#podEvent('Update', set, pod, error);
      throw error;
    }
    this.#podEvent('Create', set, pod, failure);
    if (failure !== null) throw failure;
  }

  async #ensureClaims(set: StatefulSet, pod: Pod): Promise<void> {
    await this.#createClaims(set, pod);
    try {
      await this.#fixOwners(set, pod);
    } catch (error) {
      this.#podEvent('Update', set, pod, error);
      throw error;
    }
  }

  /** Creates what is missing. An existing claim is used as it is, whatever its size or class. */
  async #createClaims(set: StatefulSet, pod: Pod): Promise<void> {
    const errors: string[] = [];
    for (const claim of claimsOf(set, ordinalOf(pod))) {
      const { namespace, name } = claim.metadata;
      const existing = this.#o.claims.get(namespace, name ?? '');
      if (existing !== undefined) {
        if (existing.metadata.deletionTimestamp !== undefined) errors.push(`pvc ${name} is being deleted`);
        continue;
      }
      try {
        const target = { ...PERSISTENT_VOLUME_CLAIMS, namespace: namespace! };
        const created = await this.#o.client.create<PersistentVolumeClaim>(target, claim);
        this.#o.tracker.record(keyOfSet(set), this.#o.claims, created);
        const message = `Create Claim ${name} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} success`;
        this.#o.recorder.event(set, 'Normal', 'SuccessfulCreate', message);
      } catch (error) {
        errors.push(`failed to create PVC ${name}: ${messageOf(error)}`);
        if (isStatus(error, 'AlreadyExists')) continue;
        const message = `Create Claim ${name} for Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} failed error: ${messageOf(error)}`;
        this.#o.recorder.event(set, 'Warning', 'FailedCreate', message);
      }
    }
    if (errors.length > 0) throw new Error(aggregate(errors));
  }

  /** Owner references of the pod's claims after the retention policy. */
  async #fixOwners(set: StatefulSet, pod: Pod): Promise<void> {
    for (const template of set.spec.volumeClaimTemplates ?? []) {
      const name = claimName(set, template.metadata.name ?? '', ordinalOf(pod));
      const claim = this.#o.claims.get(set.metadata.namespace, name);
      if (claim === undefined) continue;
      if (hasForeignController(claim, set, pod)) {
        const message = `PersistentVolumeClaim ${name} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim`;
        this.#o.recorder.event(set, 'Warning', 'ConflictingController', message);
      }
      if (claimOwnersMatch(claim, set, pod)) continue;
      try {
        const target = { ...PERSISTENT_VOLUME_CLAIMS, namespace: set.metadata.namespace! };
        const updated = await this.#o.client.update<PersistentVolumeClaim>(target, withPolicyOwners(claim, set, pod));
        this.#o.tracker.record(keyOfSet(set), this.#o.claims, updated);
      } catch (error) {
        throw new Error(`could not update claim ${name} for delete policy ownerRefs: ${messageOf(error)}`);
      }
    }
  }

  async #repair(set: StatefulSet, observed: Pod): Promise<void> {
    let pod = observed;
    for (let attempt = 1; ; attempt++) {
      try {
        if (!storageMatches(set, pod)) await this.#createClaims(set, pod);
        const ownersMatch = this.#ownersMatch(set, pod);
        if (!ownersMatch) await this.#fixOwners(set, pod);
        if (ownersMatch && identityMatches(set, pod) && storageMatches(set, pod)) return;
        const target = { ...PODS, namespace: set.metadata.namespace! };
        const updated = await this.#o.client.update<Pod>(target, repairedPod(set, pod));
        this.#o.tracker.record(keyOfSet(set), this.#o.pods, updated);
        this.#podEvent('Update', set, observed, null);
        return;
      } catch (error) {
        const fresh = this.#o.pods.get(pod.metadata.namespace, pod.metadata.name ?? '');
        if (!isStatus(error, 'Conflict') || attempt === REPAIR_ATTEMPTS || fresh === undefined) {
          this.#podEvent('Update', set, observed, error);
          throw error;
        }
        pod = fresh;
      }
    }
  }

  #ownersMatch(set: StatefulSet, pod: Pod): boolean {
    return (set.spec.volumeClaimTemplates ?? []).every(({ metadata }) => {
      const claim = this.#o.claims.get(set.metadata.namespace, claimName(set, metadata.name ?? '', ordinalOf(pod)));
      return claim === undefined || claimOwnersMatch(claim, set, pod);
    });
  }

  async #remove(set: StatefulSet, pod: Pod, why: DeleteReason): Promise<void> {
    await this.delete(set, pod, why === 'stuck');
    if (why === 'stuck') {
      const message = `Pod ${pod.metadata.name} of revision ${pod.metadata.labels?.[REVISION_LABEL]} was never Ready and is replaced`;
      this.#o.recorder.event(set, 'Normal', 'ReplacedNeverReady', message);
    }
    if (why === 'finished' && optInsOf(set).ordinalBackoff !== null) {
      this.#o.failures.record(keyOfSet(set), pod, failuresWith(set, pod));
    }
  }

  /**
   * Deletes this very pod: a cache that is behind must not cost a later one of the same name. The grace period is the
   * pod's own. `unchanged`: only as it was observed, for a reason that a change of the pod takes away.
   */
  async delete(set: StatefulSet, pod: Pod, unchanged = false): Promise<void> {
    const { namespace, name = '', uid, resourceVersion } = pod.metadata;
    const options = uid === undefined ? {} : { preconditions: { uid } };
    const asObserved = { preconditions: { ...options.preconditions, ...(resourceVersion && { resourceVersion }) } };
    try {
      await this.#o.client.delete({ ...PODS, namespace: namespace! }, name, unchanged ? asObserved : options);
    } catch (error) {
      // Another pod has the name by now, or this one is no longer what it was.
      if (isStatus(error, 'Conflict')) throw error;
      if (!isStatus(error, 'NotFound')) {
        this.#podEvent('Delete', set, pod, error);
        throw error;
      }
      this.#o.tracker.recordDelete(keyOfSet(set), this.#o.pods, pod);
      return;
    }
    this.#o.tracker.recordDelete(keyOfSet(set), this.#o.pods, pod);
    this.#podEvent('Delete', set, pod, null);
  }

  #podEvent(verb: 'Create' | 'Update' | 'Delete', set: StatefulSet, pod: Pod, error: unknown): void {
    const what = `${verb} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
    if (error === null) this.#o.recorder.event(set, 'Normal', `Successful${verb}`, `${what} successful`);
    else this.#o.recorder.event(set, 'Warning', `Failed${verb}`, `${what} failed error: ${messageOf(error)}`);
  }
}

/** Key of a set in the write tracker: a set made again under its name starts afresh. */
export const keyOfSet = (set: StatefulSet): string => set.metadata.uid ?? '';

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Several errors in one message, as upstream's aggregate prints them. */
function aggregate(messages: readonly string[]): string {
  const distinct = [...new Set(messages)];
  return distinct.length === 1 ? distinct[0]! : `[${distinct.join(', ')}]`;
}
