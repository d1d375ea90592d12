import {
  closeSync,
  constants,
  existsSync,
  type FSWatcher,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  watch,
} from 'node:fs';
import { join } from 'node:path';
import type { Clock, Timer } from '../../../base/clock.ts';
import type { ContainerState } from '../runtime.ts';
import { LogPump } from './log-pump.ts';
import { killAllIn } from './pid-namespaces.ts';
import type { Rights } from './privileges.ts';
import { bootId, isAlive, type ProcessIdentity, signal } from './processes.ts';

/** What is on disk about a container before it starts, so that a later Perdure can adopt it. */
export interface ContainerFile {
  readonly boot: string;
  readonly state: ContainerState;
  readonly logPath: string;
  readonly environment: readonly (readonly [string, string])[];
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** Left out by earlier versions. */
  readonly rights?: Rights;
  readonly workingDir: string;
  /** Instead of the image's. */
  readonly stopSignal?: string;
  /** What it may use, in bytes. */
  readonly memoryBytes?: number;
  readonly stdin: boolean;
  readonly tty: boolean;
  readonly stdinOnce: boolean;
}

/** How often an adopted container is looked at: its shim may have died with nobody to say so. */
const CHECK_MS = 5_000;
const SOON_MS = 100;

/** One container, started or adopted: follows its files until it has exited. */
export class ProcessContainer {
  readonly directory: string;
  file: ContainerFile;
  readonly logs: LogPump;
  readonly exited: Promise<ContainerState>;
  state: ContainerState;
  identity: ProcessIdentity | null = null;
  readonly #clock: Clock;
  readonly #onExit: (container: ProcessContainer) => void;
  readonly #oomKilled: () => boolean;
  #finished: (state: ContainerState) => void = () => undefined;
  #started: (() => void) | null = null;
  #watcher: FSWatcher | null = null;
  #stdin: number | null = null;
  #check: Timer | null = null;
  #kill: { readonly at: number; readonly timer: Timer } | null = null;

  constructor(options: {
    readonly directory: string;
    readonly file: ContainerFile;
    readonly positionFile: string;
    readonly clock: Clock;
    readonly oomKilled: () => boolean;
    readonly onExit: (container: ProcessContainer) => void;
  }) {
    this.directory = options.directory;
    this.file = options.file;
    this.state = options.file.state;
    this.#clock = options.clock;
    this.#onExit = options.onExit;
    this.#oomKilled = options.oomKilled;
    this.logs = new LogPump({
      directory: options.directory,
      logPath: options.file.logPath,
      positionFile: options.positionFile,
      clock: options.clock,
    });
    this.exited = new Promise((resolve) => {
      this.#finished = resolve;
    });
  }

