import type { Clock, Timer } from '../../base/clock.ts';
import type { FileSystem } from '../files.ts';
import { isRunning } from '../pod/container-record.ts';
import type { PodState } from '../pod/pod-state.ts';

const MAX_BYTES = 10 * 1024 * 1024;
const FILES = 5;
const CHECK_MS = 10_000;

export interface LogRotator {
  /** Looks after the logs of this pod's running containers from now on. */
  follow(worker: PodState, directory: string): void;
  stop(): void;
}

/** Moves the content of a full log to `.1`, `.2` … and empties it: its writer keeps the file open and appends. */
async function rotate(files: FileSystem, path: string): Promise<void> {
  await files.remove(`${path}.${FILES - 1}`);
  for (let i = FILES - 2; i >= 1; i--) {
    if ((await files.info(`${path}.${i}`)) !== null) await files.rename(`${path}.${i}`, `${path}.${i + 1}`);
  }
  await files.write(`${path}.1`, await files.read(path));
  await files.truncate(path);
}

/** Keeps container logs to five files of 10 MiB, looking every ten seconds while something runs (node.md 6.4). */
export function createLogRotator({ files, clock }: { files: FileSystem; clock: Clock }): LogRotator {
  const followed = new Map<PodState, string>();
  let timer: Timer | null = null;

  async function check(): Promise<void> {
    for (const [worker, directory] of followed) {
      const running = worker.records.filter(isRunning);
      if (running.length === 0) followed.delete(worker);
      for (const record of running) {
        const path = `${directory}/${record.name}/${record.attempt}.log`;
        const info = await files.info(path).catch(() => null);
        if (info !== null && info.size > MAX_BYTES) await rotate(files, path).catch(() => undefined);
      }
    }
    if (followed.size > 0) arm();
    else timer = null;
  }
  function arm(): void {
    timer = clock.setTimer(CHECK_MS, () => void check());
  }

  return {
    follow(worker, directory) {
      if (followed.has(worker) || !worker.records.some(isRunning)) return;
      followed.set(worker, directory);
      if (timer === null) arm();
    },
    stop() {
      timer?.cancel();
      followed.clear();
    },
  };
}
