import { execFile } from 'node:child_process';
import { constants, openSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { ExecSession } from '../../../base/exec-session.ts';
import type { ProcessContainer } from './container.ts';
import { HELPER_ENVIRONMENT } from './support.ts';

/**
 * Joins a client to a container: its output from now on and, where the container has one, its input. The exit of the
 * session is the container's, or 0 when the client leaves; leaving ends nothing but the input of `stdinOnce`.
 */
export function attachTo(
  container: ProcessContainer,
  options: { readonly stdin: boolean; readonly tty: boolean },
): ExecSession {
  const { file, logs } = container;
  const stdout = new PassThrough();
  // All a terminal shows is one stream.
  const stderr = file.tty ? null : new PassThrough();
  const listener = (stream: 'stdout' | 'stderr', bytes: Buffer): void =>
    void (stream === 'stdout' ? stdout : stderr)?.write(bytes);
  logs.listeners.add(listener);
  let leave: () => void = () => undefined;
  const left = new Promise<number>((done) => {
    leave = () => done(0);
  });
  const stdin = options.stdin && file.stdin ? pipeInto(join(container.directory, 'stdin')) : null;
  if (stdin !== null && file.stdinOnce) stdin.once('close', () => container.closeStdin());
  const exit = Promise.race([left, container.exited.then((state) => state.exitCode ?? 0)]).finally(() => {
    logs.listeners.delete(listener);
    stdout.end();
    stderr?.end();
    stdin?.destroy();
  });
  const resize = (width: number, height: number): void => setWindow(container, width, height);
  return { stdin, stdout, stderr, resize, kill: () => leave(), exit };
}

/** A pipe that never blocks a thread, also when the container does not read. */
function pipeInto(path: string): Socket {
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const socket = new Socket({ fd, readable: false, writable: true });
  socket.on('error', () => undefined);
  return socket;
}

/** The terminal belongs to the script(1) of the container, so its size is set from outside. */
function setWindow(container: ProcessContainer, width: number, height: number): void {
  if (!container.file.tty || container.state.phase !== 'running') return;
  const terminal = readFileSync(join(container.directory, 'tty'), 'latin1').trim();
  // Best effort: it may have ended just now.
  execFile(
    'stty',
    ['-F', terminal, 'cols', String(width), 'rows', String(height)],
    { env: { ...HELPER_ENVIRONMENT } },
    () => undefined,
  );
}
