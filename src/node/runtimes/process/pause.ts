import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { childrenOf } from './processes.ts';

/** New processes can appear while the others are being stopped; a handful of looks finds them all. */
const LOOKS = 20;
const READS = 5_000;

function namespaceOf(pid: number | 'self'): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return null;
  }
}

function descendants(pid: number): number[] {
  const found = [pid];
  for (let i = 0; i < found.length; i++) found.push(...childrenOf(found[i]!));
  return found;
}

/** All processes beside `pid` in its PID namespace, those that were put there later included. */
function companions(pid: number): number[] {
  const namespace = namespaceOf(pid);
  // Without a namespace of its own there is only the family to go by.
  if (namespace === null || namespace === namespaceOf('self')) return descendants(pid);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((other) => namespaceOf(other) === namespace);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone, which is as good as stopped.
  }
}

/** Lets everything beside a process go on. */
export function resumeProcesses(pid: number): void {
  for (const each of companions(pid)) send(each, 'SIGCONT');
}

/** Whether a process has come to rest; one that waits for a disk does so a little later than it was told. */
function isStill(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return 'TtZX'.includes(stat.charAt(stat.lastIndexOf(')') + 2));
  } catch {
    return true;
  }
}

/**
 * Stops a process and everything beside it, and sees to it that they have come to rest, for as long as that is a
 * matter of moments; returns the function that lets them go on.
 */
export function pauseProcesses(pid: number): () => void {
  const stopped = new Set<number>();
  for (let look = 0; look < LOOKS; look++) {
    const running = companions(pid).filter((each) => !stopped.has(each));
    if (running.length === 0) break;
    for (const each of running) {
      send(each, 'SIGSTOP');
      stopped.add(each);
    }
  }
  let moving = [...stopped];
  for (let read = 0; moving.length > 0 && read < READS; read += moving.length) {
    moving = moving.filter((each) => !isStill(each));
  }
  return () => resumeProcesses(pid);
}
