import type {
  Client,
  DeleteOptions,
  ListOptions,
  ObjectList,
  PatchType,
  Target,
  WatchEvent,
  WatchHandlers,
  WriteOptions,
} from '../../client/client.ts';
import type { KubeObject } from '../../schema/object.ts';
import { StatusError } from '../../schema/status.ts';
import type { Program } from '../world/program.ts';
import { between, type Link } from './link.ts';
import { WatchStream } from './watch-stream.ts';

/** What the network knows of the API server: null while it is down. */
export interface ServerAddress {
  /** The server that answers now, as the given user sees it. */
  client(user: string): Client | null;
  /** Oldest revision that can still be listed or watched. */
  readonly oldest: number;
  readonly revision: number;
  /** Called when the server that was there dies. */
  onDown(callback: () => void): () => void;
}

/** One call as it is made, and how it ended. */
export interface Call {
  readonly program: string;
  /** The controller inside the program that asks; '' where the program is one thing. */
  readonly part: string;
  readonly verb: 'get' | 'list' | 'create' | 'createSub' | 'update' | 'patch' | 'delete';
  readonly target: Target;
  readonly name: string;
  readonly subresource: string;
  readonly body: unknown;
  readonly options: DeleteOptions | undefined;
}

/** How the server answered a write, whether the answer arrived or not. */
export interface Answer {
  /** 0: it was carried out; else the code of the Status. */
  readonly code: number;
  /** Name and revision of the object that was answered; '' and 0 where none was. */
  readonly name: string;
  readonly revision: number;
}

/** What happened to a request on its way. */
export type Mishap =
  | 'request lost'
  | 'reply lost'
  | 'duplicate request'
  | 'refused'
  | 'conflict'
  | 'stale list'
  | 'watch broken'
  | 'watch expired'
  | 'events repeated';

export interface NetworkOptions {
  readonly program: Program;
  /** See Call.part. */
  readonly part?: string;
  readonly user: string;
  readonly link: Link;
  readonly server: ServerAddress;
  /** Told of each call at the moment it is made: what the program knew then decided it. */
  readonly onMade?: (call: Call) => void;
  /** Told of each call at the moment the server carries it out. */
  readonly onCall?: (call: Call) => void;
  /** Told of each answer to a write at the moment the server gives it. */
  readonly onAnswer?: (call: Call, answer: Answer) => void;
  readonly onMishap?: (what: Mishap, detail: string) => void;
}

/** After this long a caller gives a lost request up. */
const TIMEOUT_MS = 10_000;
const REFUSALS: readonly (() => StatusError)[] = [
  () => new StatusError(429, 'TooManyRequests', 'too many requests, please try again later', { retryAfterSeconds: 1 }),
  () => new StatusError(500, 'InternalError', 'Internal error occurred: the simulated server failed', {}),
  () => new StatusError(503, 'ServiceUnavailable', 'the server is currently unable to handle the request', {}),
  () => new StatusError(504, 'Timeout', 'the server was unable to return a response in the time allotted', {}),
];
const refused = (): Error => new Error('connect ECONNREFUSED: the API server is down');
const timedOut = (): Error => new Error('net/http: request canceled (Client.Timeout exceeded while awaiting headers)');
const reset = (): Error => new Error('read ECONNRESET: connection reset by peer');

const isWrite = ({ verb }: Call): boolean => verb !== 'get' && verb !== 'list';
/** What single faults are about: writes of a resource. */
const strikable = (call: Call): string => (isWrite(call) ? call.target.resource : '');

/** A program's way to the API server, with everything that may happen on it. */
export class NetworkClient implements Client {
  readonly #o: NetworkOptions;

  constructor(options: NetworkOptions) {
    this.#o = options;
  }

  get<T extends KubeObject>(target: Target, name: string, subresource = ''): Promise<T> {
    return this.#call({ verb: 'get', target, name, subresource }, (client) => client.get<T>(target, name, subresource));
  }

  list<T extends KubeObject>(target: Target, options: ListOptions = {}): Promise<ObjectList<T>> {
    return this.#call({ verb: 'list', target }, (client) => client.list<T>(target, this.#maybeStale(target, options)));
  }

