import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream } from 'ws';
import type { Clock } from '../../base/clock.ts';
import type { ExecSession } from '../../base/exec-session.ts';
import type { KubeObject } from '../../schema/object.ts';
import { badRequest, StatusError } from '../../schema/status.ts';
import { acceptUpgrade, refuseUpgrade } from './http-answer.ts';
import { unreachableNode } from './logs.ts';
import type { NodeEndpoint } from './node-endpoint.ts';
import {
  type ForwardTarget,
  PORT_FORWARD_CHANNELS,
  PORT_FORWARD_PROTOCOL,
  PORT_FORWARD_TUNNEL,
  portsOf,
  servePortForward,
  servePortForwardChannels,
} from './port-forward.ts';
import { containerOf, nodeOf, queryBool } from './query.ts';
import { joinCommand, type RemoteCommandChannels, type RemoteCommandOptions } from './remote-command.ts';
import { SPDY_COMMAND_PROTOCOLS, spdyChannels } from './spdy-channels.ts';
import { acceptWebSocket, askedProtocols, negotiate } from './websocket.ts';
import { COMMAND_PROTOCOLS, websocketChannels } from './websocket-channels.ts';

export type StreamingSubresource = 'exec' | 'attach' | 'portforward';

/** A request for one of the streaming subresources, already authorized. */
export interface StreamingRequest {
  readonly pod: KubeObject;
  readonly subresource: StreamingSubresource;
  readonly query: URLSearchParams;
  /** The agent of the pod's node; null when none of ours plays it. */
  readonly endpoint: NodeEndpoint | null;
}

export interface UpgradeRequest extends StreamingRequest {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly clock: Clock;
}

interface Checked {
  readonly container: string;
  readonly endpoint: NodeEndpoint;
  readonly options: RemoteCommandOptions;
}

/** What upstream checks before it looks at the upgrade (api.md 8.2). Throws StatusError. */
function check(ask: StreamingRequest): Checked {
  const container = ask.subresource === 'portforward' ? '' : containerOf(ask.pod, ask.query.get('container') ?? '');
  const node = nodeOf(ask.pod);
  if (node === '') throw badRequest(`pod ${ask.pod.metadata.name} does not have a host assigned`);
  if (ask.endpoint === null) throw unreachableNode(node);
  const tty = queryBool(ask.query, 'tty');
  const options = {
    stdin: queryBool(ask.query, 'stdin'),
    stdout: queryBool(ask.query, 'stdout'),
    stderr: queryBool(ask.query, 'stderr') && !tty,
    tty,
  };
  return { container, endpoint: ask.endpoint, options };
}

/** The error for a request that asks for no upgrade, as plain REST clients send it. */
export function withoutUpgrade(ask: StreamingRequest): StatusError {
  try {
    check(ask);
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
  return badRequest('Upgrade request required');
}

/**
 * Serves exec, attach or port-forward on the socket of an HTTP/1.1 upgrade. Never rejects: what goes wrong before the
 * upgrade is answered as an HTTP Status, afterwards on the protocol's error channel. Resolves when it is over.
 */
export async function handleUpgrade(ask: UpgradeRequest): Promise<void> {
  ask.socket.on('error', () => undefined);
  const upgrade = (ask.request.headers.upgrade ?? '').toLowerCase();
  try {
    const checked = check(ask);
    if (upgrade !== 'websocket' && upgrade !== 'spdy/3.1') throw badRequest('Upgrade request required');
    prepare(ask.socket);
    const serve = ask.subresource === 'portforward' ? servePorts : serveCommand;
    await serve(ask, checked, upgrade === 'websocket');
  } catch (error) {
    if (error instanceof AfterUpgrade) ask.socket.destroy();
    else if (error instanceof ProtocolMismatch) refuseUpgrade(ask.socket, error.status, error.headers);
    else refuseUpgrade(ask.socket, error);
  }
}

/** Failures after 101, when HTTP can no longer say anything. */
class AfterUpgrade extends Error {}

class ProtocolMismatch extends Error {
  readonly status: StatusError;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: StatusError, headers: Readonly<Record<string, string>>) {
    super(status.message);
    this.status = status;
    this.headers = headers;
  }
}

function prepare(socket: Duplex): void {
  const tcp = socket as Duplex & { setNoDelay?(on: boolean): void; setTimeout?(ms: number): void };
  tcp.setNoDelay?.(true);
  tcp.setTimeout?.(0);
}

