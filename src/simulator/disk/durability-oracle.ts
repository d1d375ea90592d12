import { Compacted, type Expectation, type Store, type StoreEvent } from '../../store/store.ts';

/** A write the store accepted: from here on it may become durable, acknowledged or not. */
export interface Attempt {
  readonly revision: number;
  readonly type: 'put' | 'delete';
  readonly key: string;
  readonly text: string;
}

const same = (a: Attempt, b: Attempt): boolean => a.type === b.type && a.key === b.key && a.text === b.text;
const show = (a: Attempt | undefined): string =>
  a === undefined ? 'nothing' : `${a.type} ${a.key} at ${a.revision} (${a.text.slice(0, 24)})`;

/** The write an event shows. */
export function attemptOf(event: StoreEvent): Attempt {
  const { type, revision, key } = event;
  return { type, revision, key, text: event.entry.bytes.toString('utf8') };
}

/**
 * What a store must still know after its process or its machine died (invariant S15), judged from outside: it is told of
 * every write begun, acknowledged or seen, and looks at the store again when it is reopened. Breaches are collected.
 */
export class DurabilityOracle {
  readonly breaches: string[] = [];
  readonly #prefix: string;
  readonly #historyEvents: number;
  /** Writes that survived, in order of revision: the truth about all earlier lives of the store. */
  readonly #past: Attempt[] = [];
  readonly #state = new Map<string, Attempt>();
  /** Writes of this life, in the order in which they were accepted. */
  #begun: Attempt[] = [];
  #nextSeen = 0;
  #visible = 0;
  acknowledgedCount = 0;
  lostCount = 0;
  unacknowledgedSurvivors = 0;
  compactedCount = 0;

  constructor(prefix: string, historyEvents: number) {
    this.#prefix = prefix;
    this.#historyEvents = historyEvents;
  }

