import type { Clock } from '../base/clock.ts';
import { rfc3339 } from '../base/time.ts';

export interface EventSource {
  readonly component: string;
  /** Name of the node, where the source lives on one. */
  readonly host?: string;
}

/** Rules of upstream's recorder (client-go tools/record): limits and windows. */
const CACHE_SIZE = 4096;
const SIMILAR_LIMIT = 10;
const SIMILAR_WINDOW_MS = 600_000;
const BURST = 25;
const REFILL_MS = 300_000;

export interface EventDraft {
  readonly source: EventSource;
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  readonly involvedObject: {
    readonly kind: string;
    readonly apiVersion: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly uid?: string;
    readonly fieldPath?: string;
    readonly resourceVersion?: string;
  };
}

interface Known {
  readonly draft: EventDraft;
  readonly firstSeen: number;
  message: string;
  lastSeen: number;
  count: number;
  /** Count that the server has; 0 before the first write. */
  written: number;
}

export interface EventWrite {
  readonly namespace: string;
  readonly name: string;
  /** The whole event, to create it. */
  readonly object: Readonly<Record<string, unknown>>;
  /** The change since the last write, or null when it is new. */
  readonly patch: Readonly<Record<string, unknown>> | null;
}

/** Decides for one source which events are new, which repeat, which are combined and which are too many. */
export class EventCorrelator {
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();
  /** Messages are few: a list takes a tenth of the memory of a set. */
  readonly #similar = new Map<string, { readonly messages: string[]; last: number }>();
  readonly #buckets = new Map<string, { tokens: number; last: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The key under which to write, or null when the event is dropped. */
  observe(draft: EventDraft): { readonly key: string } | null {
    const now = this.#clock.now();
    const o = draft.involvedObject;
    const object = `${o.kind}/${o.namespace ?? ''}/${o.name ?? ''}/${o.uid ?? ''}/${o.apiVersion}`;
    // Successes of one kind about many members must not silence each other's warnings: the type is part of the key.
    if (!this.#take(`${object}/${draft.type}`, now)) return null;
    const aggregate = `${object}/${o.fieldPath ?? ''}/${draft.type}/${draft.reason}`;
    const combined = this.#combine(aggregate, draft.message, now);
    const key = combined ? aggregate : `${aggregate}/${draft.message}`;
    const message = combined ? `(combined from similar events): ${draft.message}` : draft.message;
    const known = this.#known.get(key);
    if (known === undefined) {
      this.#remember(this.#known, key, { draft, firstSeen: now, message, lastSeen: now, count: 1, written: 0 });
    } else {
      known.count++;
      known.lastSeen = now;
      known.message = message;
    }
    return { key };
  }

  /** What to write for `key` now; null when an earlier write already said it. */
  next(key: string): EventWrite | null {
    const known = this.#known.get(key);
    if (known === undefined || known.written === known.count) return null;
    const { draft, count, message } = known;
    const lastTimestamp = rfc3339(known.lastSeen);
    const isNew = known.written === 0;
    known.written = count;
    return {
      namespace: draft.namespace,
      name: draft.name,
      patch: isNew ? null : { count, lastTimestamp, message },
      object: {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: {
          name: draft.name,
          namespace: draft.namespace,
          ...(draft.annotations === undefined ? {} : { annotations: draft.annotations }),
        },
        involvedObject: draft.involvedObject,
        reason: draft.reason,
        message,
        source: draft.source,
        firstTimestamp: rfc3339(known.firstSeen),
        lastTimestamp,
        count,
        type: draft.type,
        reportingComponent: draft.source.component,
        reportingInstance: draft.source.host ?? '',
      },
    };
  }

  #take(key: string, now: number): boolean {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      this.#remember(this.#buckets, key, { tokens: BURST - 1, last: now });
      return true;
    }
    bucket.tokens = Math.min(BURST, bucket.tokens + (now - bucket.last) / REFILL_MS);
    bucket.last = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }

  /** True once ten different messages for one reason came within ten minutes of each other. */
  #combine(key: string, message: string, now: number): boolean {
    let similar = this.#similar.get(key);
    if (similar === undefined || now - similar.last > SIMILAR_WINDOW_MS) {
      similar = { messages: [message], last: now };
      this.#remember(this.#similar, key, similar);
    }
    similar.last = now;
    const { messages } = similar;
    if (messages.length < SIMILAR_LIMIT && !messages.includes(message)) messages.push(message);
    return messages.length >= SIMILAR_LIMIT;
  }

  #remember<V>(map: Map<string, V>, key: string, value: V): void {
    map.delete(key);
    map.set(key, value);
    if (map.size > CACHE_SIZE) {
      const oldest = map.keys().next();
      if (oldest.done !== true) map.delete(oldest.value);
    }
  }
}
