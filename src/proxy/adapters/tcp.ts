import { connect, createServer, type Socket } from 'node:net';
import type { Listener, Route, SocketAddress } from '../sockets.ts';

/** The kernel asks silent peers whether they are still there: a pod can vanish without a word. */
const KEEP_ALIVE_MS = 60_000;
const TRANSPARENT = { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };

/** Listens on one address; each connection is passed on as it is, ends of either direction included. */
export function listenTcp(at: SocketAddress, route: Route, open: Set<Socket>): Promise<Listener> {
  // Nothing is read before there is someone to pass it to.
  const server = createServer({ ...TRANSPARENT, pauseOnConnect: true }, (client) => {
    const to = route.pick(client.remoteAddress ?? '');
    if (to === null) client.resetAndDestroy();
    else relay(client, to, open);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: at.address, port: at.port }, () => {
      server.off('error', reject);
      // Running out of descriptors is no reason to end: the clients that wait are served when there are some again.
      server.on('error', () => undefined);
      server.unref();
      resolve({ close: () => void server.close(), keep: () => undefined });
    });
  });
}

function relay(client: Socket, to: SocketAddress, open: Set<Socket>): void {
  const upstream = connect({ host: to.address, port: to.port, ...TRANSPARENT });
  const tie = (one: Socket, other: Socket): void => {
    open.add(one);
    one.on('error', () => other.resetAndDestroy());
    one.on('close', () => {
      open.delete(one);
      // One that ended in order leaves the other to write out what it still has.
      if (!one.readableEnded) other.destroy();
    });
  };
  tie(client, upstream);
  tie(upstream, client);
  upstream.once('connect', () => {
    client.pipe(upstream);
    upstream.pipe(client);
  });
}
