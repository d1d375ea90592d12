import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { processStat } from '../node/runtimes/process/processes.ts';

/** What a running Perdure says of itself in its data directory. */
export interface RunningState {
  readonly pid: number;
  /** Clock ticks since boot at which that process started: tells a reused pid apart; 0 where it can't be read. */
  readonly startTicks: number;
  readonly server: string;
  readonly port: number;
  readonly dataDir: string;
  readonly runtime: string;
  readonly startedAt: string;
  readonly ready: boolean;
}

/** Start time of a process in clock ticks (proc(5), field 22), 0 if unknown. */
export function startTicks(pid: number): number {
  return Number(processStat(pid)?.[19] ?? 0);
}

/** Whether a process runs; one that ended but was not yet collected by its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return processStat(pid)?.[0] !== 'Z';
}

/** The data directory: who may use it, and where things stand in it. Everything in it is readable by its owner only. */
export class DataDirectory {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }

  /** Makes the directory and one below it; 0700. */
  ensure(...parts: readonly string[]): string {
    const path = join(this.path, ...parts);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  }

  file(...parts: readonly string[]): string {
    return join(this.path, ...parts);
  }

  get kubeconfig(): string {
    return this.file('kubeconfig');
  }

  get log(): string {
    return this.file('perdure.log');
  }

  read(name: string): string | null {
    const path = this.file(name);
    return existsSync(path) ? readFileSync(path, 'utf8') : null;
  }

  /** Complete or not at all; 0600. */
  write(name: string, text: string): void {
    const path = this.file(name);
    const fd = openSync(`${path}.tmp`, 'w', 0o600);
    writeSync(fd, text);
    closeSync(fd);
    chmodSync(`${path}.tmp`, 0o600);
    renameSync(`${path}.tmp`, path);
  }

  /** The state of the process that runs on this directory, or null when none does. */
  running(): RunningState | null {
    const text = this.read('state.json');
    if (text === null) return null;
    const state = JSON.parse(text) as RunningState;
    if (!isAlive(state.pid)) return null;
    return state.startTicks !== 0 && startTicks(state.pid) !== state.startTicks ? null : state;
  }

  /** State of the last process, also when it is gone: where its port comes from. */
  last(): RunningState | null {
    const text = this.read('state.json');
    return text === null ? null : (JSON.parse(text) as RunningState);
  }

  /**
   * Takes the directory for this process; throws when another one holds it. The file is made exclusively, so that of
   * two starts at the same moment one loses.
   */
  lock(): void {
    this.ensure();
    const running = this.running();
    if (running !== null && running.pid !== process.pid) throw new Error(inUse(this.path, running.pid));
    const path = this.file('lock');
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        writeFileSync(path, `${process.pid} ${startTicks(process.pid)}`, { flag: 'wx', mode: 0o600 });
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        const [pid, ticks] = readFileSync(path, 'utf8').split(' ').map(Number);
        if (pid !== undefined && pid > 0 && isAlive(pid) && (ticks === 0 || startTicks(pid) === ticks)) {
          throw new Error(inUse(this.path, pid));
        }
        rmSync(path, { force: true });
      }
    }
    throw new Error(`could not take ${path}: another start is under way. Wait for it, then run the command again.`);
  }

  unlock(): void {
    rmSync(this.file('lock'), { force: true });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

function inUse(path: string, pid: number): string {
  return `a Perdure with pid ${pid} already runs on ${path}. Use it, stop it with "perdure down --data-dir ${path}", or give another --data-dir.`;
}
