import type { Clock, Timer } from '../base/clock.ts';
import { Balancer, endpointKey } from './balancer.ts';
import type { Place } from './candidates.ts';
import type { ListenerPlan } from './plan.ts';
import type { Listener, Sockets } from './sockets.ts';

/** A listener that has just been closed may take this long to be gone; nobody is told of it. */
const QUIET_RETRY_MS = 50;
/** A port that somebody else has is asked for again, later and later. */
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;

export interface PortHost {
  /** Whether the client may use this address. */
  admits(client: string): boolean;
  place(client: string): Place | null;
  /** Called once, when it cannot be listened on. */
  failed(error: NodeJS.ErrnoException): void;
}

/** One address and port, listened on for as long as it is wanted. */
export class OpenPort {
  readonly #balancer: Balancer;
  readonly #clock: Clock;
  readonly #sockets: Sockets;
  readonly #host: PortHost;
  #listener: Listener | null = null;
  #retry: Timer | null = null;
  #retryMs = QUIET_RETRY_MS;
  #told = false;
  #closed = false;

  constructor(
    plan: ListenerPlan,
    { clock, sockets }: { readonly clock: Clock; readonly sockets: Sockets },
    host: PortHost,
  ) {
    this.#balancer = new Balancer(plan);
    this.#clock = clock;
    this.#sockets = sockets;
    this.#host = host;
    void this.#listen();
  }

  update(plan: ListenerPlan): void {
    this.#balancer.update(plan);
    const left = new Set(plan.endpoints.filter(({ ready, draining }) => ready || draining).map(endpointKey));
    this.#listener?.keep(({ address, port }) => left.has(`${address}:${port}`));
  }

  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
    this.#listener?.close();
  }

  async #listen(): Promise<void> {
    const { plan } = this.#balancer;
    const route = { pick: (client: string) => this.#pick(client) };
    try {
      const { protocol } = plan;
      const sockets = this.#sockets;
      const listener = await (protocol === 'TCP' ? sockets.tcp(plan, route) : sockets.udp(plan, route, this.#clock));
      if (this.#closed) listener.close();
      else this.#listener = listener;
    } catch (error) {
      this.#failed(error as NodeJS.ErrnoException);
    }
  }

  #pick(client: string): ReturnType<Balancer['pick']> {
    if (!this.#host.admits(client)) return null;
    const place = this.#balancer.plan.placed ? this.#host.place(client) : null;
    return this.#balancer.pick(client, place, this.#clock.monotonic());
  }

  #failed(error: NodeJS.ErrnoException): void {
    if (this.#closed) return;
    const taken = error.code === 'EADDRINUSE';
    if (!(taken && this.#retryMs === QUIET_RETRY_MS) && !this.#told) {
      this.#told = true;
      this.#host.failed(error);
    }
    if (!taken) return;
    this.#retry = this.#clock.setTimer(this.#retryMs, () => void this.#listen());
    this.#retryMs = Math.min(Math.max(FIRST_RETRY_MS, this.#retryMs * 2), LONGEST_RETRY_MS);
  }
}
