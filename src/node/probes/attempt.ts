import type { Duplex } from 'node:stream';
import type { Clock } from '../../base/clock.ts';
import { formatGoDuration } from '../../base/time.ts';
import type { Runtime } from '../runtimes/runtime.ts';

/** How one probe attempt went; an error says nothing about the container. */
export type Outcome =
  | { readonly kind: 'success' }
  | { readonly kind: 'failure'; readonly output: string }
  | { readonly kind: 'error'; readonly output: string };

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

export interface HttpRequest {
  readonly connection: Duplex;
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
}

/** Protocols spoken over a connection that the runtime made; aborting closes it. */
export interface Dialers {
  http(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  /** Status of grpc.health.v1.Health/Check by name (`SERVING` …). Rejects with GrpcError. */
  grpcHealth(connection: Duplex, service: string, authority: string, signal: AbortSignal): Promise<string>;
}

/** A gRPC call that failed; `unimplemented`: the server does not know the health protocol. */
export class GrpcError extends Error {
  readonly unimplemented: boolean;
  constructor(message: string, unimplemented: boolean) {
    super(message);
    this.name = 'GrpcError';
    this.unimplemented = unimplemented;
  }
}

export interface AttemptContext {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly dialers?: Dialers;
  readonly podUid: string;
  readonly podIP: string;
  readonly containerId: string;
  // biome-ignore lint/suspicious/noExplicitAny: a container spec as stored
  readonly template: any;
}

const OUTPUT_BYTES = 10 * 1024;
const SUCCESS: Outcome = { kind: 'success' };
const failure = (output: string): Outcome => ({ kind: 'failure', output });

/** `port` as a number, by the container's port names if it is one. Undefined: no such port. */
export function portOf(port: unknown, template: AttemptContext['template']): number | undefined {
  if (typeof port === 'number') return port;
  const text = String(port ?? '');
  if (/^\d+$/.test(text)) return Number(text);
  return (template.ports ?? []).find((candidate: { name?: string }) => candidate.name === text)?.containerPort;
}

/** Why a dial failed, in the words of upstream's network library. */
export function dialText(error: unknown, host: string, port: number): string {
  const { code, message } = error as { code?: string; message?: string };
  const refused = code === 'ECONNREFUSED' || /connection refused/i.test(message ?? '');
  const where = `dial tcp ${host}:${port}`;
  if (refused) return `${where}: connect: connection refused`;
  if (code === 'ETIMEDOUT') return `${where}: i/o timeout`;
  if (code === 'EHOSTUNREACH') return `${where}: connect: no route to host`;
  return message?.startsWith('dial ') ? message : `${where}: ${message ?? String(error)}`;
}

class TimedOut extends Error {}

/** Runs `work` with an abort signal that fires after `timeoutMs`. Rejects with TimedOut then. */
async function within<T>(clock: Clock, timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  let expire: () => void = () => {};
  const expired = new Promise<never>((_, reject) => {
    expire = () => reject(new TimedOut());
  });
  const timer = clock.setTimer(timeoutMs, () => {
    expire();
    abort.abort();
  });
  const running = work(abort.signal);
  running.catch(() => undefined);
  try {
    return await Promise.race([running, expired]);
  } finally {
    timer.cancel();
    abort.abort();
  }
}

async function dial(
  context: AttemptContext,
  port: number,
  host: string | undefined,
  signal: AbortSignal,
): Promise<Duplex> {
  const connection = await context.runtime.connect(context.podUid, port, host);
  connection.on('error', () => {});
  if (signal.aborted) connection.destroy();
  else signal.addEventListener('abort', () => connection.destroy(), { once: true });
  return connection;
}

/** Headers of an HTTP probe or hook: the spec's own win, an empty Accept takes it away. */
export function headersOf(
  given: readonly { name: string; value: string }[] | undefined,
  userAgent: string,
): (readonly [string, string])[] {
  const own = (given ?? []).map(({ name, value }) => [name, value] as const);
  const has = (name: string): boolean => own.some(([key]) => key.toLowerCase() === name);
  const out: (readonly [string, string])[] = [];
  if (!has('user-agent')) out.push(['User-Agent', userAgent]);
  if (!has('accept')) out.push(['Accept', '*/*']);
  return [...out, ...own.filter(([key, value]) => !(key.toLowerCase() === 'accept' && value === ''))];
}

// biome-ignore lint/suspicious/noExplicitAny: handlers as stored
type Action = any;

/** GET as an httpGet handler asks for it. Rejects when it cannot be made or answered. */
export async function httpCall(
  context: AttemptContext,
  action: Action,
  userAgent: string,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const port = portOf(action.port, context.template);
  if (port === undefined) throw new Error(`couldn't find port: ${action.port}`);
  if (context.dialers === undefined) throw new Error('this node makes no connections');
  const host: string = action.host || context.podIP;
  const connection = await dial(context, port, action.host || undefined, signal);
  const tls = (action.scheme ?? 'HTTP').toUpperCase() === 'HTTPS';
  const path: string = action.path ? (action.path.startsWith('/') ? action.path : `/${action.path}`) : '/';
  return context.dialers.http(
    { connection, tls, host, port, path, headers: headersOf(action.httpHeaders, userAgent) },
    signal,
  );
}

// biome-ignore lint/suspicious/noExplicitAny: handlers as stored
async function http(context: AttemptContext, action: any, timeoutMs: number): Promise<Outcome> {
  const host: string = action.host || context.podIP;
  const port = portOf(action.port, context.template);
  if (port === undefined) return { kind: 'error', output: `couldn't find port: ${action.port}` };
  const scheme = (action.scheme ?? 'HTTP').toLowerCase();
  const path: string = action.path ? (action.path.startsWith('/') ? action.path : `/${action.path}`) : '/';
  const url = `${scheme}://${host}:${port}${path}`;
  try {
    const { status } = await within(context.clock, timeoutMs, (signal) =>
      httpCall(context, action, 'kube-probe/1.36', signal),
    );
    return status >= 200 && status < 400 ? SUCCESS : failure(`HTTP probe failed with statuscode: ${status}`);
  } catch (error) {
    const why =
      error instanceof TimedOut
        ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
        : dialText(error, host, port);
    return failure(`Get "${url}": ${why}`);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: handlers as stored
async function tcp(context: AttemptContext, action: any, timeoutMs: number): Promise<Outcome> {
  const host: string = action.host || context.podIP;
  const port = portOf(action.port, context.template);
  if (port === undefined) return { kind: 'error', output: `couldn't find port: ${action.port}` };
  try {
    await within(context.clock, timeoutMs, (signal) => dial(context, port, action.host || undefined, signal));
    return SUCCESS;
  } catch (error) {
    return failure(error instanceof TimedOut ? `dial tcp ${host}:${port}: i/o timeout` : dialText(error, host, port));
  }
}

async function grpc(
  context: AttemptContext,
  action: { port: number; service?: string },
  timeoutMs: number,
): Promise<Outcome> {
  const where = `${context.podIP}:${action.port}`;
  const limit = formatGoDuration(timeoutMs);
  const { dialers } = context;
  if (dialers === undefined) return { kind: 'error', output: 'this node makes no connections' };
  let connected = false;
  try {
    const status = await within(context.clock, timeoutMs, async (signal) => {
      const connection = await dial(context, action.port, undefined, signal);
      connected = true;
      return dialers.grpcHealth(connection, action.service ?? '', where, signal);
    });
    return status === 'SERVING' ? SUCCESS : failure(`service unhealthy (responded with "${status}")`);
  } catch (error) {
    if (!connected)
      return failure(`timeout: failed to connect service "${where}" within ${limit}: context deadline exceeded`);
    if (error instanceof TimedOut) return failure(`timeout: health rpc did not complete within ${limit}`);
    const { message } = error as Error;
    if (error instanceof GrpcError && error.unimplemented) {
      return failure(
        `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${message}`,
      );
    }
    return failure(`error: health rpc probe failed: ${message}`);
  }
}

/** Runs a command in the container and collects what it says. Kills it when the signal fires. */
export async function runCommand(
  context: AttemptContext,
  command: readonly string[],
  signal: AbortSignal | null,
): Promise<{ code: number; output: string }> {
  const session = await context.runtime.exec(context.containerId, command, { tty: false, stdin: false });
  signal?.addEventListener('abort', () => session.kill(), { once: true });
  let output = '';
  const take = (chunk: Buffer | string): void => {
    if (output.length < OUTPUT_BYTES) output = (output + chunk.toString()).slice(0, OUTPUT_BYTES);
  };
  session.stdout.on('data', take);
  session.stderr?.on('data', take);
  const code = await session.exit;
  return { code, output };
}

async function exec(
  context: AttemptContext,
  action: { command?: readonly string[] },
  timeoutMs: number,
): Promise<Outcome> {
  const command = action.command ?? [];
  try {
    const { code, output } = await within(context.clock, timeoutMs, (signal) => runCommand(context, command, signal));
    return code === 0 ? SUCCESS : failure(output);
  } catch (error) {
    if (error instanceof TimedOut) {
      return failure(`command timed out: "${command.join(' ')}" timed out after ${formatGoDuration(timeoutMs)}`);
    }
    return { kind: 'error', output: (error as Error).message };
  }
}

/** One attempt of a probe (node.md 4); retried up to three times when it errs, not when it fails. */
// biome-ignore lint/suspicious/noExplicitAny: probes as stored
export async function attempt(context: AttemptContext, probe: any): Promise<Outcome> {
  const timeoutMs = (probe.timeoutSeconds || 1) * 1000;
  let outcome: Outcome = { kind: 'error', output: 'missing probe handler' };
  for (let i = 0; i < 3; i++) {
    if (probe.exec) outcome = await exec(context, probe.exec, timeoutMs);
    else if (probe.httpGet) outcome = await http(context, probe.httpGet, timeoutMs);
    else if (probe.tcpSocket) outcome = await tcp(context, probe.tcpSocket, timeoutMs);
    else if (probe.grpc) outcome = await grpc(context, probe.grpc, timeoutMs);
    if (outcome.kind !== 'error') break;
  }
  return outcome;
}
