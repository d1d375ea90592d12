import type { ContainerState } from '../runtimes/runtime.ts';
import { type ContainerRecord, isRunning } from './container-record.ts';
import type { PodHost } from './host.ts';
import type { PodState } from './pod-state.ts';
import { terminationMessage } from './termination-message.ts';

/**
 * A container has exited, says the runtime; that may come before the start has answered. Resolves when the exit is on
 * record; null when it is none of the instance the worker knows.
 */
export function containerExited(host: PodHost, worker: PodState, state: ContainerState): Promise<void> | null {
  const record = worker.record(state.name);
  if (record === undefined || record.settling !== null) return record?.settling ?? null;
  const early = record.task === 'starting' && record.state?.id !== state.id;
  if (state.attempt !== (early ? record.attempt + 1 : record.attempt)) return null;
  if (!early && !isRunning(record)) return null;
  const settling = settle(host, worker, record, state).finally(() => {
    record.settling = null;
  });
  if (host.files !== null) record.settling = settling;
  return settling;
}

async function settle(host: PodHost, worker: PodState, record: ContainerRecord, state: ContainerState): Promise<void> {
  record.probes?.stop();
  record.probes = null;
  record.ready = false;
  let settled = state;
  if (host.files !== null) {
    const base = `${host.logDirectory(worker.pod)}/${record.name}/${state.attempt}`;
    const paths = { message: `${base}.termination`, log: `${base}.log` };
    const message = await terminationMessage(host.files, paths, record.template, state, worker.records.length);
    settled = { ...state, ...(message === undefined ? {} : { message }) };
  }
  record.attempt = state.attempt;
  record.begun = true;
  record.state = settled;
  for (const listener of record.exitListeners ?? []) listener();
  record.exitListeners = null;
  worker.kick();
}
