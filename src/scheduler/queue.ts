import type { Clock, Timer } from '../base/clock.ts';
import type { PodInfo } from './pod-info.ts';

const INITIAL_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 10_000;
/** Unschedulable pods are tried again after this time even when nothing was heard. */
const UNSCHEDULABLE_MS = 300_000;

export interface Queued {
  info: PodInfo;
  /** When the pod first came in: ties of priority go to the longest waiting. */
  readonly since: number;
  attempts: number;
  readonly order: number;
  place: 'active' | 'backoff' | 'unschedulable' | 'taken';
  /** Filters that refused it last; empty: an error, not a refusal. */
  plugins: ReadonlySet<string>;
  readyAt: number;
  /** Not worth another try before, unless nothing else waits. */
  backoffUntil: number;
}

const before = (a: Queued, b: Queued): boolean =>
  a.info.priority !== b.info.priority
    ? a.info.priority > b.info.priority
    : a.since !== b.since
      ? a.since < b.since
      : a.order < b.order;

/** Binary heap of queued pods; entries that have moved elsewhere are dropped when they come up. */
class ActiveHeap {
  readonly #items: Queued[] = [];

  push(item: Queued): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(item, items[parent]!)) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }

  pop(): Queued | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (top === undefined || last === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && before(items[child + 1]!, items[child]!)) child++;
      if (!before(items[child]!, last)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return top;
  }
}

/**
 * Pods waiting for a node: active (to be tried now), backoff (tried in vain a moment ago) and unschedulable (until an
 * event that one of the refusing filters cares about). No polling: one timer for the earliest deadline.
 */
export class SchedulingQueue {
  readonly #clock: Clock;
  readonly #wake: () => void;
  readonly #pods = new Map<string, Queued>();
  readonly #active = new ActiveHeap();
  readonly #parked = new Set<Queued>();
  #order = 0;
  #timer: Timer | null = null;
  #timerAt = Number.POSITIVE_INFINITY;
  /** Counts events, so that one that comes while a pod is being tried is not missed. */
  #events: { readonly at: number; readonly plugins: ReadonlySet<string> | null }[] = [];
  #taken = 0;

  /** `wake` is called when a pod may be popped. */
  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  get size(): number {
    return this.#pods.size;
  }

  has(key: string): boolean {
    return this.#pods.has(key);
  }

  /** A pod without a node: new, or changed so that it is worth another try. */
  add(info: PodInfo, retry: boolean): void {
    const known = this.#pods.get(info.key);
    if (known !== undefined && known.info.uid === info.uid) {
      known.info = info;
      if (retry && known.place === 'unschedulable') this.#release(known);
      return;
    }
    if (known !== undefined) this.remove(info.key);
    const now = this.#clock.now();
    const item: Queued = {
      info,
      since: now,
      attempts: 0,
      order: this.#order++,
      place: 'active',
      plugins: new Set(),
      readyAt: now,
      backoffUntil: now,
    };
    this.#pods.set(info.key, item);
    this.#active.push(item);
    this.#wake();
  }

  remove(key: string): void {
    const item = this.#pods.get(key);
    if (item === undefined) return;
    if (item.place === 'taken') this.#giveBack();
    item.place = 'taken';
    this.#pods.delete(key);
    this.#parked.delete(item);
  }

  /** Next pod to try; the caller answers with `done` or `failed`. Backoff is cut short when nothing else waits. */
  pop(): Queued | undefined {
    for (let item = this.#active.pop(); item !== undefined; item = this.#active.pop()) {
      if (item.place === 'active' && this.#pods.get(item.info.key) === item) return this.#take(item);
    }
    let first: Queued | undefined;
    for (const item of this.#parked) {
      if (item.place === 'backoff' && item.plugins.size > 0 && (first === undefined || before(item, first)))
        first = item;
    }
    return first === undefined ? undefined : this.#take(first);
  }

  #take(item: Queued): Queued {
    this.#parked.delete(item);
    item.place = 'taken';
    item.attempts++;
    this.#taken++;
    return item;
  }

  #giveBack(): void {
    this.#taken = Math.max(0, this.#taken - 1);
    if (this.#taken === 0) this.#events = [];
  }

  /** The pod got a node. */
  done(item: Queued): void {
    if (this.#pods.get(item.info.key) !== item) return;
    this.#pods.delete(item.info.key);
    this.#giveBack();
  }

  /** Whether the pod, as it was taken, is still one that wants a node. */
  holds(item: Queued): boolean {
    return this.#pods.get(item.info.key) === item;
  }

  /** The pod got none: refused by `plugins`, or (empty) an error. `since` is what `mark()` said when it was taken. */
  failed(item: Queued, plugins: ReadonlySet<string>, since: number): void {
    if (this.#pods.get(item.info.key) !== item) return;
    const missed = this.#missed(plugins, since);
    this.#giveBack();
    item.plugins = plugins;
    const now = this.#clock.now();
    item.backoffUntil = now + Math.min(MAX_BACKOFF_MS, INITIAL_BACKOFF_MS * 2 ** (item.attempts - 1));
    if (plugins.size === 0 || missed) {
      item.place = 'backoff';
      item.readyAt = item.backoffUntil;
    } else {
      item.place = 'unschedulable';
      item.readyAt = now + UNSCHEDULABLE_MS;
    }
    this.#parked.add(item);
    this.#arm(item.readyAt);
    if (missed) this.#wake();
  }

  #missed(plugins: ReadonlySet<string>, since: number): boolean {
    for (let i = this.#events.length - 1; i >= 0 && this.#events[i]!.at > since; i--) {
      if (concerns(this.#events[i]!.plugins, plugins)) return true;
    }
    return false;
  }

  /** A point in the stream of events, for `failed`. */
  mark(): number {
    return this.#order;
  }

  /** Something changed that these filters care about (null: all): pods they refused are worth another try. */
  event(plugins: ReadonlySet<string> | null): void {
    if (this.#taken > 0) this.#events.push({ at: ++this.#order, plugins });
    let any = false;
    for (const item of this.#parked) {
      if (item.place !== 'unschedulable' || !concerns(plugins, item.plugins)) continue;
      this.#release(item);
      any = true;
    }
    if (any) this.#wake();
  }

  /** Parked pods do not hold a timer any more. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /**
   * Another try, but after those that were not tried yet as long as the backoff lasts: where news comes faster than
   * pods can be tried, pods that are refused again and again would keep the others waiting.
   */
  #release(item: Queued): void {
    if (item.backoffUntil > this.#clock.now()) {
      item.place = 'backoff';
      item.readyAt = item.backoffUntil;
      this.#arm(item.readyAt);
    } else {
      this.#parked.delete(item);
      item.place = 'active';
      this.#active.push(item);
    }
    this.#wake();
  }

  #arm(at: number): void {
    if (at >= this.#timerAt) return;
    this.#timer?.cancel();
    this.#timerAt = at;
    this.#timer = this.#clock.setTimer(at - this.#clock.now(), () => this.#expire());
  }

  #expire(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const item of this.#parked) {
      if (item.readyAt <= now) this.#release(item);
      else next = Math.min(next, item.readyAt);
    }
    if (next !== Number.POSITIVE_INFINITY) this.#arm(next);
  }
}

function concerns(changed: ReadonlySet<string> | null, refusing: ReadonlySet<string>): boolean {
  if (changed === null) return true;
  for (const plugin of refusing) if (changed.has(plugin)) return true;
  return false;
}
