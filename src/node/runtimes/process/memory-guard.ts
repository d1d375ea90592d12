import { readFileSync } from 'node:fs';
import type { Clock, Timer } from '../../../base/clock.ts';
import type { ProcessContainer } from './container.ts';
import { childrenOf } from './processes.ts';

const LOOK_MS = 1_000;

/**
 * Memory limits where there are no control groups to enforce them: looks once a second while a container with a limit runs,
 * and kills what is above it. A program that takes memory faster than that is stopped by the machine only.
 */
export class MemoryGuard {
  readonly #clock: Clock;
  readonly #containers: () => Iterable<ProcessContainer>;
  readonly #killed = new Set<string>();
  #timer: Timer | null = null;

  constructor(clock: Clock, containers: () => Iterable<ProcessContainer>) {
    this.#clock = clock;
    this.#containers = containers;
  }

  /** There is a container with a limit. */
  begin(): void {
    this.#timer ??= this.#clock.setTimer(LOOK_MS, () => {
      this.#timer = null;
      if (this.#look()) this.begin();
    });
  }

  /** Whether it was this guard that ended the container. */
  killed(id: string): boolean {
    return this.#killed.has(id);
  }

  forget(id: string): void {
    this.#killed.delete(id);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** True while there is something to look after. */
  #look(): boolean {
    let any = false;
    for (const container of this.#containers()) {
      const { memoryBytes } = container.file;
      if (memoryBytes === undefined || container.state.phase === 'exited') continue;
      any = true;
      if (container.identity === null || ownMemory(container.identity.pid) <= memoryBytes) continue;
      this.#killed.add(container.state.id);
      void container.stop('SIGKILL', 0);
    }
    return any;
  }
}

/** Bytes a process and all it started hold for themselves; what they share counts once. */
function ownMemory(pid: number): number {
  let own = 0;
  let shared = 0;
  const waiting = [pid];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const status = statusOf(next);
    own += bytesOf(status, 'RssAnon');
    shared = Math.max(shared, bytesOf(status, 'RssShmem'));
    waiting.push(...childrenOf(next));
  }
  return own + shared;
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    return '';
  }
}

function bytesOf(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
}
