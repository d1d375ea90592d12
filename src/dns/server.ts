import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server } from 'node:net';
import type { Packet } from 'dns-packet';
import { reply } from './answer.ts';
import type { Zone } from './zone.ts';

const UDP_LIMIT = 512;
const UDP_LIMIT_EDNS = 1232;
const TRUNCATED = 1 << 9;
const TCP_IDLE_MS = 10_000;

export interface DnsServer {
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Serves a zone over UDP and TCP on one address. Throws what binding throws (in use, not allowed). */
export async function serveDns(
  zone: Zone,
  options: { readonly address: string; readonly port: number },
): Promise<DnsServer> {
  const { default: codec } = await import('dns-packet');
  const answer = (message: Buffer, limit: number): Buffer | null => {
    try {
      const request = codec.decode(message);
      if (request.type === 'response') return null;
      const edns = request.additionals?.find((additional) => additional.type === 'OPT') as
        | { udpPayloadSize?: number }
        | undefined;
      const most =
        limit === 0
          ? Number.POSITIVE_INFINITY
          : edns === undefined
            ? limit
            : Math.min(UDP_LIMIT_EDNS, Math.max(limit, edns.udpPayloadSize ?? limit));
      const packet: Packet = reply(request, zone);
      const bytes = codec.encode(packet);
      if (bytes.length <= most) return bytes;
      return codec.encode({
        ...packet,
        flags: (packet.flags ?? 0) | TRUNCATED,
        answers: [],
        additionals: [],
        authorities: [],
      });
    } catch {
      // No DNS message: there is nobody to answer.
      return null;
    }
  };
  const tcp = await listenTcp(options, (message) => answer(message, 0));
  const { port } = tcp.address() as { port: number };
  const udp = await listenUdp({ address: options.address, port }, (message) => answer(message, UDP_LIMIT)).catch(
    (error: unknown) => {
      tcp.close();
      throw error;
    },
  );
  return {
    address: options.address,
    port,
    close: () =>
      new Promise((resolve) => {
        udp.close(() => tcp.close(() => resolve()));
      }),
  };
}

function listenUdp(at: { address: string; port: number }, answer: (message: Buffer) => Buffer | null): Promise<Socket> {
  const socket = createSocket(at.address.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (message, from) => {
    const bytes = answer(message);
    if (bytes !== null) socket.send(bytes, from.port, from.address);
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(at.port, at.address, () => {
      socket.off('error', reject);
      socket.on('error', () => {});
      socket.unref();
      resolve(socket);
    });
  });
}

function listenTcp(at: { address: string; port: number }, answer: (message: Buffer) => Buffer | null): Promise<Server> {
  const server = createServer((socket) => {
    let pending: Buffer = Buffer.alloc(0);
    socket.setTimeout(TCP_IDLE_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const length = pending.readUInt16BE(0);
        const bytes = answer(pending.subarray(2, 2 + length));
        pending = pending.subarray(2 + length);
        if (bytes === null) return void socket.destroy();
        const head = Buffer.alloc(2);
        head.writeUInt16BE(bytes.length);
        socket.write(Buffer.concat([head, bytes]));
      }
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.address, () => {
      server.off('error', reject);
      server.unref();
      resolve(server);
    });
  });
}
