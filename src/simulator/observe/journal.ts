import { createHash, type Hash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { StoreEvent } from '../../store/store.ts';
import type { Answer, Call } from '../network/network-client.ts';

/** A container as its machine knows it: the truth about what runs. */
export interface ContainerFact {
  readonly node: string;
  readonly podUid: string;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Id of the runtime. */
  readonly id: string;
  readonly init: boolean;
  readonly attempt: number;
  /** Claims the pod had mounted when the container started. */
  readonly claims: readonly string[];
}

/** What a program knows: revisions its caches stand at, by resource (`pods` …). */
export type Seen = Readonly<Record<string, number>>;

interface At {
  /** Virtual milliseconds since the world began. */
  readonly atMs: number;
  readonly sequence: number;
}

/** What a happening is, without when. */
export type Happening =
  | { readonly kind: 'write'; readonly event: StoreEvent<KubeObject> }
  | { readonly kind: 'started'; readonly container: ContainerFact }
  | { readonly kind: 'exited'; readonly container: ContainerFact; readonly exitCode: number; readonly why: string }
  /** A volume was made ready on a node for a pod, or taken down again. */
  | {
      readonly kind: 'mounted' | 'unmounted';
      readonly node: string;
      readonly podUid: string;
      readonly pod: string;
      readonly claims: readonly string[];
      /** The volume behind each claim as the node knew it when it mounted them. */
      readonly volumes?: readonly string[];
    }
  /** What the storage system outside the cluster has done; `base` is the content a new volume begins with (`world/volumes.ts`). */
  | {
      readonly kind: 'storage';
      readonly what: 'created' | 'deleted' | 'attached' | 'detached';
      readonly volume: string;
      readonly node?: string;
      readonly base?: string;
    }
  /** A program asks the server for a write, at the moment the server begins with it; `seen` and `nowMs` (its own clock) are what it knows then, or knew when it asked. */
  | { readonly kind: 'call'; readonly call: Call; readonly seen: Seen; readonly nowMs?: number }
  /** The server gives its answer to a write; whether it arrives is another matter. */
  | { readonly kind: 'answered'; readonly call: Call; readonly answer: Answer }
  /** The server starts on what its disk holds: `kept` is every key with the revision of its object. */
  | { readonly kind: 'opened'; readonly revision: number; readonly kept: ReadonlyMap<string, number> }
  /** A controller begins to look at an object (`key`, its resource left out); what it decides it decides on caches from `seen` on. */
  | {
      readonly kind: 'pass';
      readonly program: string;
      readonly controller: string;
      readonly key: string;
      readonly seen: Seen;
      /** Milliseconds since the epoch by the program's own clock, which may be wrong. */
      readonly nowMs: number;
    }
  | { readonly kind: 'mishap'; readonly program: string; readonly what: string; readonly detail: string }
  /** A controller failed at a key and will try again. */
  | { readonly kind: 'trouble'; readonly program: string; readonly detail: string }
  | { readonly kind: 'fault'; readonly what: string; readonly detail: string }
  | { readonly kind: 'operation'; readonly what: string; readonly detail: string }
  | { readonly kind: 'phase'; readonly what: 'faults' | 'healed' | 'settled' }
  | { readonly kind: 'violation'; readonly invariant: string; readonly detail: string };

export type JournalEntry = At & Happening;

/** So much is hashed at once. */
const PENDING_BYTES = 128 * 1024;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Everything that truly happened, in order, and a hash over it: two runs of one seed are equal when their hashes are. Listeners are
 * called at the moment of each happening.
 */
export class Journal {
  readonly entries: JournalEntry[] = [];
  readonly #clock: Clock;
  readonly #hash: Hash = createHash('sha256');
  /** What is not in the hash yet: one call for many. */
  readonly #pending = Buffer.allocUnsafe(PENDING_BYTES);
  #filled = 0;
  readonly #listeners: ((entry: JournalEntry) => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  on(listener: (entry: JournalEntry) => void): void {
    this.#listeners.push(listener);
  }

  /** Takes the happening over: it becomes the entry, without a copy. */
  add(happening: Happening): void {
    const entry = happening as Writable<JournalEntry>;
    entry.atMs = this.#clock.monotonic();
    entry.sequence = this.entries.length;
    this.entries.push(entry);
    this.#hashText(`${entry.atMs} ${line(entry)}\n`);
    if (entry.kind === 'write') this.#hashBytes(entry.event.entry.bytes);
    for (const listener of this.#listeners) listener(entry);
  }

  /** Hash over everything so far, hexadecimal. */
  digest(): string {
    return this.#hash.copy().update(this.#pending.subarray(0, this.#filled)).digest('hex');
  }

  #hashText(text: string): void {
    // No UTF-16 unit takes more than three bytes of UTF-8.
    if (this.#filled + text.length * 3 > PENDING_BYTES) this.#flush();
    if (text.length * 3 > PENDING_BYTES) this.#hash.update(text);
    else this.#filled += this.#pending.write(text, this.#filled);
  }

  #hashBytes(bytes: Buffer): void {
    if (this.#filled + bytes.length > PENDING_BYTES) this.#flush();
    if (bytes.length > PENDING_BYTES) this.#hash.update(bytes);
    else {
      this.#pending.set(bytes, this.#filled);
      this.#filled += bytes.length;
    }
  }

  #flush(): void {
    this.#hash.update(this.#pending.subarray(0, this.#filled));
    this.#filled = 0;
  }
}

/** One happening in one line, without its time. */
export function line(happening: Happening): string {
  switch (happening.kind) {
    case 'write':
      return `${happening.event.type} ${happening.event.key} @${happening.event.revision}`;
    case 'started':
      return `started ${happening.container.pod}/${happening.container.container} #${happening.container.attempt} on ${happening.container.node}`;
    case 'exited':
      return `exited ${happening.container.pod}/${happening.container.container} on ${happening.container.node} with ${happening.exitCode} (${happening.why})`;
    case 'mounted':
    case 'unmounted':
      return `${happening.kind} ${happening.claims.join(',')} for ${happening.pod} on ${happening.node}`;
    case 'storage':
      return `storage ${happening.what} ${happening.volume} ${happening.node ?? ''}${happening.base ?? ''}`;
    case 'call': {
      const { program, part, verb, target, name, subresource } = happening.call;
      return `${program}${part && ` (${part})`} ${verb} ${target.resource} ${target.namespace ?? ''}/${name}${subresource && `/${subresource}`}`;
    }
    case 'answered': {
      const { call, answer } = happening;
      return `${call.program} got ${answer.code || `@${answer.revision}`} for ${call.verb} ${call.target.resource} ${answer.name || call.name}`;
    }
    case 'opened':
      return `the server starts on ${happening.kept.size} objects @${happening.revision}`;
    case 'pass':
      return `${happening.program} looks at ${happening.controller} ${happening.key}`;
    case 'mishap':
      return `${happening.program}: ${happening.what}: ${happening.detail}`;
    case 'trouble':
      return `${happening.program} failed: ${happening.detail}`;
    case 'phase':
      return `phase ${happening.what}`;
    case 'violation':
      return `${happening.invariant} broken: ${happening.detail}`;
    default:
      return `${happening.kind} ${happening.what}: ${happening.detail}`;
  }
}
