import { Readable, Writable } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import {
  type CommandEnd,
  endStatus,
  endText,
  parseResize,
  type RemoteCommandChannels,
  type RemoteCommandOptions,
} from './remote-command.ts';

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const RESIZE = 4;
const CLOSE = 255;

/** Subprotocols of exec and attach. v5 tells the end of stdin, v4 sends a Status on the error channel, others plain text. */
export const COMMAND_PROTOCOLS = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
  'channel.k8s.io',
  'base64.channel.k8s.io',
] as const;

/** One message a chunk: the channel's number in front of the payload; a digit and base64 text in the base64 variants. */
export class ChannelSocket {
  readonly #ws: WebSocket;
  readonly #base64: boolean;

  constructor(ws: WebSocket, protocol: string) {
    this.#ws = ws;
    this.#base64 = protocol.includes('base64');
  }

  send(channel: number, payload: Buffer, done?: (error?: Error | null) => void): void {
    const message = this.#base64
      ? `${channel}${payload.toString('base64')}`
      : Buffer.concat([Buffer.from([channel]), payload]);
    this.#ws.send(message, { binary: !this.#base64 }, done);
  }

  onMessage(callback: (channel: number, payload: Buffer) => void): void {
    this.#ws.on('message', (data: RawData) => {
      const bytes = data as Buffer;
      if (bytes.length === 0) return;
      if (this.#base64) callback(bytes[0]! - 0x30, Buffer.from(bytes.toString('latin1', 1), 'base64'));
      else callback(bytes[0]!, bytes.subarray(1));
    });
  }

  /** A sink whose chunks become messages on this channel; sending waits for the transport. */
  sink(channel: number): Writable {
    return new Writable({ write: (chunk: Buffer, _encoding, done) => this.send(channel, chunk, done) });
  }

  /** A source fed by messages; a slow reader stops the whole socket. */
  source(): Readable & { feed(payload: Buffer): void } {
    const readable = new Readable({ read: () => this.#ws.resume() });
    const feed = (payload: Buffer): void => {
      if (!readable.readableEnded && !readable.destroyed && payload.length > 0 && !readable.push(payload))
        this.#ws.pause();
    };
    return Object.assign(readable, { feed });
  }
}

/** Exec and attach over a WebSocket whose subprotocol is one of COMMAND_PROTOCOLS, '' meaning `channel.k8s.io`. */
export function websocketChannels(
  ws: WebSocket,
  protocol: string,
  options: RemoteCommandOptions,
): RemoteCommandChannels {
  const socket = new ChannelSocket(ws, protocol);
  const stdin = options.stdin ? socket.source() : null;
  let stdinOpen = true;
  const endStdin = (): void => {
    if (stdinOpen) stdin?.push(null);
    stdinOpen = false;
  };
  let resized: ((width: number, height: number) => void) | null = null;
  socket.onMessage((channel, payload) => {
    if (channel === STDIN && stdinOpen) stdin?.feed(payload);
    else if (channel === CLOSE && payload[0] === STDIN && protocol.startsWith('v5.')) endStdin();
    else if (channel === RESIZE) {
      const size = parseResize(payload.toString());
      if (size !== null && options.tty) resized?.(size.width, size.height);
    }
  });
  const closed = new Promise<void>((resolve) => ws.once('close', () => resolve()));
  void closed.then(endStdin);
  if (!protocol.startsWith('v5.')) {
    // Older clients wait for a first message to know that the command runs.
    socket.send(options.stdout ? STDOUT : options.stderr ? STDERR : ERROR, Buffer.alloc(0));
  }
  const status = protocol.startsWith('v4.') || protocol.startsWith('v5.');
  return {
    stdin,
    stdout: options.stdout ? socket.sink(STDOUT) : null,
    stderr: options.stderr ? socket.sink(STDERR) : null,
    onResize(callback) {
      resized = callback;
    },
    finish(end: CommandEnd) {
      const text = status ? JSON.stringify(endStatus(end)) : endText(end);
      if (text !== '') socket.send(ERROR, Buffer.from(text));
      ws.close(1000);
    },
    closed,
  };
}
