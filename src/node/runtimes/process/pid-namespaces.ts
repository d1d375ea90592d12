import { spawn } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { RuntimeError } from '../runtime.ts';
import { isAlive, type ProcessIdentity } from './processes.ts';
import { PAUSE } from './scripts.ts';
import { HELPER_ENVIRONMENT, namespaceOptions, type Support } from './support.ts';

/** Whose processes a container sees: a holder of their namespace, or with null all of the machine. */
export type SharedProcesses = ProcessIdentity | null;

/**
 * What puts a container's shim into its namespaces, as words of a command: namespaces of its own, or with `shared` the
 * PID namespace of others. Only the shim's children are in it (`SHIM`). Throws RuntimeError where that needs root.
 */
export function isolation(
  support: Support,
  user: { readonly uid: number; readonly gid: number },
  shared: SharedProcesses | 'none',
): string[] {
  if (shared === 'none') return ['unshare', ...namespaceOptions(support.root, user.uid, user.gid), '--pid'];
  const own = ['unshare', ...namespaceOptions(true, 0, 0)];
  if (shared === null) {
    if (support.root) return own;
    throw new RuntimeError(
      'CreateContainerError',
      'hostPID needs root: without it pods cannot show the processes of the machine',
    );
  }
  if (!isAlive(shared)) throw new RuntimeError('CreateContainerError', 'the process namespace to join is gone');
  const join = [`--pid=/proc/${shared.pid}/ns/pid`, '--no-fork'];
  if (support.root) return ['nsenter', ...join, ...own];
  if (user.uid !== 0)
    throw new RuntimeError(
      'CreateContainerError',
      'without root, containers that share their processes with others run as user 0 only: leave runAsUser out',
    );
  return ['nsenter', `--user=/proc/${shared.pid}/ns/user`, '--preserve-credentials', ...join, ...own];
}

/**
 * Starts the process that is PID 1 of a pod whose containers see each other's processes: it holds the namespace, reaps
 * what containers leave behind, and outlives us.
 */
export async function startPause(support: Support): Promise<ProcessIdentity> {
  // No mount namespace: that would hold on to every mount of the machine.
  const user = support.root ? [] : ['--user', '--map-user=0', '--map-group=0', '--keep-caps'];
  const args = [...user, '--pid', '/bin/sh', '-c', PAUSE];
  const child = spawn('unshare', args, {
    cwd: '/',
    env: { ...HELPER_ENVIRONMENT },
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.unref();
  const line = await new Promise<string>((resolve) => {
    let said = '';
    child.stdout.setEncoding('latin1');
    child.stdout.on('data', (text: string) => {
      said += text;
      if (said.includes('\n')) resolve(said);
    });
    child.once('error', () => resolve(''));
    child.once('close', () => resolve(said));
  });
  child.stdout.destroy();
  const match = /^(\d+) (\d+)\n/.exec(line);
  if (match === null) throw new Error('the process namespace of the pod could not be made');
  return { pid: Number(match[1]), startTime: match[2]! };
}

/** New processes can appear while the others are being killed; a handful of looks finds them all. */
const LOOKS = 20;

/** Kills all processes in a mount namespace: what is left of a container that has no PID namespace of its own. */
export function killAllIn(mountNamespace: string): void {
  if (!/^mnt:\[\d+\]$/.test(mountNamespace) || mountNamespace === readlinkSync('/proc/self/ns/mnt')) return;
  for (let look = 0; look < LOOKS; look++) {
    const found = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && namespaceOf(name) === mountNamespace);
    if (found.length === 0) return;
    for (const pid of found) kill(Number(pid));
  }
}

function namespaceOf(pid: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return null;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
