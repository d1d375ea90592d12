import type { Clock } from '../base/clock.ts';

/** Where something is listened on or connected to. */
export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

/** What a listener asks about each new client. */
export interface Route {
  /** Where to go; null: the client is turned away. */
  pick(client: string): SocketAddress | null;
}

export interface Listener {
  /** Takes no more clients; TCP connections go on. The address is free when this returns. */
  close(): void;
  /** Ends conversations with endpoints that are not kept. Only UDP has any to end: TCP connections know when theirs do. */
  keep(has: (endpoint: SocketAddress) => boolean): void;
}

/** The sockets of the machine, as the proxy needs them. */
export interface Sockets {
  /** Reject with the error of binding (`code` EADDRINUSE, EACCES, …). */
  tcp(at: SocketAddress, route: Route): Promise<Listener>;
  udp(at: SocketAddress, route: Route, clock: Clock): Promise<Listener>;
  /** Ends every connection at once. */
  destroy(): void;
}
