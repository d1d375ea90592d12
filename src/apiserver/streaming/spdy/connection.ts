import type { Duplex } from 'node:stream';
import { controlFrame, dataFrameHeader, FLAG_FIN, FRAME, FrameReader, RESET, type SpdyFrame, words } from './frames.ts';
import { decodeHeaderBlock, encodeHeaderBlock, HeaderCodec, type SpdyHeaders } from './headers.ts';
import { SpdyStream, type StreamOwner } from './stream.ts';

const MAX_STREAMS = 4096;

export interface SpdyOptions {
  readonly role: 'server' | 'client';
  /** Called for each stream the peer opens. It must accept() or reset() it. */
  readonly onStream?: (stream: SpdyStream) => void;
}

/**
 * SPDY/3.1 on any byte stream, as Kubernetes clients speak it after their upgrade. Sending does not wait for window
 * updates, because the clients in use (moby/spdystream) neither send nor count them: back-pressure is that of the
 * transport. Window updates are sent for clients that do count. A reader that falls behind stops the whole
 * connection, as upstream.
 */
export class SpdyConnection implements StreamOwner {
  /** Resolves when the transport is closed, for whatever reason. */
  readonly closed: Promise<void>;
  readonly #transport: Duplex;
  readonly #options: SpdyOptions;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #frames = new FrameReader();
  readonly #inflate = new HeaderCodec('decompress');
  readonly #deflate = new HeaderCodec('compress');
  readonly #replying = new Map<number, Promise<void>>();
  #nextId: number;
  #lastPeerId = 0;
  #ending = false;
  #gone = false;

  constructor(transport: Duplex, options: SpdyOptions) {
    this.#transport = transport;
    this.#options = options;
    this.#nextId = options.role === 'server' ? 2 : 1;
    transport.on('error', () => undefined);
    this.closed = new Promise((resolve) => transport.once('close', resolve));
    const received = this.#receive();
    void this.closed.then(() => {
      // What had arrived before the end is still dealt with, and waits for nobody.
      this.#gone = true;
      for (const stream of this.#streams.values()) stream.release();
      void received.then(() => this.#shutDown());
    });
  }

  /** Opens a stream; headers as name to values. */
  openStream(headers: Readonly<Record<string, string>>): SpdyStream {
    const id = this.#nextId;
    this.#nextId += 2;
    const map: SpdyHeaders = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]]));
    const stream = new SpdyStream(this, id, map);
    this.#streams.set(id, stream);
    this.#sendHeaders(id, map, (block) => controlFrame(FRAME.synStream, 0, words(id, 0), Buffer.alloc(2), block));
    return stream;
  }

  /** Says goodbye, lets written data out and closes the transport. */
  close(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#write(controlFrame(FRAME.goAway, 0, words(this.#lastPeerId, 0)));
    this.#transport.end();
  }

  destroy(): void {
    this.#transport.destroy();
  }

  sendData(streamId: number, chunk: Buffer, fin: boolean, done: (error?: Error | null) => void): void {
    const reply = this.#replying.get(streamId);
    if (reply !== undefined) {
      void reply.then(() => this.sendData(streamId, chunk, fin, done));
      return;
    }
    if (this.#transport.destroyed || this.#transport.writableEnded) {
      done(new Error('the connection is closed'));
      return;
    }
    this.#transport.cork();
    this.#transport.write(dataFrameHeader(streamId, chunk.length, fin));
    this.#transport.write(chunk, done);
    this.#transport.uncork();
  }

  sendReply(streamId: number): void {
    this.#sendHeaders(streamId, new Map(), (block) => controlFrame(FRAME.synReply, 0, words(streamId), block));
  }

  sendReset(streamId: number, status: number): void {
    const frame = controlFrame(FRAME.rstStream, 0, words(streamId, status));
    // A reset that overtakes the reply would look like a refusal of the stream.
    const reply = this.#replying.get(streamId);
    if (reply === undefined) this.#write(frame);
    else void reply.then(() => this.#write(frame));
  }

  sendWindowUpdate(streamId: number, bytes: number): void {
    this.#write(controlFrame(FRAME.windowUpdate, 0, words(streamId, bytes)));
    this.#write(controlFrame(FRAME.windowUpdate, 0, words(0, bytes)));
  }

  forget(streamId: number): void {
    this.#streams.delete(streamId);
  }

  #sendHeaders(streamId: number, headers: SpdyHeaders, frame: (block: Buffer) => Buffer): void {
    const sent = this.#deflate.run(encodeHeaderBlock(headers)).then(
      (block) => this.#write(frame(block)),
      () => this.destroy(),
    );
    const finished = sent.then(() => {
      this.#replying.delete(streamId);
    });
    this.#replying.set(streamId, finished);
  }

  #write(bytes: Buffer): void {
    if (!this.#transport.destroyed && !this.#transport.writableEnded) this.#transport.write(bytes);
  }

  async #receive(): Promise<void> {
    try {
      for await (const chunk of this.#transport) {
        this.#frames.push(chunk as Buffer);
        for (let frame = this.#frames.next(); frame !== null; frame = this.#frames.next()) await this.#handle(frame);
      }
    } catch {
      // A broken transport or a peer that does not speak SPDY: the streams learn of it below.
    }
    this.destroy();
  }

  async #handle(frame: SpdyFrame): Promise<void> {
    if (frame.kind === 'data') {
      const room = this.#streams.get(frame.streamId)?.deliver(frame.payload, (frame.flags & FLAG_FIN) !== 0);
      if (!this.#gone) await room;
      return;
    }
    const { type, payload, flags } = frame;
    switch (type) {
      case FRAME.synStream:
        await this.#opened(payload, flags);
        return;
      case FRAME.synReply:
      case FRAME.headers:
        decodeHeaderBlock(await this.#inflate.run(payload.subarray(4)));
        if ((flags & FLAG_FIN) !== 0) await this.#streams.get(streamIdOf(payload))?.deliver(Buffer.alloc(0), true);
        return;
      case FRAME.rstStream:
        this.#streams.get(streamIdOf(payload))?.peerReset();
        return;
      case FRAME.ping:
        if ((payload.readUInt32BE(0) & 1) !== (this.#nextId & 1)) this.#write(controlFrame(FRAME.ping, 0, payload));
        return;
      case FRAME.goAway:
        this.#ending = true;
        if (this.#streams.size === 0) this.#transport.end();
        return;
      default:
        return;
    }
  }

  async #opened(payload: Buffer, flags: number): Promise<void> {
    const id = streamIdOf(payload);
    // The block is decompressed even for a stream that is refused: the compression state must stay in step.
    const headers = decodeHeaderBlock(await this.#inflate.run(payload.subarray(10)));
    const ours = (id & 1) === (this.#nextId & 1);
    if (ours || id <= this.#lastPeerId) {
      this.sendReset(id, RESET.protocolError);
      return;
    }
    this.#lastPeerId = id;
    if (this.#ending || this.#options.onStream === undefined || this.#streams.size >= MAX_STREAMS) {
      this.sendReset(id, RESET.refusedStream);
      return;
    }
    const stream = new SpdyStream(this, id, headers);
    this.#streams.set(id, stream);
    if ((flags & FLAG_FIN) !== 0) void stream.deliver(Buffer.alloc(0), true);
    this.#options.onStream(stream);
  }

  #shutDown(): void {
    for (const stream of [...this.#streams.values()]) stream.connectionClosed();
    this.#inflate.close();
    this.#deflate.close();
  }
}

function streamIdOf(payload: Buffer): number {
  return payload.readUInt32BE(0) & 0x7fffffff;
}
