import { createSocket, type Socket } from 'node:dgram';
import type { Clock, Timer } from '../../base/clock.ts';
import type { Listener, Route, SocketAddress } from '../sockets.ts';

/** As long as connection tracking keeps a conversation that got answers. */
const IDLE_MS = 120_000;
/** Conversations of one listener; past that, the oldest ends. */
const FLOWS_LIMIT = 4096;

interface Flow {
  readonly socket: Socket;
  readonly to: SocketAddress;
  usedMs: number;
}

/** Listens on one address; each client's datagrams go to one endpoint for as long as they talk. */
export async function listenUdp(at: SocketAddress, route: Route, clock: Clock): Promise<Listener> {
  const server = createSocket('udp4');
  const flows = new Map<string, Flow>();
  let sweep: Timer | null = null;
  const end = (key: string): void => {
    flows.get(key)?.socket.close();
    flows.delete(key);
  };
  // One timer, and only while somebody talks.
  const arm = (): void => {
    sweep ??= clock.setTimer(IDLE_MS, () => {
      sweep = null;
      for (const [key, { usedMs }] of flows) if (clock.monotonic() - usedMs >= IDLE_MS) end(key);
      if (flows.size > 0) arm();
    });
  };
  const start = (key: string, client: SocketAddress): Flow | null => {
    const to = route.pick(client.address);
    if (to === null) return null;
    if (flows.size >= FLOWS_LIMIT) end(flows.keys().next().value!);
    const socket = createSocket('udp4');
    const flow: Flow = { socket, to, usedMs: 0 };
    flows.set(key, flow);
    socket.unref();
    socket.on('message', (message, from) => {
      if (from.address !== to.address || from.port !== to.port) return;
      flow.usedMs = clock.monotonic();
      server.send(message, client.port, client.address);
    });
    socket.on('error', () => undefined);
    arm();
    return flow;
  };
  server.on('message', (message, { address, port }) => {
    const key = `${address}:${port}`;
    const flow = flows.get(key) ?? start(key, { address, port });
    if (flow === null) return;
    flow.usedMs = clock.monotonic();
    flow.socket.send(message, flow.to.port, flow.to.address);
  });
  await bind(server, at);
  return {
    close() {
      sweep?.cancel();
      for (const key of [...flows.keys()]) end(key);
      server.close();
    },
    keep(has) {
      for (const [key, { to }] of [...flows]) if (!has(to)) end(key);
    },
  };
}

function bind(server: Socket, at: SocketAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.bind(at.port, at.address, () => {
      server.off('error', reject);
      server.on('error', () => undefined);
      server.unref();
      resolve();
    });
  });
}
