import { connect, type TLSSocket } from 'node:tls';

/** How to reach a Kubernetes-compatible server. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly token?: string;
  readonly certificate?: string;
  readonly key?: string;
}

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * One keep-alive HTTP/1.1 connection with one request under way at a time. Written on the bare socket, so that the
 * machine's second core drives the server and not an HTTP client.
 */
export class RawClient {
  /** What has come of an answer, and how many bytes of it are still to come when that is known. */
  #parts: Buffer[] = [];
  #missing = 0;
  #pending: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null;
  #onChunk: ((chunk: Buffer) => void) | null = null;
  readonly #socket: TLSSocket;
  readonly #head: string;

  private constructor(socket: TLSSocket, endpoint: Endpoint) {
    this.#socket = socket;
    this.#head = `Host: ${endpoint.host}:${endpoint.port}\r\nUser-Agent: perdure-bench\r\nAccept: application/json\r\n${endpoint.token === undefined ? '' : `Authorization: Bearer ${endpoint.token}\r\n`}`;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#data(chunk));
    socket.on('error', (error) => this.#pending?.reject(error));
    socket.on('close', () => this.#pending?.reject(new Error('connection closed')));
  }

  static open(endpoint: Endpoint): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({
        host: endpoint.host,
        port: endpoint.port,
        rejectUnauthorized: false,
        ALPNProtocols: ['http/1.1'],
        ...(endpoint.certificate === undefined ? {} : { cert: endpoint.certificate, key: endpoint.key }),
      });
      socket.once('secureConnect', () => resolve(new RawClient(socket, endpoint)));
      socket.once('error', reject);
    });
  }

  request(method: string, path: string, body?: string | Buffer, contentType = 'application/json'): Promise<Answer> {
    const head = `${method} ${path} HTTP/1.1\r\n${this.#head}`;
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      if (body === undefined) this.#socket.write(`${head}\r\n`);
      else
        this.#socket.write(
          `${head}Content-Type: ${contentType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
        );
    });
  }

  /** Sends a watch and hands on raw bytes of its stream (HTTP chunk framing included) once the head has come. */
  watch(path: string, onChunk: (chunk: Buffer) => void): void {
    this.#onChunk = onChunk;
    this.#socket.write(`GET ${path} HTTP/1.1\r\n${this.#head}\r\n`);
  }

  close(): void {
    this.#pending = null;
    this.#socket.destroy();
  }

  #data(chunk: Buffer): void {
    if (this.#onChunk !== null) {
      this.#onChunk(chunk);
      return;
    }
    if (this.#missing > chunk.length) {
      this.#parts.push(chunk);
      this.#missing -= chunk.length;
      return;
    }
    const bytes = this.#parts.length === 0 ? chunk : Buffer.concat([...this.#parts, chunk]);
    this.#parts = [bytes];
    const end = bytes.indexOf(HEAD_END);
    if (end < 0) return;
    const head = bytes.toString('latin1', 0, end);
    const status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    const start = end + 4;
    if (length !== undefined) {
      this.#missing = start + Number(length) - bytes.length;
      if (this.#missing <= 0) this.#finish(status, bytes.subarray(start, start + Number(length)));
    } else if (bytes.subarray(-5).toString('latin1') === '0\r\n\r\n') {
      this.#finish(status, dechunk(bytes.subarray(start)));
    }
  }

  #finish(status: number, body: Buffer): void {
    const pending = this.#pending;
    this.#pending = null;
    this.#parts = [];
    this.#missing = 0;
    pending?.resolve({ status, body });
  }
}

function dechunk(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.toString('latin1', at, end), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 4 + size;
  }
}
