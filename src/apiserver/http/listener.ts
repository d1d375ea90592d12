import { createServer as createHttp1Server, type Server as Http1Server, type IncomingMessage } from 'node:http';
import { performServerHandshake, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import { type Exchange, http1Exchange, http2Exchange } from './exchange.ts';
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

const HTTP2_OPTIONS = {
  maxSessionMemory: 64,
  settings: { maxConcurrentStreams: 250, initialWindowSize: 1024 * 1024 },
};

/**
 * HTTPS for HTTP/1.1 (with upgrades) and HTTP/2 on one port (design D8). One TLS server tells them apart by ALPN, so
 * that HTTP/2 requests are served as streams, without the objects of Node's compatibility layer.
 */
export class Listener {
  readonly #handler: RequestHandler;
  readonly #tls: TlsServer;
  readonly #http1: Http1Server;
  readonly #sockets = new Set<TLSSocket>();
  readonly #sessions = new Set<ServerHttp2Session>();

  private constructor(handler: RequestHandler, options: ListenOptions) {
    this.#handler = handler;
    this.#http1 = createHttp1Server((request, response) => {
      void handler.handle(http1Exchange(request, response));
    });
    this.#http1.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
      void handler.upgrade(upgradeExchange(message), message, socket, head);
    });
    // Watches and uploads take their time.
    this.#http1.requestTimeout = 0;
    this.#http1.keepAliveTimeout = 90_000;
    this.#tls = createTlsServer({
      cert: options.certificate,
      key: options.key,
      ...(options.clientAuthorities.length === 0 ? {} : { ca: [...options.clientAuthorities] }),
      requestCert: options.clientAuthorities.length > 0,
      rejectUnauthorized: false,
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    this.#tls.on('secureConnection', (socket) => this.#connected(socket));
    // A client that breaks the protocol or the connection is its own trouble.
    this.#tls.on('tlsClientError', () => {});
  }

  static open(handler: RequestHandler, options: ListenOptions): Promise<Listener> {
    const listener = new Listener(handler, options);
    return new Promise((resolve, reject) => {
      listener.#tls.once('error', reject);
      listener.#tls.listen(options.port, options.host, () => {
        listener.#tls.removeListener('error', reject);
        resolve(listener);
      });
    });
  }

  #connected(socket: TLSSocket): void {
    socket.setNoDelay(true);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    if (socket.alpnProtocol === 'h2') this.#serveHttp2(socket);
    else this.#http1.emit('connection', socket);
  }

  #serveHttp2(socket: TLSSocket): void {
    const session = performServerHandshake(socket, HTTP2_OPTIONS);
    this.#sessions.add(session);
    session.once('close', () => this.#sessions.delete(session));
    session.on('error', () => {});
    session.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      void this.#handler.handle(http2Exchange(stream, headers, session, socket));
    });
  }

  get port(): number {
    return (this.#tls.address() as AddressInfo).port;
  }

  /** Takes no more connections, and ends those there are. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#tls.close(() => resolve());
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
    socket: message.socket as TLSSocket,
    host: message.headers.host ?? '',
    input: message,
    code: 0,
    streamed: true,
    respond: unused,
    stream: unused,
    onClose: (callback) => message.socket.once('close', callback),
  };
}
