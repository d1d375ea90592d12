import type { Clock } from '../base/clock.ts';
import { deepEqual } from '../base/json.ts';
import type { Client, Target } from '../client/client.ts';
import { isStatus } from '../schema/status.ts';
import type { PodState } from './pod/pod-state.ts';
import { standInStatus } from './status/stand-in-status.ts';

const RETRY_MS = 1_000;
const RETRY_MAX_MS = 30_000;
/**
 * Least time from a deletion somebody outside asked for to its confirmation. `kubectl delete` gets the pod, then lists
 * it and waits for that to go: where the pod goes in between, and its successor of the same name is there at once, it
 * waits for the successor, for good. Nodes that take time to end a pod do not meet that.
 */
const ASKED_STAY_MS = 500;

interface Entry {
  /** Status as last written by us; null: not yet, or someone else wrote since. */
  written: Record<string, unknown> | null;
  revision: string;
  writing: boolean;
  dirty: boolean;
  failures: number;
  deleted: boolean;
  /** A pod whose deletion was asked for outside: `staying` from the deletion on until `ASKED_STAY_MS` are over. */
  stay: 'none' | 'asked' | 'staying';
}

const podsIn = (namespace: string): Target => ({ group: '', version: 'v1', resource: 'pods', namespace });

/**
 * Brings pod status to the API: changes of one turn become one write, one write a pod at a time; confirms deletions
 * once nothing of the pod is left on the node (node.md 5.1).
 */
export class StatusWriter {
  readonly #client: Client;
  readonly #clock: Clock;
  /** Simulated pods that are deleted go without a last status, unless a finalizer is there to read it. */
  readonly #lastWord: boolean;
  readonly #standIn: boolean;
  readonly #entries = new Map<PodState, Entry>();
  readonly #writes = new Set<Promise<void>>();
  #dirty = new Set<PodState>();
  #scheduled = false;
  #stopped = false;

  constructor(options: { client: Client; clock: Clock; lastWord: boolean; standIn: boolean }) {
    this.#client = options.client;
    this.#clock = options.clock;
    this.#lastWord = options.lastWord;
    this.#standIn = options.standIn;
  }

  mark(worker: PodState): void {
    if (this.#stopped) return;
    this.#dirty.add(worker);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.defer(() => {
      this.#scheduled = false;
      const workers = this.#dirty;
      this.#dirty = new Set();
      for (const dirty of workers) this.#flush(dirty);
    });
  }

  /** A newer version of the pod arrived: what we wrote may have been overwritten. */
  seen(worker: PodState): void {
    const entry = this.#entries.get(worker);
    if (entry === undefined || entry.writing || entry.written === null) return;
    if (entry.revision !== worker.pod.metadata.resourceVersion) entry.written = null;
  }

  /** The pod is about to be deleted by somebody who may look for it right after: it does not go at once. */
  deletionAsked(worker: PodState): void {
    this.#entry(worker).stay = 'asked';
  }

  forget(worker: PodState): void {
    this.#entries.delete(worker);
    this.#dirty.delete(worker);
  }

  /** Resolves when every change marked so far is written or has failed once. */
  async settled(): Promise<void> {
    for (const worker of this.#dirty) this.#flush(worker);
    this.#dirty = new Set();
    while (this.#writes.size > 0) {
      await Promise.all(this.#writes);
      for (const [worker, entry] of this.#entries) if (entry.dirty && !entry.writing) this.#flush(worker);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#dirty.clear();
  }

  #entry(worker: PodState): Entry {
    let entry = this.#entries.get(worker);
    if (entry === undefined) {
      entry = { written: null, revision: '', writing: false, dirty: false, failures: 0, deleted: false, stay: 'none' };
      this.#entries.set(worker, entry);
    }
    return entry;
  }

  #flush(worker: PodState): void {
    if (this.#stopped || worker.gone) return;
    const entry = this.#entry(worker);
    if (entry.writing) {
      entry.dirty = true;
      return;
    }
    const { pod } = worker;
    const deleted = pod.metadata.deletionTimestamp !== undefined;
    const mayLeave = !deleted || this.#mayLeave(worker, entry);
    const ended = worker.cleaned && deleted;
    const leaving = ended && mayLeave;
    const silent = ended && !this.#lastWord && (pod.metadata.finalizers ?? []).length === 0;
    const status = silent ? null : this.#standIn ? standInStatus(worker.status()) : worker.status();
    const news = status !== null && !deepEqual(status, entry.written ?? pod.status);
    if (!news && !(leaving && !entry.deleted)) return;
    entry.writing = true;
    entry.dirty = false;
    const write = this.#write(worker, entry, news ? status : null, leaving).finally(() => {
      this.#writes.delete(write);
      entry.writing = false;
      if (entry.dirty && this.#entries.has(worker)) this.mark(worker);
    });
    this.#writes.add(write);
  }

  /** Whether a deletion may be confirmed yet; looks again when it may. */
  #mayLeave(worker: PodState, entry: Entry): boolean {
    if (entry.stay === 'asked') {
      entry.stay = 'staying';
      const graceMs = (worker.pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000;
      this.#clock.setTimer(Math.min(ASKED_STAY_MS, graceMs), () => {
        entry.stay = 'none';
        if (this.#entries.has(worker)) this.mark(worker);
      });
    }
    return entry.stay === 'none';
  }

  async #write(
    worker: PodState,
    entry: Entry,
    status: Record<string, unknown> | null,
    leaving: boolean,
  ): Promise<void> {
    const { namespace = '', name = '' } = worker.pod.metadata;
    const target = podsIn(namespace);
    try {
      if (status !== null) {
        const result = await this.#client.update(target, { ...worker.pod, status }, 'status');
        entry.written = status;
        entry.revision = result.metadata.resourceVersion ?? '';
        // Somebody wrote after us, and we heard of that before of our own write.
        if (Number(worker.pod.metadata.resourceVersion) > Number(entry.revision)) {
          entry.written = null;
          entry.dirty = true;
        }
      }
      if (leaving) {
        entry.deleted = true;
        await this.#client.delete(target, name, { gracePeriodSeconds: 0, preconditions: { uid: worker.uid } });
      }
      entry.failures = 0;
    } catch (error) {
      entry.written = null;
      await this.#failed(worker, entry, error);
    }
  }

  async #failed(worker: PodState, entry: Entry, error: unknown): Promise<void> {
    // Gone, or another pod of that name: the informer tells.
    if (isStatus(error, 'NotFound') || worker.gone || this.#stopped) return;
    entry.deleted = false;
    if (isStatus(error, 'Conflict')) {
      const { namespace = '', name = '' } = worker.pod.metadata;
      try {
        const fresh = await this.#client.get(podsIn(namespace), name);
        if (fresh.metadata.uid !== worker.uid) return;
        if (Number(fresh.metadata.resourceVersion) > Number(worker.pod.metadata.resourceVersion)) worker.update(fresh);
        entry.dirty = true;
        return;
      } catch (unread) {
        if (isStatus(unread, 'NotFound')) return;
        // Nobody says what is there now: the next attempt finds out.
      }
    }
    const delay = Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** entry.failures++);
    this.#clock.setTimer(delay, () => {
      if (this.#entries.has(worker)) this.mark(worker);
    });
  }
}
