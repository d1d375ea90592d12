import type { Clock } from '../../base/clock.ts';
import { deepEqual } from '../../base/json.ts';
import type { Client } from '../../client/client.ts';
import type { Informer } from '../../client/informer.ts';
import { controllerOf, keyOf, objectKey } from '../../client/meta.ts';
import { CONTROLLER_REVISIONS, PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS } from '../../client/resources.ts';
import { WriteTracker } from '../../client/write-tracker.ts';
import type { KubeObject } from '../../schema/object.ts';
import { isStatus } from '../../schema/status.ts';
import { type Controller, type ReconcileResult, Reconciler, StaleCache } from '../framework/controller.ts';
import type { PersistentVolumeClaim, Pod } from '../framework/objects.ts';
import type { ControllerOptions } from '../framework/options.ts';
import { BY_CONTROLLER, controllerReference, controllerUidIndex, ORPHANS, orphanIndex } from '../framework/owners.ts';
import { isPodReady, isTerminating } from '../framework/pods.ts';
import { selects } from '../framework/selector.ts';
import { decide } from './decide.ts';
import { History, type ResolvedRevisions } from './history.ts';
import { decideMembership } from './membership.ts';
import { AnnotationProblems } from './opt-ins/annotation-problems.ts';
import { ClaimGrower } from './opt-ins/claim-grower.ts';
import { withTimesOf } from './opt-ins/conditions.ts';
import { nextRecreationMs, OrdinalFailures } from './opt-ins/ordinal-backoff.ts';
import { SetConditions } from './opt-ins/set-conditions.ts';
import type { Observed } from './plan.ts';
import { templateOf } from './revisions.ts';
import { completeRollingUpdate, nextAvailabilityMs, statusDiffers, withoutUpdated } from './status.ts';
import {
  type ControllerRevision,
  minReadySecondsOf,
  REVISION_LABEL,
  STATEFUL_SET,
  type StatefulSet,
  type StatefulSetStatus,
} from './types.ts';
import { keyOfSet, MemberWriter } from './writes.ts';

/** Passes of different sets under way at once; many, since those that write share commits. */
const WORKERS = 64;
const STATUS_ATTEMPTS = 5;

interface PassResult {
  readonly status: StatefulSetStatus;
  /** Every member is well and nothing was to be done. */
  readonly idle: boolean;
  readonly error: unknown;
  readonly requeueInMs: number | null;
}

/** The StatefulSet controller (statefulset.md part 1). */
export function createStatefulSetController(options: ControllerOptions): Controller {
  return new StatefulSetController(options).reconciler;
}

class StatefulSetController {
  readonly reconciler: Reconciler;
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #sets: Informer<StatefulSet>;
  readonly #pods: Informer<Pod>;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #tracker = new WriteTracker();
  readonly #history: History;
  readonly #writer: MemberWriter;
  readonly #problems: AnnotationProblems;
  readonly #failures = new OrdinalFailures();
  readonly #conditions: SetConditions;
  readonly #grower: ClaimGrower;
  /** Pods seen to be Ready and then not, by uid. */
  readonly #lostReadiness = new Set<string>();
  /** Sets whose status is being written, by uid. */
  readonly #writingStatus = new Set<string>();
  readonly #maxUnavailable: boolean;
  readonly #consistency: boolean;

