import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { WebSocket } from 'ws';
import type { Clock, Timer } from '../../base/clock.ts';
import { badRequest } from '../../schema/status.ts';
import { SpdyConnection } from './spdy/connection.ts';
import type { SpdyStream } from './spdy/stream.ts';
import { ChannelSocket } from './websocket-channels.ts';

export const PORT_FORWARD_PROTOCOL = 'portforward.k8s.io';
/** WebSocket subprotocol whose messages carry the bytes of a SPDY connection. */
export const PORT_FORWARD_TUNNEL = 'SPDY/3.1+portforward.k8s.io';
export const PORT_FORWARD_CHANNELS = ['v4.channel.k8s.io', 'v4.base64.channel.k8s.io'] as const;

const PAIR_TIMEOUT_MS = 30_000;

/** What is at the other end: a port of one pod. Errors are told to the client in their own words. */
export interface ForwardTarget {
  readonly podUid: string;
  connect(port: number): Promise<Duplex>;
}

interface Pair {
  error?: SpdyStream;
  data?: SpdyStream;
  timer: Timer;
}

/**
 * Serves port-forward on a SPDY transport until it closes: each connection is an `error` and a `data` stream with the
 * same `requestID` (api.md 8.3). Clients without request ids open the data stream right after the error stream.
 */
export async function servePortForward(transport: Duplex, target: ForwardTarget, clock: Clock): Promise<void> {
  const pairs = new Map<string, Pair>();
  const onStream = (stream: SpdyStream): void => {
    const type = stream.header('streamType');
    const port = forwardPort(stream.header('port'));
    if (port === null || (type !== 'error' && type !== 'data')) {
      stream.reset();
      return;
    }
    const id = stream.header('requestID') || String(type === 'error' ? stream.streamId : stream.streamId - 2);
    let pair = pairs.get(id);
    if (pair === undefined) {
      pair = { timer: clock.setTimer(PAIR_TIMEOUT_MS, () => expire(pairs, id)) };
      pairs.set(id, pair);
    }
    if (pair[type] !== undefined) {
      stream.reset();
      return;
    }
    stream.accept();
    pair[type] = stream;
    if (pair.error !== undefined && pair.data !== undefined) {
      pair.timer.cancel();
      pairs.delete(id);
      void forward(pair.data, pair.error, port, target);
    }
  };
  const connection = new SpdyConnection(transport, { role: 'server', onStream });
  await connection.closed;
  for (const pair of pairs.values()) pair.timer.cancel();
}

function forwardPort(text: string): number | null {
  const port = /^\d+$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : null;
}

function expire(pairs: Map<string, Pair>, id: string): void {
  const pair = pairs.get(id);
  pairs.delete(id);
  pair?.error?.write('timed out waiting for both the error and the data stream of the request', () =>
    pair.error?.reset(),
  );
  pair?.data?.reset();
}

async function forward(data: SpdyStream, error: SpdyStream, port: number, target: ForwardTarget): Promise<void> {
  error.resume();
  let remote: Duplex;
  try {
    remote = await target.connect(port);
  } catch (failure) {
    error.end(failureText(port, target, failure));
    data.reset();
    return;
  }
  const sent = pipeline(data, remote).catch(() => {});
  try {
    await pipeline(remote, data);
    // Said as soon as the pod has said all: clients up to 1.30 wait for it before they close their own side.
    error.end();
  } catch (failure) {
    // A reset of the local connection ends both directions; only what the pod did wrong is worth a word.
    if ((failure as NodeJS.ErrnoException).code === 'ECONNRESET') error.end(failureText(port, target, failure));
    else error.end();
  }
  await sent;
}

function failureText(port: number, target: ForwardTarget, failure: unknown): string {
  const why = failure instanceof Error ? failure.message : String(failure);
  return `error forwarding port ${port} to pod ${target.podUid}, uid : ${why}`;
}

/** Ports of the older WebSocket form, from `ports` (also `port`), each repeated or separated by commas. Throws 400. */
export function portsOf(query: URLSearchParams): number[] {
  const texts = [...query.getAll('ports'), ...query.getAll('port')].flatMap((value) => value.split(','));
  if (texts.length === 0) throw badRequest('query parameter "port" is required');
  return texts.map((text) => {
    const port = forwardPort(text);
    if (port === null)
      throw badRequest(
        `query parameter "port" cannot be ${JSON.stringify(text)}: it must be a port number from 1 to 65535`,
      );
    return port;
  });
}

/** The older form over a WebSocket: port i has data channel 2i and error channel 2i+1, both opened by the port's number. */
export async function servePortForwardChannels(
  ws: WebSocket,
  protocol: string,
  ports: readonly number[],
  target: ForwardTarget,
): Promise<void> {
  const socket = new ChannelSocket(ws, protocol);
  const sources = ports.map(() => socket.source());
  socket.onMessage((channel, payload) => {
    if (channel % 2 === 0) sources[channel / 2]?.feed(payload);
  });
  const closed = new Promise<void>((resolve) => ws.once('close', () => resolve()));
  void closed.then(() => {
    for (const source of sources) source.push(null);
  });
  for (const [index, port] of ports.entries()) {
    const number = Buffer.alloc(2);
    number.writeUInt16LE(port, 0);
    socket.send(2 * index, number);
    socket.send(2 * index + 1, number);
  }
  const failed = (index: number, error: unknown): void =>
    socket.send(2 * index + 1, Buffer.from(failureText(ports[index]!, target, error)));
  await Promise.all(
    ports.map(async (port, index) => {
      try {
        const remote = await target.connect(port);
        void closed.then(() => remote.destroy());
        await Promise.all([pipeline(sources[index]!, remote), pipeline(remote, socket.sink(2 * index))]);
      } catch (error) {
        if (ws.readyState === ws.OPEN) failed(index, error);
      }
    }),
  );
  ws.close(1000);
  await closed;
}
