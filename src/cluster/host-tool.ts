import { execFile } from 'node:child_process';

const ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };
const LONGEST_MS = 120_000;

/** Runs a program of the machine with exactly these arguments; resolves with its output. */
export type HostTool = (program: string, args: readonly string[]) => Promise<string>;

/** A program ended badly; the message names it and says what it said. */
export class ToolFailed extends Error {
  /** Exit status; null: it was not started, or killed. */
  readonly status: number | null;

  constructor(message: string, status: number | null) {
    super(message);
    this.name = 'ToolFailed';
    this.status = status;
  }
}

/** Rejects with ToolFailed. */
export const hostTool: HostTool = (program, args) =>
  new Promise((resolve, reject) => {
    execFile(program, args, { env: ENVIRONMENT, timeout: LONGEST_MS }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else
        reject(
          new ToolFailed(
            `${program}: ${stderr.trim() || error.message}`,
            typeof error.code === 'number' ? error.code : null,
          ),
        );
    });
  });
