import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import type { SocketAddress, Sockets } from '../sockets.ts';
import { machineSockets } from './sockets.ts';

const HOST = '127.0.0.1';
const undo: (() => void)[] = [];
afterEach(() => {
  for (const each of undo.splice(0)) each();
});

async function tcpServer(handle: (socket: Socket) => void): Promise<SocketAddress> {
  const server: Server = createServer({ allowHalfOpen: true }, handle);
  undo.push(() => server.close());
  server.listen(0, HOST);
  await once(server, 'listening');
  return { address: HOST, port: (server.address() as AddressInfo).port };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function relayed(pick: () => SocketAddress | null) {
  const sockets: Sockets = machineSockets();
  const at = { address: HOST, port: await freePort() };
  const listener = await sockets.tcp(at, { pick });
  undo.push(() => sockets.destroy());
  undo.push(() => listener.close());
  const dial = async (): Promise<Socket> => {
    const socket = connect({ host: HOST, port: at.port, allowHalfOpen: true });
    undo.push(() => socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  return { sockets, listener, dial, at };
}

/** Everything until the other half ends; the own half stays as it is. */
async function text(socket: Socket): Promise<string> {
  let all = '';
  socket.on('data', (chunk) => {
    all += chunk;
  });
  await once(socket, 'end');
  return all;
}

/** A reset may be there before the connection is. */
const failure = (dial: () => Promise<Socket>): Promise<string> =>
  dial()
    .then((socket) => once(socket, 'data'))
    .then(
      () => 'none',
      (error: NodeJS.ErrnoException) => error.code ?? '',
    );

describe('a TCP listener', () => {
  it('passes both directions on, their ends apart', async () => {
    // Answers only once it has been told everything: a client may end its half first.
    const server = await tcpServer(async (socket) => socket.end(`heard ${await text(socket)}`));
    const { dial } = await relayed(() => server);
    const socket = await dial();
    socket.end('all of it');
    expect(await text(socket)).toBe('heard all of it');
  });

  it('carries everything to a client that has ended its half and reads slowly', async () => {
    const size = 16 << 20;
    const server = await tcpServer((socket) => socket.resume().end(Buffer.alloc(size)));
    const { dial } = await relayed(() => server);
    const socket = await dial();
    socket.end();
    let got = 0;
    socket.on('data', (chunk) => {
      got += chunk.length;
      socket.pause();
      setImmediate(() => socket.resume());
    });
    await once(socket, 'close');
    expect(got).toBe(size);
  });

  it('resets a client that nobody may serve, or whose endpoint refuses', async () => {
    const nobody = await relayed(() => null);
    expect(await failure(nobody.dial)).toBe('ECONNRESET');
    const port = await freePort();
    const refused = await relayed(() => ({ address: HOST, port }));
    expect(await failure(refused.dial)).toBe('ECONNRESET');
  });

  it('leaves connections alone when it closes, refuses new ones, and frees its port at once', async () => {
    const server = await tcpServer((socket) => socket.pipe(socket));
    const { dial, listener, sockets, at } = await relayed(() => server);
    const socket = await dial();
    socket.write('before');
    await once(socket, 'data');
    listener.close();
    const again = await sockets.tcp(at, { pick: () => null });
    again.close();
    await expect(dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    socket.write('after');
    const [chunk] = await once(socket, 'data');
    expect(String(chunk)).toBe('after');
    sockets.destroy();
    await once(socket, 'end');
  });

  it('rejects when the port is taken', async () => {
    const taken = await tcpServer(() => undefined);
    await expect(machineSockets().tcp(taken, { pick: () => null })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('a UDP listener', () => {
  async function udpServer(name: string): Promise<SocketAddress> {
    const socket = createSocket('udp4');
    undo.push(() => socket.close());
    socket.on('message', (message, from) => socket.send(`${name} ${message}`, from.port, from.address));
    socket.bind(0, HOST);
    await once(socket, 'listening');
    return { address: HOST, port: socket.address().port };
  }

  it("keeps a client's conversation with one endpoint until that is gone", async () => {
    const endpoints = [await udpServer('one'), await udpServer('two')];
    let turn = 0;
    const port = await freePort();
    const pick = () => endpoints[turn++ % 2]!;
    const listener = await machineSockets().udp({ address: HOST, port }, { pick }, systemClock);
    undo.push(() => listener.close());
    const client = createSocket('udp4');
    undo.push(() => client.close());
    const ask = async (what: string): Promise<string> => {
      client.send(what, port, HOST);
      const [answer] = await once(client, 'message');
      return String(answer);
    };
    expect([await ask('a'), await ask('b')]).toEqual(['one a', 'one b']);
    listener.keep(({ port: kept }) => kept === endpoints[1]!.port);
    expect([await ask('c'), await ask('d')]).toEqual(['two c', 'two d']);
  });
});
