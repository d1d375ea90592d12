import { spawn } from 'node:child_process';
import { PassThrough } from 'node:stream';
import type { ExecSession } from '../../../base/exec-session.ts';
import { DEFAULT_PATH } from '../../images/entries.ts';
import type { ProcessContainer } from './container.ts';
import { DEFAULT_RIGHTS, privileges } from './privileges.ts';
import { childrenOf } from './processes.ts';
import { ENTER, ENTER_ON_TERMINAL, valuesAsEnvironment } from './scripts.ts';
import { HELPER_ENVIRONMENT, type Support } from './support.ts';

/** Runs a further command in the namespaces of a container, as its user. */
export async function execIn(
  container: ProcessContainer,
  support: Support,
  command: readonly string[],
  options: { readonly tty: boolean; readonly stdin: boolean },
): Promise<ExecSession> {
  const { file, identity } = container;
  if (identity === null || container.state.phase !== 'running') throw new Error('the container is not running');
  const env = new Map(file.environment);
  if (options.tty) env.set('TERM', 'xterm');
  if (!env.has('PATH')) env.set('PATH', DEFAULT_PATH);
  const values = [
    ...[...env].map(([name, value]) => `${name}=${value}`),
    ...privileges(support, file, file.rights ?? DEFAULT_RIGHTS),
    ...command,
  ];
  // Without root pods have the network of the machine, which is ours already.
  const user = support.root ? ['--net'] : ['--user', '--preserve-credentials'];
  const args = [`--target=${identity.pid}`, ...user, '--mount', '--uts', '--ipc', '--pid', '/bin/sh', '-c'];
  const environment = { ...HELPER_ENVIRONMENT, PD_WORKDIR: file.workingDir, ...valuesAsEnvironment(values) };
  if (!options.tty) return withPipes([...args, ENTER], environment, options.stdin);
  const owner = support.root ? String(file.uid) : '';
  return withTerminal([...args, ENTER_ON_TERMINAL], { ...environment, PD_ENTER: ENTER, PD_UID: owner });
}

function withPipes(args: readonly string[], env: Record<string, string>, stdin: boolean): ExecSession {
  const child = spawn('nsenter', args, { env, stdio: [stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'] });
  // A child's own streams are thrown away when it exits before somebody reads.
  const stdout = child.stdout!.pipe(new PassThrough());
  const stderr = child.stderr!.pipe(new PassThrough());
  child.stdin?.on('error', () => undefined);
  return {
    stdin: child.stdin,
    stdout,
    stderr,
    resize: () => undefined,
    kill: () => killTree(child.pid),
    exit: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 143)));
    }),
  };
}

async function withTerminal(args: readonly string[], env: Record<string, string>): Promise<ExecSession> {
  const pty = await import('@lydell/node-pty').catch(() => {
    throw new Error('a terminal needs the optional package @lydell/node-pty, which is not installed for this platform');
  });
  // Bytes, not text: a character may come in two pieces.
  const terminal = pty.spawn('nsenter', [...args], { name: 'xterm', cols: 80, rows: 24, env, encoding: null });
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  // The package types say text only; its socket takes bytes.
  stdin.on('data', (chunk: Buffer) => terminal.write(chunk as unknown as string));
  terminal.onData((data: string | Buffer) => void stdout.write(data));
  const exit = new Promise<number>((resolve) => {
    terminal.onExit(({ exitCode, signal }: { exitCode: number; signal?: number }) => {
      stdout.end();
      resolve(signal ? 128 + signal : exitCode);
    });
  });
  return {
    stdin,
    stdout,
    stderr: null,
    resize: (width, height) => terminal.resize(width, height),
    kill: () => killTree(terminal.pid),
    exit,
  };
}

/** nsenter waits outside for the command inside: both have to go. */
function killTree(pid: number | undefined): void {
  if (pid === undefined) return;
  for (const one of [...childrenOf(pid), pid]) {
    try {
      process.kill(one, 'SIGKILL');
    } catch {
      // Gone already.
    }
  }
}
