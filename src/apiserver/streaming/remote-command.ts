import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { ExecSession } from '../../base/exec-session.ts';

/** Which streams a client of exec or attach asked for. */
export interface RemoteCommandOptions {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** The far side of exec and attach, whatever transport it came by. */
export interface RemoteCommandChannels {
  readonly stdin: Readable | null;
  readonly stdout: Writable | null;
  readonly stderr: Writable | null;
  onResize(callback: (width: number, height: number) => void): void;
  /** Sends the end of the command and closes. */
  finish(end: CommandEnd): void;
  /** Resolves when the client is gone. */
  readonly closed: Promise<void>;
}

export type CommandEnd =
  | { readonly kind: 'success' }
  | { readonly kind: 'exit-code'; readonly code: number; readonly message: string }
  | { readonly kind: 'failure'; readonly message: string };

/** The Status that tells the end of a command on the error channel (v4 and later, api.md 8.2). */
export function endStatus(end: CommandEnd): object {
  if (end.kind === 'success') return { metadata: {}, status: 'Success' };
  if (end.kind === 'exit-code') {
    const message = `command terminated with non-zero exit code: ${end.message}`;
    const details = { causes: [{ reason: 'ExitCode', message: String(end.code) }] };
    return { metadata: {}, status: 'Failure', message, reason: 'NonZeroExitCode', details };
  }
  const message = `Internal error occurred: ${end.message}`;
  return {
    metadata: {},
    status: 'Failure',
    message,
    reason: 'InternalError',
    details: { causes: [{ message: end.message }] },
    code: 500,
  };
}

/** The text older protocols send on the error channel: nothing on success. */
export function endText(end: CommandEnd): string {
  if (end.kind === 'success') return '';
  return end.kind === 'exit-code' ? `command terminated with non-zero exit code: ${end.message}` : end.message;
}

/**
 * Joins a running command with its client until it ends or the client leaves; a client that leaves takes the command
 * with it. `command` is null for attach, whose end is always a success: the exit code belongs to the pod's status.
 */
export async function joinCommand(
  session: ExecSession,
  channels: RemoteCommandChannels,
  command: readonly string[] | null,
): Promise<void> {
  channels.onResize((width, height) => session.resize(width, height));
  if (session.stdin !== null && channels.stdin !== null) {
    session.stdin.on('error', () => channels.stdin?.resume());
    channels.stdin.pipe(session.stdin);
  }
  const outputs = [flow(session.stdout, channels.stdout)];
  if (session.stderr !== null) outputs.push(flow(session.stderr, channels.stderr));
  const left = channels.closed.then(() => 'left' as const);
  const end = await Promise.race([commandEnd(session, command), left]);
  if (end !== 'left') await Promise.race([Promise.all(outputs), left]);
  if (end === 'left') session.kill();
  else channels.finish(end);
}

async function commandEnd(session: ExecSession, command: readonly string[] | null): Promise<CommandEnd> {
  try {
    const code = await session.exit;
    if (command === null || code === 0) return { kind: 'success' };
    return { kind: 'exit-code', code, message: `error executing command [${command.join(' ')}], exit code ${code}` };
  } catch (error) {
    return {
      kind: 'failure',
      message: `error ${command === null ? 'attaching to' : 'executing command in'} container: ${text(error)}`,
    };
  }
}

/** Moves one output; never rejects, because a client that closes one stream still wants the other. */
async function flow(from: Readable, to: Writable | null): Promise<void> {
  if (to === null) from.resume();
  else {
    to.on('error', () => from.resume());
    from.pipe(to);
  }
  await finished(from).catch(() => undefined);
  if (to !== null && !to.destroyed) await finished(to, { readable: false }).catch(() => undefined);
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Parses a resize message, `{"Width":80,"Height":24}`; null when it is none. */
export function parseResize(message: string): { readonly width: number; readonly height: number } | null {
  try {
    const size = JSON.parse(message) as { Width?: unknown; Height?: unknown } | null;
    const { Width: width, Height: height } = size ?? {};
    if (typeof width !== 'number' || typeof height !== 'number' || width <= 0 || height <= 0) return null;
    return { width, height };
  } catch {
    return null;
  }
}
