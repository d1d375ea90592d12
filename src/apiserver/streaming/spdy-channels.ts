import type { Duplex } from 'node:stream';
import type { Clock } from '../../base/clock.ts';
import {
  type CommandEnd,
  endStatus,
  endText,
  parseResize,
  type RemoteCommandChannels,
  type RemoteCommandOptions,
} from './remote-command.ts';
import { SpdyConnection } from './spdy/connection.ts';
import type { SpdyStream } from './spdy/stream.ts';

/** Versions of the remote command protocol over SPDY, newest first. */
export const SPDY_COMMAND_PROTOCOLS = [
  'v4.channel.k8s.io',
  'v3.channel.k8s.io',
  'v2.channel.k8s.io',
  'channel.k8s.io',
] as const;

const STREAMS_TIMEOUT_MS = 30_000;
/** How long a client may take to hang up after everything was said. */
const LINGER_MS = 10_000;

function expectedStreams(protocol: string, options: RemoteCommandOptions): string[] {
  const resize = options.tty && (protocol.startsWith('v4.') || protocol.startsWith('v3.'));
  return [
    'error',
    ...(options.stdin ? ['stdin'] : []),
    ...(options.stdout ? ['stdout'] : []),
    ...(options.stderr ? ['stderr'] : []),
    ...(resize ? ['resize'] : []),
  ];
}

/**
 * Waits for the streams the client opens by header `streamType`. Rejects when they are not all there in 30 s or the
 * client leaves.
 */
export function spdyChannels(
  transport: Duplex,
  protocol: string,
  options: RemoteCommandOptions,
  clock: Clock,
): Promise<RemoteCommandChannels> {
  return new Promise((resolve, reject) => {
    const expected = new Set(expectedStreams(protocol, options));
    const streams = new Map<string, SpdyStream>();
    const onStream = (stream: SpdyStream): void => {
      const type = stream.header('streamType');
      if (!expected.has(type) || streams.has(type)) {
        stream.reset();
        return;
      }
      stream.accept();
      streams.set(type, stream);
      if (streams.size === expected.size) {
        timer.cancel();
        resolve(channels(connection, streams, protocol, clock));
      }
    };
    const connection = new SpdyConnection(transport, { role: 'server', onStream });
    const timer = clock.setTimer(STREAMS_TIMEOUT_MS, () => {
      connection.destroy();
      reject(new Error('timed out waiting for client to create streams'));
    });
    void connection.closed.then(() => {
      timer.cancel();
      reject(new Error('the client left before it had opened its streams'));
    });
  });
}

function channels(
  connection: SpdyConnection,
  streams: ReadonlyMap<string, SpdyStream>,
  protocol: string,
  clock: Clock,
): RemoteCommandChannels {
  const error = streams.get('error')!;
  error.resume();
  return {
    stdin: streams.get('stdin') ?? null,
    stdout: drained(streams.get('stdout')),
    stderr: drained(streams.get('stderr')),
    onResize(callback) {
      let text = '';
      streams.get('resize')?.on('data', (chunk: Buffer) => {
        // Messages are JSON objects one after the other, cut anywhere.
        text += chunk.toString();
        for (let end = text.indexOf('}'); end >= 0; end = text.indexOf('}')) {
          const size = parseResize(text.slice(0, end + 1));
          text = text.slice(end + 1);
          if (size !== null) callback(size.width, size.height);
        }
      });
    },
    finish(end: CommandEnd) {
      const text = protocol.startsWith('v4.') ? JSON.stringify(endStatus(end)) : endText(end);
      error.end(text, () => connection.close());
      const timer = clock.setTimer(LINGER_MS, () => connection.destroy());
      void connection.closed.then(() => timer.cancel());
    },
    closed: connection.closed,
  };
}

/** Output streams carry nothing towards us but their end. */
function drained(stream: SpdyStream | undefined): SpdyStream | null {
  stream?.resume();
  return stream ?? null;
}
