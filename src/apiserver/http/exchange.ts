import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { IncomingHttpHeaders as IncomingHttp2Headers, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { StatusError } from '../../schema/status.ts';

export type ResponseHeaders = Record<string, string | readonly string[]>;

/** The answer while it is being written. */
export interface Outgoing {
  /** False: the client is slow, wait for `drained`. */
  write(chunk: Buffer): boolean;
  end(): void;
  destroy(): void;
  /** Bytes accepted and not yet taken by the connection. */
  buffered(): number;
  drained(callback: () => void): void;
}

/** One request and its answer, over HTTP/1.1 or HTTP/2. */
export interface Exchange {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Identity of the connection, to remember a verified certificate by. */
  readonly connection: object;
  readonly socket: TLSSocket | null;
  /** Host the client called. */
  readonly host: string;
  readonly input: Readable;
  /** HTTP code of the answer; 0 before there is one. Of an upgrade its handler says it. */
  code: number;
  /** The answer is written piece by piece. */
  readonly streamed: boolean;
  respond(code: number, headers: ResponseHeaders, body: Buffer | null): void;
  stream(code: number, headers: ResponseHeaders): Outgoing;
  onClose(callback: () => void): void;
}

type Settable = Record<string, string | string[]>;

class Http1Exchange implements Exchange {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly input: IncomingMessage;
  code = 0;
  streamed = false;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.method = request.method ?? 'GET';
    this.url = request.url ?? '/';
    this.headers = request.headers;
    this.input = request;
    this.#response = response;
  }
  get connection(): object {
    return this.input.socket;
  }
  get socket(): TLSSocket | null {
    return 'getPeerCertificate' in this.input.socket ? (this.input.socket as TLSSocket) : null;
  }
  get host(): string {
    return this.headers.host ?? '';
  }
  respond(code: number, headers: ResponseHeaders, body: Buffer | null): void {
    this.code = code;
    if (body !== null) headers['content-length'] = String(body.length);
    this.#response.writeHead(code, headers as Settable);
    if (body === null || this.method === 'HEAD') this.#response.end();
    else this.#response.end(body);
  }
  stream(code: number, headers: ResponseHeaders): Outgoing {
    this.code = code;
    this.streamed = true;
    const response = this.#response;
    response.writeHead(code, headers as Settable);
    response.flushHeaders();
    return {
      write: (chunk) => response.write(chunk),
      end: () => response.end(),
      destroy: () => response.destroy(),
      buffered: () => response.writableLength,
      drained: (callback) => response.once('drain', callback),
    };
  }
  onClose(callback: () => void): void {
    this.#response.once('close', callback);
  }
}

class Http2Exchange implements Exchange {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly input: ServerHttp2Stream;
  readonly connection: ServerHttp2Session;
  readonly socket: TLSSocket;
  code = 0;
  streamed = false;

  constructor(
    stream: ServerHttp2Stream,
    headers: IncomingHttp2Headers,
    session: ServerHttp2Session,
    socket: TLSSocket,
  ) {
    this.method = headers[':method'] ?? 'GET';
    this.url = headers[':path'] ?? '/';
    this.headers = headers;
    this.input = stream;
    this.connection = session;
    this.socket = socket;
  }
  get host(): string {
    return (this.headers as IncomingHttp2Headers)[':authority'] ?? this.headers.host ?? '';
  }
  respond(code: number, headers: ResponseHeaders, body: Buffer | null): void {
    this.code = code;
    if (this.input.destroyed || this.input.headersSent) return;
    const empty = body === null || this.method === 'HEAD';
    headers[':status'] = code as never;
    this.input.respond(headers as OutgoingHttpHeaders, { endStream: empty });
    if (!empty) this.input.end(body);
  }
  stream(code: number, headers: ResponseHeaders): Outgoing {
    this.code = code;
    this.streamed = true;
    const stream = this.input;
    headers[':status'] = code as never;
    if (!stream.destroyed) stream.respond(headers as OutgoingHttpHeaders);
    return {
      write: (chunk) => (stream.destroyed ? true : stream.write(chunk)),
      end: () => stream.end(),
      destroy: () => stream.destroy(),
      buffered: () => stream.writableLength,
      drained: (callback) => stream.once('drain', callback),
    };
  }
  onClose(callback: () => void): void {
    this.input.once('close', callback);
  }
}

export function http1Exchange(request: IncomingMessage, response: ServerResponse): Exchange {
  return new Http1Exchange(request, response);
}

export function http2Exchange(
  stream: ServerHttp2Stream,
  headers: IncomingHttp2Headers,
  session: ServerHttp2Session,
  socket: TLSSocket,
): Exchange {
  return new Http2Exchange(stream, headers, session, socket);
}

export const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** Reads the whole body. Throws 413 past 3 MiB. */
export function readBody(exchange: Exchange): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    exchange.input.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    });
    exchange.input.once('end', () => {
      if (size > MAX_BODY_BYTES) {
        const message = `Request entity too large: limit is ${MAX_BODY_BYTES}`;
        reject(new StatusError(413, 'RequestEntityTooLarge', message));
      } else resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
    });
    exchange.input.once('error', reject);
    exchange.input.once('aborted', () => reject(new Error('the client went away')));
  });
}
