import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import type { DataDirectory } from '../cluster/data-directory.ts';
import { UserError } from './output.ts';

/**
 * Starts the same command without `--detach` in the background and shows its progress until it says that it is ready.
 * Its later output goes to the log of the data directory.
 */
export async function startDetached(directory: DataDirectory): Promise<void> {
  directory.ensure();
  const log = openSync(directory.log, 'a', 0o600);
  const args = process.argv.slice(1).filter((argument) => argument !== '--detach');
  const child = spawn(process.execPath, args, {
    detached: true,
    stdio: ['inherit', log, log, 'ipc'],
    env: { ...process.env, ...(process.stdout.isTTY === true ? { PERDURE_TERMINAL: '1' } : {}) },
  });
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message: { readonly print?: string; readonly ready?: boolean }) => {
      if (message.print !== undefined) process.stdout.write(message.print);
      if (message.ready === true) resolve();
    });
    child.once('exit', (code) =>
      reject(new UserError(`it did not start (exit status ${code}). The reason stands in ${directory.log}.`)),
    );
  });
  child.disconnect();
  child.unref();
}