async function serveCommand(ask: UpgradeRequest, checked: Checked, websocket: boolean): Promise<void> {
  const { options } = checked;
  if (!options.stdin && !options.stdout && !options.stderr) {
    throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  }
  const protocol = websocket
    ? negotiate(askedProtocols(ask.request), COMMAND_PROTOCOLS)
    : negotiateSpdy(ask.request, SPDY_COMMAND_PROTOCOLS);
  const command = ask.subresource === 'exec' ? ask.query.getAll('command') : null;
  const session = await start(ask, checked, command);
  let channels: RemoteCommandChannels;
  try {
    channels = websocket
      ? websocketChannels(await acceptWebSocket(ask.request, ask.socket, ask.head, protocol), protocol, options)
      : await overSpdy(ask, protocol, options);
  } catch (error) {
    if (!(session instanceof Error)) session.kill();
    throw new AfterUpgrade('the stream could not be set up', { cause: error });
  }
  if (session instanceof Error) {
    const doing = command === null ? 'attaching to' : 'executing command in';
    channels.stdout?.end();
    channels.stderr?.end();
    channels.finish({ kind: 'failure', message: `error ${doing} container: ${session.message}` });
  } else await joinCommand(session, channels, command);
}

/** A Status is for HTTP; any other error is the command's own and goes to the error channel, as from a kubelet. */
async function start(
  ask: UpgradeRequest,
  checked: Checked,
  command: readonly string[] | null,
): Promise<ExecSession | Error> {
  const { endpoint, container, options } = checked;
  try {
    return await (command === null
      ? endpoint.attach(ask.pod, container, options)
      : endpoint.exec(ask.pod, container, command, options));
  } catch (error) {
    if (error instanceof StatusError) throw error;
    return error instanceof Error ? error : new Error(String(error));
  }
}

function overSpdy(
  ask: UpgradeRequest,
  protocol: string,
  options: RemoteCommandOptions,
): Promise<RemoteCommandChannels> {
  acceptUpgrade(ask.socket, ask.head, { Upgrade: 'SPDY/3.1', 'X-Stream-Protocol-Version': protocol });
  return spdyChannels(ask.socket, protocol, options, ask.clock);
}

/** The client's first version that we speak. 400 when it names none, 403 with our versions when none fits. */
function negotiateSpdy(request: IncomingMessage, supported: readonly string[]): string {
  const header = request.headers['x-stream-protocol-version'];
  const asked = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map((name) => name.trim());
  if (asked.length === 1 && asked[0] === '')
    throw badRequest('unable to upgrade: header X-Stream-Protocol-Version is required');
  const chosen = asked.find((name) => supported.includes(name));
  if (chosen !== undefined) return chosen;
  const message = `unable to upgrade: unable to negotiate protocol: client supports [${asked.join(' ')}], server accepts [${supported.join(' ')}]`;
  throw new ProtocolMismatch(new StatusError(403, 'Forbidden', message), {
    'X-Accepted-Stream-Protocol-Versions': supported.join(', '),
  });
}

async function servePorts(ask: UpgradeRequest, checked: Checked, websocket: boolean): Promise<void> {
  const target: ForwardTarget = {
    podUid: ask.pod.metadata.uid ?? '',
    connect: (port) => checked.endpoint.connect(ask.pod, port),
  };
  if (!websocket) {
    const protocol = negotiateSpdy(ask.request, [PORT_FORWARD_PROTOCOL]);
    acceptUpgrade(ask.socket, ask.head, { Upgrade: 'SPDY/3.1', 'X-Stream-Protocol-Version': protocol });
    await servePortForward(ask.socket, target, ask.clock);
    return;
  }
  const protocol = negotiate(askedProtocols(ask.request), [PORT_FORWARD_TUNNEL, ...PORT_FORWARD_CHANNELS]);
  const tunnel = protocol === PORT_FORWARD_TUNNEL;
  const ports = tunnel ? [] : portsOf(ask.query);
  const ws = await acceptWebSocket(ask.request, ask.socket, ask.head, protocol);
  if (tunnel) await servePortForward(createWebSocketStream(ws), target, ask.clock);
  else await servePortForwardChannels(ws, protocol, ports, target);
}