  /** Watches the files. Call before the shim starts. */
  follow(): void {
    this.#watcher = watch(this.directory, { persistent: false }, (_event, name) => {
      if (name === 'stdout' || name === 'stderr') this.logs.wake();
      else this.look();
    });
    this.#watcher.on('error', () => undefined);
  }

  /** Keeps the pipe of a container with `stdinOnce` open until `closeStdin`. */
  holdStdin(): void {
    this.#stdin = openSync(join(this.directory, 'stdin'), constants.O_RDWR | constants.O_NONBLOCK);
  }

  /** The container reads the end of its input, unless it holds the pipe open itself. */
  closeStdin(): void {
    if (this.#stdin !== null) closeSync(this.#stdin);
    this.#stdin = null;
  }

  /** Resolves when the program runs or has exited. */
  started(): Promise<void> {
    return new Promise((resolve) => {
      this.#started = resolve;
      this.look();
    });
  }

  /** Takes over what an earlier Perdure started: running, exited, or made never to start. */
  adopt(): void {
    this.follow();
    if (this.file.boot !== bootId()) {
      this.#end(255, 'the machine was restarted');
      return;
    }
    if (!existsSync(join(this.directory, 'pid')) && claimStart(this.directory)) {
      this.#end(128, 'Perdure ended before the container had started');
      return;
    }
    this.logs.wake();
    this.look();
    this.#checkLater();
  }

  /** Brings the state up to date with the files. */
  look(): void {
    if (this.state.phase === 'exited') return;
    if (this.identity === null) this.identity = readIdentity(this.directory);
    const code = readText(join(this.directory, 'exit'));
    if (code !== null && code !== '') {
      this.#end(Number(code), '');
      return;
    }
    if (this.identity !== null && existsSync(join(this.directory, 'started')) && this.state.phase === 'created') {
      this.state = { ...this.state, phase: 'running', pid: this.identity.pid };
      this.#started?.();
    }
  }

  /** The shim is gone: it has left an exit code, or was killed itself. */
  shimExited(): void {
    this.look();
    if (this.state.phase === 'exited') return;
    if (this.identity === null || !isAlive(this.identity)) this.#end(137, '');
    // Mostly both are being killed, and the container is next.
    else this.#checkLater(SOON_MS);
  }

  #checkLater(delayMs = CHECK_MS): void {
    if (this.state.phase === 'exited' || this.#check !== null) return;
    this.#check = this.#clock.setTimer(delayMs, () => {
      this.#check = null;
      this.look();
      if (this.state.phase !== 'exited' && (this.identity === null || !isAlive(this.identity))) {
        // One more look: the shim writes the code just after the end.
        this.#clock.defer(() => this.shimExited());
      }
      this.#checkLater();
    });
  }

  /** SIGTERM, then SIGKILL after the grace; a shorter later call shortens. */
  stop(stopSignal: string, graceMs: number): Promise<ContainerState> {
    if (this.state.phase !== 'exited') {
      this.look();
      const identity = this.identity;
      const at = this.#clock.monotonic() + graceMs;
      if (identity !== null && (this.#kill === null || at < this.#kill.at)) {
        if (this.#kill === null && graceMs > 0) signal(identity, stopSignal);
        this.#kill?.timer.cancel();
        const kill = (): void => {
          if (!signal(identity, 'SIGKILL')) this.shimExited();
        };
        this.#kill = { at, timer: this.#clock.setTimer(Math.max(0, graceMs), kill) };
      }
    }
    return this.exited;
  }

  #end(exitCode: number, why: string): void {
    if (this.state.phase === 'exited') return;
    this.logs.drain(true);
    const problem = readText(join(this.directory, 'error')) ?? '';
    const neverRan = !existsSync(join(this.directory, 'started'));
    const reason = neverRan ? 'StartError' : this.#oomKilled() ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error';
    const message = why || (neverRan ? problem : '');
    const finishedAt = modified(join(this.directory, 'exit')) ?? this.#clock.now();
    const code = neverRan && why === '' ? 128 : exitCode;
    this.state = {
      ...this.state,
      phase: 'exited',
      exitCode: code,
      finishedAt,
      reason,
      ...(message === '' ? {} : { message }),
    };
    this.release();
    // With processes of its own the kernel has ended all of them.
    const namespace = readText(join(this.directory, 'mnt'));
    if (namespace !== null) killAllIn(namespace);
    this.#started?.();
    this.#finished(this.state);
    this.#onExit(this);
  }

  /** Stops looking; the container itself goes on. */
  release(): void {
    this.closeStdin();
    this.#watcher?.close();
    this.#check?.cancel();
    this.#kill?.timer.cancel();
    this.#watcher = null;
  }
}

/** Either the container's setup or we can make this directory, never both: a start that was not seen cannot happen later. */
function claimStart(directory: string): boolean {
  try {
    mkdirSync(join(directory, 'go'));
    return true;
  } catch {
    return false;
  }
}

function readIdentity(directory: string): ProcessIdentity | null {
  const [pid, startTime] = (readText(join(directory, 'pid')) ?? '').split(' ');
  return pid === undefined || startTime === undefined ? null : { pid: Number(pid), startTime };
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

function modified(path: string): number | null {
  try {
    return Math.round(statSync(path).mtimeMs);
  } catch {
    return null;
  }
}
