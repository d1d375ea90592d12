import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

const SAMPLE_MS = 100;

/** A PostgreSQL at work on a data directory: all its processes are in one PID namespace, and the oldest began with it. */
interface Server {
  readonly id: string;
  readonly since: number;
  lastSeen: number;
}

/**
 * Looks at the machine itself for the processes of PostgreSQL, and which data directory each works in (by device and inode:
 * containers give it different names). Asks neither the API server nor PostgreSQL: its own lock file does not help where
 * each server has process numbers of its own.
 */
export class DataDirectories {
  /** Every moment at which two servers were at work on one directory, in words. */
  readonly doubles: string[] = [];
  readonly #servers = new Map<string, Server[]>();
  #timer: NodeJS.Timeout | null = null;

  start(): void {
    const sample = (): void => {
      this.#sample();
      this.#timer = setTimeout(sample, SAMPLE_MS);
    };
    sample();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** When each server on a directory of the machine was first and last seen, one after the other. */
  historyOf(path: string): readonly { readonly from: number; readonly to: number }[] {
    return (this.#servers.get(identityOf(path)) ?? []).map(({ since, lastSeen }) => ({ from: since, to: lastSeen }));
  }

  #sample(): void {
    const now = performance.now();
    for (const [directory, begins] of serversByDirectory()) {
      const servers = this.#servers.get(directory) ?? [];
      this.#servers.set(directory, servers);
      for (const [namespace, beganAt] of begins) {
        // The number of a namespace that is gone is given out again.
        const id = `${namespace} ${beganAt}`;
        const known = servers.find((server) => server.id === id);
        if (known === undefined) servers.push({ id, since: now, lastSeen: now });
        else known.lastSeen = now;
      }
      if (begins.size > 1) this.doubles.push(`${begins.size} servers on ${directory} at ${Math.round(now)} ms`);
    }
  }
}

/** By data directory and PID namespace: when the oldest process of PostgreSQL began, in clock ticks. */
function serversByDirectory(): Map<string, Map<string, number>> {
  const directories = new Map<string, Map<string, number>>();
  for (const { directory, namespace, beganAt } of processes()) {
    const begins = directories.get(directory) ?? new Map<string, number>();
    directories.set(directory, begins.set(namespace, Math.min(beganAt, begins.get(namespace) ?? beganAt)));
  }
  return directories;
}

function identityOf(path: string): string {
  const { dev, ino } = statSync(path);
  return `${dev}:${ino}`;
}

/** All processes of PostgreSQL on the machine, those of containers included. */
function processes(): { readonly directory: string; readonly namespace: string; readonly beganAt: number }[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      if (readFileSync(`/proc/${pid}/comm`, 'latin1') !== 'postgres\n') return [];
      // proc(5): field 22; the second is the name in parentheses.
      const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)!.split(' ');
      const namespace = readlinkSync(`/proc/${pid}/ns/pid`);
      return [{ directory: identityOf(`/proc/${pid}/cwd`), namespace, beganAt: Number(fields[19]) }];
    } catch {
      // It has just ended.
      return [];
    }
  });
}