  create<T extends KubeObject>(target: Target, object: object, options?: WriteOptions): Promise<T> {
    const name = (object as KubeObject).metadata?.name ?? '';
    return this.#call({ verb: 'create', target, name, body: object }, (client) =>
      client.create<T>(target, object, options),
    );
  }

  createSub<T>(target: Target, name: string, subresource: string, object: object, options?: WriteOptions): Promise<T> {
    return this.#call({ verb: 'createSub', target, name, subresource, body: object }, (client) =>
      client.createSub<T>(target, name, subresource, object, options),
    );
  }

  update<T extends KubeObject>(
    target: Target,
    object: KubeObject,
    subresource = '',
    options?: WriteOptions,
  ): Promise<T> {
    const name = object.metadata.name ?? '';
    return this.#call({ verb: 'update', target, name, subresource, body: object }, (client) =>
      client.update<T>(target, object, subresource, options),
    );
  }

  patch<T extends KubeObject>(
    target: Target,
    name: string,
    type: PatchType,
    patch: unknown,
    subresource = '',
    options?: WriteOptions & { readonly force?: boolean },
  ): Promise<T> {
    return this.#call({ verb: 'patch', target, name, subresource, body: patch }, (client) =>
      client.patch<T>(target, name, type, patch, subresource, options),
    );
  }

  delete(target: Target, name: string, options?: DeleteOptions): Promise<KubeObject | null> {
    return this.#call({ verb: 'delete', target, name, options }, (client) => client.delete(target, name, options));
  }

  watch<T extends KubeObject>(
    target: Target,
    options: { readonly resourceVersion: string; readonly labelSelector?: string; readonly fieldSelector?: string },
    handlers: WatchHandlers<T>,
  ): () => void {
    const { program, user, link, server, onMishap } = this.#o;
    if (!program.alive) return () => {};
    const stream = new WatchStream<T>({ program, link, server, user, target, options, handlers, onMishap });
    return stream.start();
  }

  #maybeStale(target: Target, options: ListOptions): ListOptions {
    const { program, link, server, onMishap } = this.#o;
    if (options.resourceVersion === undefined || options.continue !== undefined) return options;
    if (!link.suffers('staleList', target.resource, program.random)) return options;
    const least = Math.max(Number(options.resourceVersion), server.oldest, 1);
    if (least >= server.revision) return options;
    const revision = program.random.int(least, server.revision);
    onMishap?.('stale list', `${target.resource} at ${revision} of ${server.revision}`);
    const exact: ListOptions & { resourceVersionMatch: string } = {
      ...options,
      resourceVersion: String(revision),
      resourceVersionMatch: 'Exact',
    };
    return exact;
  }

  #call<T>(call: Pick<Call, 'verb' | 'target'> & Partial<Call>, carryOut: (client: Client) => Promise<T>): Promise<T> {
    const { program } = this.#o;
    if (!program.alive) return new Promise(() => {});
    const whole: Call = {
      program: program.name,
      part: this.#o.part ?? '',
      verb: call.verb,
      target: call.target,
      name: call.name ?? '',
      subresource: call.subresource ?? '',
      body: call.body,
      options: call.options,
    };
    this.#o.onMade?.(whole);
    return new Promise((resolve, reject) => {
      this.#send(whole, carryOut, resolve, reject);
    });
  }

  /** The way there. */
  #send<T>(
    call: Call,
    carryOut: (client: Client) => Promise<T>,
    resolve: (value: T) => void,
    reject: (error: Error) => void,
  ): void {
    const { program, link, server, user, onCall } = this.#o;
    const { conditions } = link;
    const { clock, random } = program;
    const struck = strikable(call);
    const later = (delayMs: number, callback: () => void): void => void clock.setTimer(delayMs, callback);
    if (!link.reachesServer || link.suffers('loseRequest', struck, random)) {
      this.#mishap('request lost', call);
      later(TIMEOUT_MS, () => reject(timedOut()));
      return;
    }
    const refusal = this.#refusal(call);
    later(between(random.float(), conditions.requestMs) + link.lateness(struck), () => {
      const client = server.client(user);
      if (client === null) {
        later(1, () => reject(refused()));
        return;
      }
      if (refusal !== null) {
        later(between(random.float(), conditions.replyMs), () => reject(refusal));
        return;
      }
      onCall?.(call);
      this.#answer(call, carryOut(client), resolve, reject);
      if (isWrite(call) && link.suffers('duplicateRequest', struck, random)) {
        this.#mishap('duplicate request', call);
        later(between(random.float(), conditions.requestMs), () => {
          const again = server.client(user);
          if (again === null) return;
          onCall?.(call);
          carryOut(again).catch(() => undefined);
        });
      }
    });
  }

  /** The way back; a server that dies meanwhile takes the answer with it. */
  #answer<T>(call: Call, answer: Promise<T>, resolve: (value: T) => void, reject: (error: Error) => void): void {
    const { program, link, server } = this.#o;
    const { clock, random } = program;
    let open = true;
    const close = server.onDown(() => {
      if (!open) return;
      open = false;
      clock.setTimer(1, () => reject(reset()));
    });
    const back = (settle: () => void): void => {
      if (!open) return;
      open = false;
      close();
      if (!program.alive) return;
      if (!link.hearsServer || link.suffers('loseReply', strikable(call), random)) {
        this.#mishap('reply lost', call);
        clock.setTimer(TIMEOUT_MS, () => reject(timedOut()));
        return;
      }
      clock.setTimer(between(random.float(), link.conditions.replyMs), settle);
    };
    const { onAnswer } = this.#o;
    const told = onAnswer !== undefined && isWrite(call);
    answer.then(
      (value) => {
        if (told) onAnswer(call, answerOf(value));
        back(() => resolve(value));
      },
      (error: Error) => {
        if (told) onAnswer(call, { code: (error as Partial<StatusError>).code ?? 500, name: '', revision: 0 });
        back(() => reject(error));
      },
    );
  }

  #refusal(call: Call): Error | null {
    const { program, link } = this.#o;
    const { random } = program;
    const struck = strikable(call);
    if (link.suffers('refuse', struck, random)) {
      this.#mishap('refused', call);
      return random.pick(REFUSALS)();
    }
    if ((call.verb === 'update' || call.verb === 'patch') && link.suffers('conflict', struck, random)) {
      this.#mishap('conflict', call);
      const { resource, group } = call.target;
      const what = group === '' ? resource : `${resource}.${group}`;
      return new StatusError(
        409,
        'Conflict',
        `Operation cannot be fulfilled on ${what} "${call.name}": the object has been modified; please apply your changes to the latest version and try again`,
        { name: call.name, group, kind: resource },
      );
    }
    return null;
  }

  #mishap(what: Mishap, call: Call): void {
    this.#o.onMishap?.(
      what,
      `${call.verb} ${call.target.resource} ${call.name}${call.subresource && `/${call.subresource}`}`,
    );
  }
}

function answerOf(value: unknown): Answer {
  const metadata = (value as KubeObject | null)?.metadata;
  return { code: 0, name: metadata?.name ?? '', revision: Number(metadata?.resourceVersion ?? 0) };
}

export type { WatchEvent };
