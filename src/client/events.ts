import type { Clock } from '../base/clock.ts';
import type { KubeObject } from '../schema/object.ts';
import { isStatus } from '../schema/status.ts';
import type { Client } from './client.ts';
import { EventCorrelator, type EventDraft, type EventSource } from './event-correlator.ts';
import { EVENTS } from './resources.ts';

/** Events waiting to be written; past that, new ones are dropped rather than holding up their source. */
const QUEUE_LIMIT = 10_000;
const WRITERS = 4;
const ATTEMPTS = 12;
const RETRY_MS = 10_000;

export interface EventOptions {
  readonly fieldPath?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * Reports what happened to an object as a core/v1 Event: repeats raise `count` of the first one, floods of similar
 * events are combined, and one source cannot flood one object. Never blocks and never throws: an event that cannot be
 * written is lost.
 */
export interface EventRecorder {
  event(subject: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string, options?: EventOptions): void;
}

/** Where the parts of one process get their recorders. */
export interface EventRecorders {
  recorder(source: EventSource): EventRecorder;
}

/** For a process whose events nobody would read: what happens is not even put into words. */
export const NO_EVENTS: EventRecorders = { recorder: () => ({ event() {} }) };

/** Writes the events of all recorders of one process, in the background. */
export class EventBroadcaster implements EventRecorders {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #queue: (() => Promise<void>)[] = [];
  #head = 0;
  #writing = 0;
  #scheduled = false;
  #sequence = 0;
  #stopped = false;

  constructor(client: Client, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  recorder(source: EventSource): EventRecorder {
    const correlator = new EventCorrelator(this.#clock);
    const last = new Map<string, Promise<void>>();
    return {
      event: (subject, type, reason, message, options = {}) => {
        if (this.#stopped || this.#queue.length - this.#head >= QUEUE_LIMIT) return;
        const draft = this.#draft(source, subject, type, reason, message, options);
        const decision = correlator.observe(draft);
        if (decision === null) return;
        this.#push(() => {
          // Writes of one event keep their order: its creation, then its counts.
          const write = (last.get(decision.key) ?? Promise.resolve()).then(() => this.#write(correlator, decision.key));
          last.set(decision.key, write);
          return write.finally(() => {
            if (last.get(decision.key) === write) last.delete(decision.key);
          });
        });
      },
    };
  }

  stop(): void {
    this.#stopped = true;
    this.#queue.length = 0;
    this.#head = 0;
  }

  #draft(
    source: EventSource,
    subject: KubeObject,
    type: string,
    reason: string,
    message: string,
    options: EventOptions,
  ): EventDraft {
    const { namespace, name, uid, resourceVersion } = subject.metadata;
    return {
      source,
      type,
      reason,
      message,
      namespace: namespace === undefined || namespace === '' ? 'default' : namespace,
      name: `${name ?? ''}.${(BigInt(this.#clock.now()) * 1_000_000n + BigInt(this.#sequence++ % 1_000_000)).toString(16)}`,
      annotations: options.annotations,
      involvedObject: {
        kind: subject.kind,
        ...(namespace === undefined || namespace === '' ? {} : { namespace }),
        ...(name === undefined ? {} : { name }),
        ...(uid === undefined ? {} : { uid }),
        apiVersion: subject.apiVersion,
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
        ...(options.fieldPath === undefined ? {} : { fieldPath: options.fieldPath }),
      },
    };
  }

  #push(write: () => Promise<void>): void {
    this.#queue.push(write);
    this.#schedule();
  }

  /** In a later turn: reporting comes after doing. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.defer(() => {
      this.#scheduled = false;
      while (this.#writing < WRITERS) {
        const write = this.#queue[this.#head];
        if (write === undefined) break;
        this.#head++;
        if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
          this.#queue.splice(0, this.#head);
          this.#head = 0;
        }
        this.#writing++;
        void write().finally(() => {
          this.#writing--;
          if (this.#head < this.#queue.length) this.#schedule();
        });
      }
    });
  }

  async #write(correlator: EventCorrelator, key: string): Promise<void> {
    const step = correlator.next(key);
    if (step === null) return;
    const target = { ...EVENTS, namespace: step.namespace };
    for (let attempt = 1; attempt <= ATTEMPTS && !this.#stopped; attempt++) {
      try {
        if (step.patch !== null) {
          try {
            await this.#client.patch(target, step.name, 'strategic', step.patch);
            return;
          } catch (error) {
            if (!isStatus(error, 'NotFound')) throw error;
          }
        }
        await this.#client.create(target, step.object);
        return;
      } catch (error) {
        // An answer is final (the namespace is going, the object is refused); silence is worth another try.
        if (
          (error as { code?: unknown }).code !== undefined &&
          typeof (error as { status?: unknown }).status === 'object'
        )
          return;
        await new Promise<void>((resolve) => this.#clock.setTimer(RETRY_MS, resolve));
      }
    }
  }
}
