import { Duplex } from 'node:stream';
import { RESET } from './frames.ts';
import type { SpdyHeaders } from './headers.ts';

/** What a stream asks of its connection. */
export interface StreamOwner {
  sendData(streamId: number, chunk: Buffer, fin: boolean, done: (error?: Error | null) => void): void;
  sendReply(streamId: number): void;
  sendReset(streamId: number, status: number): void;
  sendWindowUpdate(streamId: number, bytes: number): void;
  forget(streamId: number): void;
}

/**
 * What one stream may hold unread before its whole connection has to wait. High, because a client may send on one stream
 * before it has opened the next, which we must see.
 */
const MAX_UNREAD_BYTES = 4 << 20;

/** One SPDY stream. Ending it half-closes; destroying it before both sides ended resets it. */
export class SpdyStream extends Duplex {
  readonly streamId: number;
  readonly headers: SpdyHeaders;
  readonly #owner: StreamOwner;
  #remoteEnded = false;
  #localEnded = false;
  #wasReset = false;
  #wanted: (() => void) | null = null;

  constructor(owner: StreamOwner, streamId: number, headers: SpdyHeaders) {
    super({ allowHalfOpen: true, readableHighWaterMark: 256 * 1024 });
    this.#owner = owner;
    this.streamId = streamId;
    this.headers = headers;
    this.on('error', () => undefined);
  }

  /** First value of a header, '' when absent. */
  header(name: string): string {
    return this.headers.get(name.toLowerCase())?.[0] ?? '';
  }

  /** Accepts a stream the peer opened; nothing may be written before. */
  accept(): void {
    this.#owner.sendReply(this.streamId);
  }

  /** Ends both directions at once with a status (RESET). */
  reset(status: number = RESET.cancel): void {
    if (this.destroyed) return;
    this.#wasReset = true;
    this.#owner.sendReset(this.streamId, status);
    this.destroy();
  }

  /** Called by the connection with received bytes; resolves when the reader has room again. */
  deliver(chunk: Buffer, fin: boolean): Promise<void> {
    if (this.destroyed || this.#remoteEnded) return Promise.resolve();
    if (chunk.length > 0) this.push(chunk);
    if (chunk.length > 0) this.#owner.sendWindowUpdate(this.streamId, chunk.length);
    if (fin) {
      this.#remoteEnded = true;
      this.push(null);
    }
    if (this.readableLength <= MAX_UNREAD_BYTES || fin) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wanted = resolve;
    });
  }

  /** Called by the connection when the peer reset the stream. */
  peerReset(): void {
    this.#wasReset = true;
    this.destroy();
  }

  /** Called when the connection is gone: what came before stays readable if it was all. */
  connectionClosed(): void {
    if (!this.#remoteEnded) this.peerReset();
    else {
      this.#wasReset = true;
      this.end();
    }
  }

  override _read(): void {
    this.release();
  }

  /** Lets a waiting deliver() go on. */
  release(): void {
    const wanted = this.#wanted;
    this.#wanted = null;
    wanted?.();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#owner.sendData(this.streamId, chunk, false, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#localEnded = true;
    if (this.#wasReset) done();
    else this.#owner.sendData(this.streamId, Buffer.alloc(0), true, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.release();
    if (!this.#wasReset && !(this.#remoteEnded && this.#localEnded)) this.#owner.sendReset(this.streamId, RESET.cancel);
    this.#owner.forget(this.streamId);
    done(error);
  }
}
