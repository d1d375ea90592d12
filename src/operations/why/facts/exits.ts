import { parseTime } from '../../../base/time.ts';
import type { ContainerStatus } from '../observed.ts';
import { shortened } from '../words.ts';

export type Exit = NonNullable<NonNullable<ContainerStatus['lastState']>['terminated']>;

/** How the container ended last. */
export function lastExit(status: ContainerStatus): Exit | null {
  return status.state?.terminated ?? status.lastState?.terminated ?? null;
}

/** What exit codes mean by convention of shells and of signals (128 + number). */
const MEANING: Readonly<Record<number, string>> = {
  126: 'its command cannot be executed',
  127: 'its command was not found',
  134: 'aborted itself, SIGABRT',
  137: 'killed, SIGKILL',
  139: 'crashed, SIGSEGV',
  143: 'ended on SIGTERM',
};

/** `exit code 137, killed, SIGKILL: "last words"`. */
export function exitText({ exitCode, reason, message }: Exit): string {
  const meaning = reason === 'OOMKilled' ? 'out of memory' : MEANING[exitCode];
  const words = message === undefined || message === '' ? '' : `: "${shortened(message, 120)}"`;
  return `exit code ${exitCode}${meaning === undefined ? '' : `, ${meaning}`}${words}`;
}

/** After that long without an end the runtime, too, forgets earlier ones. */
const FORGOTTEN_MS = 600_000;

/** It ends again and again: it waits for its next start, has just ended, or did so more than once a short while ago. */
export function isCrashing(status: ContainerStatus, now: number): boolean {
  if (status.ready) return false;
  if (status.state?.terminated !== undefined || status.state?.waiting?.reason === 'CrashLoopBackOff') return true;
  const last = status.lastState?.terminated;
  return status.restartCount >= 2 && last !== undefined && !(now - parseTime(last.finishedAt) > FORGOTTEN_MS);
}
