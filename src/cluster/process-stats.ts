import { readdirSync, readFileSync } from 'node:fs';
import type { ProcessStats } from '../apiserver/metrics/server-metrics.ts';
import type { Clock } from '../base/clock.ts';

const MICROS = 1_000_000;

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}

function openFiles(): number | null {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return null;
  }
}

const numberIn = (text: string | null, pattern: RegExp): number | null => {
  const found = pattern.exec(text ?? '')?.[1];
  return found === undefined ? null : Number(found);
};

/** What this process uses, read when it is asked for; what only Linux says is null elsewhere. */
export function processStats(clock: Clock): ProcessStats {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const virtualKiB = numberIn(textOf('/proc/self/status'), /^VmSize:\s+(\d+) kB$/m);
  return {
    cpuSeconds: (user + system) / MICROS,
    residentBytes: rss,
    virtualBytes: virtualKiB === null ? null : virtualKiB * 1024,
    startedAtSeconds: clock.now() / 1000 - process.uptime(),
    openFiles: openFiles(),
    maxFiles: numberIn(textOf('/proc/self/limits'), /^Max open files\s+(\d+)/m),
    heapBytes: heapUsed,
  };
}
