import type { Target, WatchEvent, WatchHandlers } from '../../client/client.ts';
import type { KubeObject } from '../../schema/object.ts';
import { StatusError } from '../../schema/status.ts';
import type { Program } from '../world/program.ts';
import { between, type Link } from './link.ts';
import type { Mishap, ServerAddress } from './network-client.ts';

export interface WatchStreamOptions<T extends KubeObject> {
  readonly program: Program;
  readonly link: Link;
  readonly server: ServerAddress;
  readonly user: string;
  readonly target: Target;
  readonly options: {
    readonly resourceVersion: string;
    readonly labelSelector?: string;
    readonly fieldSelector?: string;
  };
  readonly handlers: WatchHandlers<T>;
  readonly onMishap: ((what: Mishap, detail: string) => void) | undefined;
}

/** How far back a server that repeats itself goes. */
const MOST_REPEATED_REVISIONS = 20;
/** A stream on which nothing is heard is given up by its reader after this long. */
const SILENCE_MS = 30_000;

/**
 * One watch over the network: events arrive in order, each some time after it happened, those that arrive together in one batch;
 * when it breaks, what was on its way is lost. A cut link is not noticed at once, as with real connections.
 */
export class WatchStream<T extends KubeObject> {
  readonly #o: WatchStreamOptions<T>;
  #queue: { readonly due: number; readonly events: readonly WatchEvent<T>[] }[] = [];
  #open = true;
  #armed = false;
  #stopServerSide: () => void = () => {};
  #forgetDown: () => void = () => {};
  #given = false;

  constructor(options: WatchStreamOptions<T>) {
    this.#o = options;
  }

  /** Returns the function that stops it. */
  start(): () => void {
    const { program, link, server, user } = this.#o;
    program.onKill(() => this.#close());
    program.clock.setTimer(between(program.random.float(), link.conditions.requestMs), () => {
      if (!this.#open) return;
      const client = link.reachesServer ? server.client(user) : null;
      if (client === null) {
        this.#end(new Error('connect ECONNREFUSED: the API server cannot be reached'));
        return;
      }
      this.#begin(client);
    });
    return () => this.#close();
  }

  #begin(client: NonNullable<ReturnType<ServerAddress['client']>>): void {
    const { program, link, server, target, options, onMishap } = this.#o;
    const { random } = program;
    if (link.suffers('expireWatch', target.resource, random)) {
      onMishap?.('watch expired', `${target.resource} from ${options.resourceVersion}`);
      this.#end(
        new StatusError(410, 'Expired', `too old resource version: ${options.resourceVersion} (${server.oldest})`, {}),
      );
      return;
    }
    let from = options.resourceVersion;
    if (link.suffers('repeatEvents', target.resource, random)) {
      const earlier = Math.max(server.oldest, Number(from) - random.int(1, MOST_REPEATED_REVISIONS));
      if (earlier < Number(from)) {
        from = String(earlier);
        onMishap?.('events repeated', `${target.resource} from ${from} instead of ${options.resourceVersion}`);
      }
    }
    this.#forgetDown = server.onDown(() => this.#end(new Error('read ECONNRESET: connection reset by peer')));
    this.#stopServerSide = client.watch<T>(
      target,
      { ...options, resourceVersion: from },
      {
        onEvents: (events) => this.#arrived(events),
        onEnd: (error) => this.#end(error),
      },
    );
    if (!this.#open) this.#stopServerSide();
  }

  #arrived(events: readonly WatchEvent<T>[]): void {
    const { program, link, target, onMishap } = this.#o;
    if (!this.#open || !program.alive || this.#given) return;
    const { clock, random } = program;
    if (!link.hearsServer) {
      this.#silent();
      return;
    }
    if (link.suffers('breakWatch', target.resource, random)) {
      onMishap?.('watch broken', target.resource);
      this.#queue = [];
      this.#end(random.chance(0.5) ? null : new Error('unexpected EOF during watch stream event decoding'));
      return;
    }
    const now = clock.monotonic();
    const arrives = Math.ceil((now + between(random.float(), link.conditions.eventMs)) * 1000) / 1000;
    const due = Math.max(this.#queue.at(-1)?.due ?? 0, arrives);
    this.#queue.push({ due, events });
    this.#arm();
  }

  /** The link is cut: nothing more comes through, and the reader finds out only after a while. */
  #silent(): void {
    this.#given = true;
    this.#queue = [];
    this.#o.program.clock.setTimer(SILENCE_MS, () => this.#end(new Error('http2: client connection lost')));
  }

  #arm(): void {
    if (this.#armed || this.#queue.length === 0) return;
    this.#armed = true;
    const { clock } = this.#o.program;
    clock.setTimer(this.#queue[0]!.due - clock.monotonic(), () => {
      this.#armed = false;
      this.#deliver();
      this.#arm();
    });
  }

  #deliver(): void {
    const now = this.#o.program.clock.monotonic();
    let count = 0;
    while (count < this.#queue.length && this.#queue[count]!.due <= now) count++;
    const due = this.#queue.splice(0, count);
    if (!this.#open || due.length === 0) return;
    this.#o.handlers.onEvents(due.length === 1 ? due[0]!.events : due.flatMap(({ events }) => events));
  }

  #end(error: Error | null): void {
    if (!this.#open) return;
    this.#close();
    const { program, handlers } = this.#o;
    program.clock.setTimer(1, () => handlers.onEnd(error));
  }

  #close(): void {
    this.#open = false;
    this.#queue = [];
    this.#stopServerSide();
    this.#forgetDown();
  }
}