  constructor({ client, informers, clock, events, gates, hooks }: ControllerOptions) {
    this.#client = client;
    this.#clock = clock;
    this.#maxUnavailable = gates.MaxUnavailableStatefulSet === true;
    this.#consistency = gates.StaleControllerConsistencyStatefulSet !== false;
    this.#sets = informers.informer(STATEFUL_SETS);
    this.#pods = informers.informer(PODS);
    this.#claims = informers.informer(PERSISTENT_VOLUME_CLAIMS);
    const revisions = informers.informer<ControllerRevision>(CONTROLLER_REVISIONS);
    for (const informer of [this.#pods, revisions]) {
      informer.addIndex(BY_CONTROLLER, controllerUidIndex);
      informer.addIndex(ORPHANS, orphanIndex);
    }
    this.#history = new History(client, revisions, this.#tracker);
    const recorder = events.recorder({ component: 'statefulset-controller' });
    this.#writer = new MemberWriter({
      client,
      recorder,
      tracker: this.#tracker,
      pods: this.#pods,
      claims: this.#claims,
      failures: this.#failures,
    });
    this.#problems = new AnnotationProblems(recorder);
    this.#conditions = new SetConditions(gates);
    this.#grower = new ClaimGrower({
      client,
      recorder,
      tracker: this.#tracker,
      claims: this.#claims,
      wake: (key) => this.reconciler.queue.add(key),
      restart: (set, pod) => this.#writer.delete(set, pod),
    });
    this.reconciler = new Reconciler({
      name: 'statefulset',
      clock,
      workers: WORKERS,
      informers: [this.#sets, this.#pods, this.#claims, revisions],
      reconcile: (key) => this.#reconcile(key),
      hooks,
    });
    this.#listen();
  }

  #listen(): void {
    const { queue } = this.reconciler;
    this.#sets.on({
      add: (set) => {
        this.#grower.note(set);
        queue.add(keyOf(set));
      },
      update: (set, previous) => {
        this.#grower.note(set);
        if (!this.#isOwnEcho(set, previous)) queue.add(keyOf(set));
      },
      delete: (set) => {
        this.#forget(set);
        queue.add(keyOf(set));
      },
    });
    this.#pods.on({
      add: (pod) => this.#podChanged(pod, undefined),
      update: (pod, previous) => {
        if (isPodReady(previous) && !isPodReady(pod)) this.#lostReadiness.add(pod.metadata.uid ?? '');
        this.#podChanged(pod, previous);
      },
      delete: (pod) => {
        this.#lostReadiness.delete(pod.metadata.uid ?? '');
        const owner = this.#ownerOf(pod);
        if (owner !== undefined) queue.add(keyOf(owner));
      },
    });
  }

  #forget(set: StatefulSet): void {
    const uid = keyOfSet(set);
    this.#tracker.forget(uid);
    this.#failures.forget(uid);
    this.#conditions.forget(uid);
    this.#problems.forget(uid);
    this.#grower.forget(set);
  }

  /** Our own status write, and nothing in it that a pass reads: no reason to look again. */
  #isOwnEcho(set: StatefulSet, previous: StatefulSet): boolean {
    if (!this.#writingStatus.has(keyOfSet(set))) return false;
    const [now, then] = [set.status, previous.status];
    return (
      set.metadata.generation === previous.metadata.generation &&
      set.metadata.deletionTimestamp === previous.metadata.deletionTimestamp &&
      // Opt-ins stand in them, and another's write may come while ours is not answered yet.
      deepEqual(set.metadata.annotations, previous.metadata.annotations) &&
      now?.currentRevision === then?.currentRevision &&
      now?.updateRevision === then?.updateRevision &&
      now?.collisionCount === then?.collisionCount &&
      // Read only without a rollingUpdate block.
      (now?.currentReplicas === then?.currentReplicas || set.spec.updateStrategy?.rollingUpdate !== undefined)
    );
  }

  #podChanged(pod: Pod, previous: Pod | undefined): void {
    const { queue } = this.reconciler;
    const before = previous === undefined ? undefined : controllerOf(previous);
    const after = controllerOf(pod);
    const moved = previous !== undefined && before?.uid !== after?.uid;
    if (moved && previous !== undefined) {
      const left = this.#ownerOf(previous);
      if (left !== undefined) queue.add(keyOf(left));
    }
    if (after !== undefined) {
      const owner = this.#ownerOf(pod);
      if (owner === undefined) return;
      queue.add(keyOf(owner));
      const seconds = minReadySecondsOf(owner);
      // One second more: transition times have no fraction.
      if (seconds > 0 && previous !== undefined && !isPodReady(previous) && isPodReady(pod)) {
        queue.addAfter(keyOf(owner), seconds * 1000 + 1000);
      }
      return;
    }
    if (previous !== undefined && !moved && previous.metadata.labels === pod.metadata.labels) return;
    if (isTerminating(pod)) return;
    for (const set of this.#sets.list(pod.metadata.namespace ?? '')) {
      if (selects(set.spec.selector, pod.metadata.labels)) queue.add(keyOf(set));
    }
  }

  #ownerOf(pod: KubeObject): StatefulSet | undefined {
    const owner = controllerOf(pod);
    if (owner?.kind !== STATEFUL_SET.kind) return undefined;
    const set = this.#sets.byKey(objectKey(pod.metadata.namespace, owner.name));
    return set?.metadata.uid === owner.uid ? set : undefined;
  }

  async #reconcile(key: string): Promise<ReconcileResult | undefined> {
    const set = this.#sets.byKey(key);
    if (set === undefined) return undefined;
    const stale = this.#consistency ? this.#tracker.staleReason(keyOfSet(set)) : null;
    if (stale !== null) throw new StaleCache(stale);

    const checkLive = this.#liveCheck(set);
    await this.#history.adoptOrphans(set, checkLive);
    const pods = await this.#claimPods(set, checkLive);
    const sorted = this.#history.list(set);
    const revisions = await this.#history.resolve(set, sorted);
    const now = this.#clock.now();
    this.#problems.report(set);
    const { status, idle, error, requeueInMs } = await this.#pass(set, pods, revisions, now);
    const live = new Set([revisions.current.metadata.name ?? '', revisions.update.metadata.name ?? '']);
    for (const pod of pods) live.add(pod.metadata.labels?.[REVISION_LABEL] ?? '');
    await this.#history.truncate(set, sorted, live);
    if (error !== null) throw error;
    const growthInMs = await this.#grower.step(set, pods, idle);
    const waits = [
      nextAvailabilityMs(set, status, pods, now),
      nextRecreationMs(set, pods, now),
      requeueInMs,
      growthInMs,
    ];
    const requeueAfterMs = Math.min(...waits.map((wait) => wait ?? Number.POSITIVE_INFINITY));
    return requeueAfterMs === Number.POSITIVE_INFINITY ? undefined : { requeueAfterMs };
  }

  async #pass(
    set: StatefulSet,
    pods: readonly Pod[],
    { current, update, collisionCount }: ResolvedRevisions,
    now: number,
  ): Promise<PassResult> {
    const observed: Observed = {
      set,
      pods,
      current: { name: current.metadata.name ?? '', template: templateOf(current, set) },
      update: { name: update.metadata.name ?? '', template: set.spec.template },
      collisionCount,
      claim: (name) => this.#claims.get(set.metadata.namespace, name),
      maxUnavailable: this.#maxUnavailable,
      lostReadiness: (pod) => this.#lostReadiness.has(pod.metadata.uid ?? ''),
      failures: (podName) => this.#failures.before(keyOfSet(set), podName),
    };
    const plan = decide(observed, now);
    const { updateDeletes, error, failedPod } = await this.#writer.execute(set, plan);
    let status = completeRollingUpdate(set, withoutUpdated(plan.status, updateDeletes));
    let requeueInMs: number | null = null;
    if (this.#conditions.wantedFor(set)) {
      const podNamed = (name: string) => this.#pods.get(set.metadata.namespace, name);
      const assessed = this.#conditions.assess({ observed, plan, status, error, failedPod, podNamed }, now);
      status = { ...status, conditions: assessed.conditions };
      requeueInMs = assessed.deadlineInMs;
    }
    const wanted = set.spec.replicas ?? 1;
    const idle = plan.batches.length === 0 && status.availableReplicas === wanted && status.replicas === wanted;
    if (!statusDiffers(set, status)) return { status, idle, error, requeueInMs };
    this.#writingStatus.add(keyOfSet(set));
    try {
      await this.#writeStatus(set, status);
    } finally {
      this.#writingStatus.delete(keyOfSet(set));
    }
    return { status, idle, error, requeueInMs };
  }

  async #writeStatus(observed: StatefulSet, status: StatefulSetStatus): Promise<void> {
    const target = { ...STATEFUL_SETS, namespace: observed.metadata.namespace! };
    let set = observed;
    for (let attempt = 1; ; attempt++) {
      try {
        const next = withTimesOf(set, status);
        const written = await this.#client.update<StatefulSet>(target, { ...set, status: next }, 'status');
        this.#tracker.record(keyOfSet(set), this.#sets, written);
        return;
      } catch (error) {
        const fresh = this.#sets.get(set.metadata.namespace, set.metadata.name ?? '');
        if (!isStatus(error, 'Conflict') || attempt === STATUS_ATTEMPTS || fresh?.metadata.uid !== set.metadata.uid)
          throw error;
        // Another controller has seen more of the set than this pass did: its word stands.
        if ((fresh!.status?.observedGeneration ?? 0) > status.observedGeneration) return;
        set = fresh!;
      }
    }
  }

  /** Adopts and releases; the set's members as they are afterwards. */
  async #claimPods(set: StatefulSet, checkLive: () => Promise<void>): Promise<readonly Pod[]> {
    const owned = this.#pods.byIndex(BY_CONTROLLER, keyOfSet(set));
    const orphans = this.#pods.byIndex(ORPHANS, set.metadata.namespace ?? '');
    const { members, release, adopt } = decideMembership(set, orphans.length === 0 ? owned : [...owned, ...orphans]);
    if (release.length === 0 && adopt.length === 0) return members;
    const claimed = [...members];
    for (const pod of release) await this.#release(set, pod);
    for (const pod of adopt) {
      const adopted = await this.#adopt(set, pod, checkLive);
      if (adopted !== null) claimed.push(adopted);
    }
    return claimed;
  }

  async #release(set: StatefulSet, pod: Pod): Promise<void> {
    const patch = { metadata: { ownerReferences: [{ $patch: 'delete', uid: keyOfSet(set) }], uid: pod.metadata.uid } };
    try {
      this.#recordPod(set, await this.#patchPod(pod, patch));
    } catch (error) {
      // Gone, or not the pod it was: nothing to release.
      if (!isStatus(error, 'NotFound') && !isStatus(error, 'Invalid')) throw error;
    }
  }

  async #adopt(set: StatefulSet, pod: Pod, checkLive: () => Promise<void>): Promise<Pod | null> {
    try {
      await checkLive();
    } catch (error) {
      const { namespace, name, uid } = pod.metadata;
      throw new Error(
        `can't adopt Pod ${namespace}/${name} (${uid}): ${error instanceof Error ? error.message : error}`,
      );
    }
    const patch = { metadata: { ownerReferences: [controllerReference(set, STATEFUL_SET)], uid: pod.metadata.uid } };
    try {
      return this.#recordPod(set, await this.#patchPod(pod, patch));
    } catch (error) {
      if (isStatus(error, 'NotFound')) return null;
      throw error;
    }
  }

  #patchPod(pod: Pod, patch: object): Promise<Pod> {
    return this.#client.patch(
      { ...PODS, namespace: pod.metadata.namespace! },
      pod.metadata.name ?? '',
      'strategic',
      patch,
    );
  }

  #recordPod(set: StatefulSet, pod: Pod): Pod {
    this.#tracker.record(keyOfSet(set), this.#pods, pod);
    return pod;
  }

  /** Asks the server, once a pass, whether the set still is what the cache says. */
  #liveCheck(set: StatefulSet): () => Promise<void> {
    let answer: Promise<void> | null = null;
    const ask = async () => {
      const { namespace, name } = set.metadata;
      const live = await this.#client.get<StatefulSet>({ ...STATEFUL_SETS, namespace: namespace! }, name ?? '');
      if (live.metadata.uid !== set.metadata.uid) {
        throw new Error(
          `original StatefulSet ${namespace}/${name} is gone: got uid ${live.metadata.uid}, wanted ${set.metadata.uid}`,
        );
      }
      const deleted = live.metadata.deletionTimestamp;
      if (deleted !== undefined) throw new Error(`${namespace}/${name} has just been deleted at ${deleted}`);
    };
    return () => {
      answer ??= ask();
      return answer;
    };
  }
}
