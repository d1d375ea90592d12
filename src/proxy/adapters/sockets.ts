import type { Socket } from 'node:net';
import type { Sockets } from '../sockets.ts';
import { listenTcp } from './tcp.ts';
import { listenUdp } from './udp.ts';

/** Real sockets of this machine. */
export function machineSockets(): Sockets {
  const open = new Set<Socket>();
  return {
    tcp: (at, route) => listenTcp(at, route, open),
    udp: listenUdp,
    destroy() {
      for (const socket of open) socket.destroy();
    },
  };
}