  #breach(text: string): void {
    this.breaches.push(text);
  }

  /** Revision of the newest write that is known to have survived all deaths so far. */
  get settledRevision(): number {
    return this.#past.at(-1)?.revision ?? 0;
  }

  /** The store took a write that expected this of its key: nothing newer may be on its way. */
  begun(attempt: Attempt, expected: Expectation): void {
    const last = this.#begun.at(-1)?.revision ?? this.settledRevision;
    const before = this.#begun.findLast(({ key }) => key === attempt.key) ?? this.#state.get(attempt.key);
    const current = before === undefined || before.type === 'delete' ? 0 : before.revision;
    const wanted = expected.kind === 'absent' ? 0 : expected.revision;
    if (current !== wanted) this.#breach(`${show(attempt)} was taken on top of ${current}, it expected ${wanted}`);
    if (attempt.revision <= last) this.#breach(`${show(attempt)} was given a revision not above ${last}`);
    if (attempt.revision <= this.#visible) this.#breach(`${show(attempt)} reuses a revision somebody has seen`);
    this.#begun.push(attempt);
  }

  acknowledged(revision: number): void {
    this.acknowledgedCount++;
    this.#visible = Math.max(this.#visible, revision);
  }

  /** Events of a watch that began at the reopening: each must be the next write, none left out. */
  seen(events: readonly StoreEvent[]): void {
    for (const event of events) {
      const told = attemptOf(event);
      const expected = this.#begun[this.#nextSeen++];
      if (expected === undefined || expected.revision !== told.revision || !same(expected, told)) {
        this.#breach(`a watch was told ${show(told)} where ${show(expected)} is next`);
      }
      this.#visible = Math.max(this.#visible, told.revision);
    }
  }

  /** Nothing of what is on the disk can be opened, though all the disk did is allowed to it. */
  unusable(error: Error): void {
    this.#breach(`the store does not open: ${error.message}`);
  }

  /** Compares a store opened on what is left with what must be left, and begins a new life. */
  reopened(store: Store): void {
    const { revision } = store;
    if (revision < this.#visible)
      this.#breach(`revision ${this.#visible} was visible, the store is back at ${revision}`);
    const survivors = this.#begun.filter((attempt) => attempt.revision <= revision);
    this.unacknowledgedSurvivors += survivors.filter((attempt) => attempt.revision > this.#visible).length;
    this.lostCount += this.#begun.length - survivors.length;
    for (const attempt of survivors) {
      this.#past.push(attempt);
      if (attempt.type === 'put') this.#state.set(attempt.key, attempt);
      else this.#state.delete(attempt.key);
    }
    if (revision !== this.settledRevision) this.#breach(`revision ${revision} belongs to no write that was accepted`);
    this.#begun = [];
    this.#nextSeen = 0;
    this.#visible = revision;
    this.#compareEntries(store);
  }

  #compareEntries(store: Store): void {
    const { entries } = store.list(this.#prefix);
    for (const entry of entries) {
      const expected = this.#state.get(entry.key);
      const text = entry.bytes.toString('utf8');
      if (expected?.revision !== entry.revision || expected.text !== text) {
        this.#breach(`the store has ${entry.key} at ${entry.revision} (${text.slice(0, 24)}), not ${show(expected)}`);
      }
    }
    if (entries.length < this.#state.size) this.#breach(`${this.#state.size - entries.length} keys are missing`);
  }

  /** All that is committed now, in order. */
  #committed(store: Store): readonly Attempt[] {
    return [...this.#past, ...this.#begun.filter((attempt) => attempt.revision <= store.revision)];
  }

  /**
   * A client that saved `revision` comes back: it must get every later write in order, each with the state it replaced, or
   * be told that the history is gone, which may be said only when it is.
   */
  resumed(store: Store, revision: number): void {
    const expected = this.#committed(store).filter((attempt) => attempt.revision > revision);
    const events: StoreEvent[] = [];
    try {
      store.watch(this.#prefix, revision, (batch) => events.push(...batch)).stop();
    } catch (error) {
      if (!(error instanceof Compacted)) throw error;
      this.compactedCount++;
      if (expected.length <= this.#historyEvents) this.#breach(`history after ${revision} is gone too early`);
      return;
    }
    this.#compareEvents(revision, expected, events);
    this.#compareListThen(store, revision, events);
  }

  #compareEvents(revision: number, expected: readonly Attempt[], events: readonly StoreEvent[]): void {
    if (events.length !== expected.length) {
      this.#breach(`a watch from ${revision} got ${events.length} events of ${expected.length}`);
    }
    events.forEach((event, i) => {
      const told = attemptOf(event);
      const wanted = expected[i];
      if (wanted === undefined || told.revision !== wanted.revision || !same(told, wanted)) {
        this.#breach(`a watch from ${revision} got ${show(told)}, not ${show(wanted)}`);
      }
    });
  }

  #listAt(store: Store, revision: number): Map<string, { readonly revision: number }> | null {
    try {
      return new Map(store.list(this.#prefix, { revision }).entries.map((entry) => [entry.key, entry]));
    } catch (error) {
      if (!(error instanceof Compacted)) throw error;
      this.#breach(`a watch from ${revision} is served, a list at ${revision} is not`);
      return null;
    }
  }

  /** A list at the old revision with the events applied is a list of today. */
  #compareListThen(store: Store, revision: number, events: readonly StoreEvent[]): void {
    const then = this.#listAt(store, revision);
    if (then === null) return;
    for (const event of events) {
      const before = then.get(event.key) ?? null;
      if (before?.revision !== event.previous?.revision) {
        this.#breach(
          `the event at ${event.revision} replaces ${event.previous?.revision}, the list had ${before?.revision}`,
        );
      }
      if (event.type === 'put') then.set(event.key, event.entry);
      else then.delete(event.key);
    }
    for (const { key, revision: now } of store.list(this.#prefix).entries) {
      if (then.get(key)?.revision !== now) this.#breach(`list at ${revision} and its events miss ${key} at ${now}`);
      then.delete(key);
    }
    if (then.size > 0) this.#breach(`list at ${revision} and its events have ${[...then.keys()].join()} too many`);
  }
}
