import type { Command } from 'commander';
import type { DataDirectory } from '../cluster/data-directory.ts';
import { type CommonOptions, dataDirectory, requireRunning, waitForExit, withCommon } from './common.ts';
import { type Output, outputFor, UserError } from './output.ts';

const STOP_TIMEOUT_MS = 120_000;

/** Stops the process on this directory and the pods it runs; objects and volumes stay. */
export async function stopRunning(directory: DataDirectory, output: Output): Promise<number> {
  const state = requireRunning(directory);
  const started = performance.now();
  process.kill(state.pid, 'SIGTERM');
  if (!(await waitForExit(state.pid, STOP_TIMEOUT_MS))) {
    throw new UserError(
      `pid ${state.pid} did not stop within ${STOP_TIMEOUT_MS / 1000} s. See ${directory.log}; "kill -9 ${state.pid}" ends it, its pods are found again at the next "perdure up".`,
    );
  }
  output.step(`Stopped (pid ${state.pid}); objects and volumes stay in ${directory.path}`, performance.now() - started);
  return state.pid;
}

export function registerDown(program: Command): void {
  withCommon(program.command('down').description('stop the control plane and its pods; data and objects stay')).action(
    async (options: CommonOptions) => {
      const output = outputFor(options.output);
      output.result({ stopped: await stopRunning(dataDirectory(options), output) });
    },
  );
}
