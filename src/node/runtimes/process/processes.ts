import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

/** A process that cannot be mistaken for another with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/pid/stat: clock ticks since boot. */
  readonly startTime: string;
}

/** Fields of proc(5) stat from the state on; null where there is no such process or no /proc. */
export function processStat(pid: number): readonly string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

/** Start time of a live process; null when there is none or only its zombie. */
export function startTimeOf(pid: number): string | null {
  const fields = processStat(pid);
  return fields === null || fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
}

export function isAlive(identity: ProcessIdentity): boolean {
  return startTimeOf(identity.pid) === identity.startTime;
}

/** Number of a signal by its name, `SIGRTMIN+3` and the like included; null for none. */
function signalNumber(name: string): number | null {
  const realTime = /^SIGRT(MIN|MAX)(?:[+-](\d+))?$/.exec(name);
  if (realTime === null) return (constants.signals as Readonly<Record<string, number>>)[name] ?? null;
  const distance = Number(realTime[2] ?? 0);
  return realTime[1] === 'MIN' ? 34 + distance : 64 - distance;
}

/** Signals exactly this process; false when it is gone. */
export function signal(identity: ProcessIdentity, name: string): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(identity.pid, signalNumber(name) ?? constants.signals.SIGTERM);
    return true;
  } catch {
    return false;
  }
}

export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Resident bytes and CPU nanoseconds of a process with all it started. */
export function usageOf(pid: number): { readonly memoryBytes: number; readonly cpuNanos: number } {
  let memoryBytes = 0;
  let cpuNanos = 0;
  const waiting = [pid];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const fields = processStat(next);
    if (fields === null) continue;
    cpuNanos += (Number(fields[11]) + Number(fields[12])) * 1e7;
    memoryBytes += Number(fields[21]) * 4096;
    waiting.push(...childrenOf(next));
  }
  return { memoryBytes, cpuNanos };
}

/** Changes with every boot: identities of another boot mean nothing. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
}
