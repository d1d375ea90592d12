import type { Clock, Timer } from '../../base/clock.ts';

class Scheduled implements Timer {
  /** Microseconds since the start. */
  readonly at: number;
  readonly sequence: number;
  callback: (() => void) | null;

  constructor(at: number, sequence: number, callback: () => void) {
    this.at = at;
    this.sequence = sequence;
    this.callback = callback;
  }

  cancel(): void {
    this.callback = null;
  }
}

/** 2026-01-01T00:00:00Z: where virtual time begins unless told otherwise. */
export const EPOCH_MS = 1_767_225_600_000;

/** Looked up once: a property of `process` costs as much as an event. */
const { nextTick } = process;

/** Less than this over a whole microsecond is an error of rounding. */
const ROUNDING_US = 1e-4;

/** Whoever waits at all, if only for an error of rounding, finds that time has gone on: what is due is due when it looks again. */
const wholeUs = (delayMs: number): number => (delayMs > 0 ? Math.max(1, Math.ceil(delayMs * 1000 - ROUNDING_US)) : 0);

/** Work that costs no virtual time, in a row: more than this is a loop that never lets time go on. */
const MOST_EVENTS_AT_ONE_MOMENT = 1_000_000;

/**
 * Time that passes only when nothing is left to do. Events run in the order of their moments, ties in the order in
 * which they were scheduled; before the next one all promises of the last have settled. Nothing here ever waits.
 */
export class VirtualClock implements Clock {
  readonly #start: number;
  /** Whole microseconds since the start: sums of fractions of milliseconds would differ by their order. */
  #nowUs = 0;
  #sequence = 0;
  /** Binary heap by (at, sequence). */
  readonly #heap: Scheduled[] = [];
  /** Deferred work of this moment, served before any timer. */
  #deferred: (() => void)[] = [];
  #running = false;
  #atOneMoment = 0;
  /** Events run so far. */
  steps = 0;

  constructor(startMs = EPOCH_MS) {
    this.#start = startMs;
  }

  now(): number {
    // Whole milliseconds, as the wall clock of a machine says it.
    return this.#start + Math.floor(this.#nowUs / 1000);
  }

  monotonic(): number {
    return this.#nowUs / 1000;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const at = this.#nowUs + wholeUs(delayMs);
    const scheduled = new Scheduled(at, this.#sequence++, callback);
    this.#push(scheduled);
    return scheduled;
  }

  defer(callback: () => void): void {
    this.#deferred.push(callback);
  }

  /** Milliseconds since the epoch of the next event; Infinity when there is none. */
  get next(): number {
    return this.#start + this.#nextUs() / 1000;
  }

  #nextUs(): number {
    if (this.#deferred.length > 0) return this.#nowUs;
    while (this.#heap.length > 0 && this.#heap[0]!.callback === null) this.#pop();
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Runs events up to and including `untilMs` (as `now()` says it), or until `stop` says so after an event. Time then stands at
   * `untilMs`, or at the last event when stopped. Rejects with whatever an event throws.
   */
  run(untilMs: number, stop: () => boolean = () => false): Promise<void> {
    if (this.#running) return Promise.reject(new Error('the virtual clock runs already'));
    this.#running = true;
    const untilUs = Math.floor((untilMs - this.#start) * 1000);
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        this.#running = false;
        settle();
      };
      // A tick queued from a microtask runs when no microtask is left: promises settle between events, at no cost of a
      // turn of the event loop, so that nothing of the real world can come in between.
      const tick = (): void => nextTick(step);
      const settled = Promise.resolve();
      const afterMicrotasks = (): void => {
        void settled.then(tick);
      };
      const step = (): void => {
        try {
          if (stop()) {
            end(resolve);
            return;
          }
          const callback = this.#take(untilUs);
          if (callback === null) {
            if (Number.isFinite(untilUs)) this.#nowUs = Math.max(this.#nowUs, untilUs);
            end(resolve);
            return;
          }
          this.steps++;
          callback();
        } catch (error) {
          end(() => reject(error));
          return;
        }
        afterMicrotasks();
      };
      afterMicrotasks();
    });
  }

  /** Runs events until the promise has settled, and gives its outcome. Rejects when nothing is left that could settle it. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const mark = (): void => {
      settled = true;
    };
    promise.then(mark, mark);
    await this.run(Number.POSITIVE_INFINITY, () => settled);
    if (!settled) throw new Error('nothing is left to happen, and what is awaited has not happened');
    return promise;
  }

  #take(untilUs: number): (() => void) | null {
    if (this.#deferred.length > 0) {
      this.#watchForLoops();
      return this.#deferred.shift()!;
    }
    const at = this.#nextUs();
    if (at > untilUs || at === Number.POSITIVE_INFINITY) return null;
    if (at > this.#nowUs) {
      this.#nowUs = at;
      this.#atOneMoment = 0;
    }
    this.#watchForLoops();
    return this.#pop().callback;
  }

  #watchForLoops(): void {
    if (++this.#atOneMoment > MOST_EVENTS_AT_ONE_MOMENT) {
      throw new Error(`time stands still: ${MOST_EVENTS_AT_ONE_MOMENT} events at one moment`);
    }
  }

  #push(scheduled: Scheduled): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(scheduled);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(scheduled, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = scheduled;
  }

  #pop(): Scheduled {
    const heap = this.#heap;
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

function before(a: Scheduled, b: Scheduled): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
}
