import type { IncomingMessage } from 'node:http';
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Exchange, exchangeOf } from './exchange.ts';
import type { RequestHandler } from './handler.ts';

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
  /** PEM of the authorities whose client certificates are believed. */
  readonly clientAuthorities: readonly string[];
}

const MAX_STREAMS = 250;
const WINDOW_BYTES = 1024 * 1024;
const SESSION_MEMORY_MB = 64;

/** HTTPS for both HTTP/1.1 (with upgrades) and HTTP/2 on one port (design D8). */
export class Listener {
  readonly #server: Http2SecureServer;
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Set<ServerHttp2Session>();

  private constructor(server: Http2SecureServer) {
    this.#server = server;
  }

  static open(handler: RequestHandler, options: ListenOptions): Promise<Listener> {
    const server = createSecureServer({
      allowHTTP1: true,
      cert: options.certificate,
      key: options.key,
      ...(options.clientAuthorities.length === 0 ? {} : { ca: [...options.clientAuthorities] }),
      requestCert: options.clientAuthorities.length > 0,
      rejectUnauthorized: false,
      maxSessionMemory: SESSION_MEMORY_MB,
      settings: { maxConcurrentStreams: MAX_STREAMS, initialWindowSize: WINDOW_BYTES },
    });
    const listener = new Listener(server);
    server.on('secureConnection', (socket) => listener.#track(socket));
    server.on('session', (session) => {
      listener.#sessions.add(session);
      session.once('close', () => listener.#sessions.delete(session));
    });
    server.on('request', (request, response) => {
      void handler.handle(exchangeOf(request, response));
    });
    server.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
      void handler.upgrade(upgradeExchange(message), message, socket, head);
    });
    // A client that breaks the protocol or the connection is its own trouble.
    server.on('sessionError', () => {});
    server.on('tlsClientError', () => {});
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, options.host, () => {
        server.removeListener('error', reject);
        resolve(listener);
      });
    });
  }

  #track(socket: Socket): void {
    socket.setNoDelay(true);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes no more connections, and ends those there are. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const session of this.#sessions) session.close();
      for (const socket of this.#sockets) socket.end();
      setImmediate(() => {
        for (const socket of this.#sockets) socket.destroy();
      });
    });
  }
}

/** What authentication and routing need of an upgrade; it is answered on the socket itself. */
function upgradeExchange(message: IncomingMessage): Exchange {
  const unused = (): never => {
    throw new Error('an upgrade is answered on its socket');
  };
  return {
    method: message.method ?? 'GET',
    url: message.url ?? '/',
    headers: message.headers,
    connection: message.socket,
    socket: 'getPeerCertificate' in message.socket ? (message.socket as never) : null,
    host: message.headers.host ?? '',
    input: message,
    respond: unused,
    stream: unused,
    onClose: (callback) => message.socket.once('close', callback),
  };
}
