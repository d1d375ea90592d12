import { closeSync, openSync, writeSync } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import { rfc3339 } from '../base/time.ts';

/** The control plane's own log: a line an entry, `<time> <level> <text>`. */
export interface Log {
  write(level: 'info' | 'warn' | 'error', text: string): void;
  close(): void;
}

/** Appends to a file readable by its owner only. A log that cannot be written is lost, never in the way. */
export function openLog(path: string, clock: Clock): Log {
  let fd: number | null = openSync(path, 'a', 0o600);
  return {
    write(level, text) {
      if (fd === null) return;
      try {
        writeSync(fd, `${rfc3339(clock.now())} ${level.padEnd(5)} ${text.replaceAll('\n', '\n  ')}\n`);
      } catch {
        // A full disk must not stop the cluster.
      }
    },
    close() {
      if (fd !== null) closeSync(fd);
      fd = null;
    },
  };
}
