import { homedir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { DataDirectory, isAlive, type RunningState } from '../cluster/data-directory.ts';
import { type OutputFormat, UserError } from './output.ts';

/** `$PERDURE_DATA_DIR`, else the user's data folder (XDG Base Directory). */
function defaultDataDir(): string {
  const data = process.env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share');
  return process.env.PERDURE_DATA_DIR ?? join(data, 'perdure');
}

/** How the user called us, so that a command we print can be typed as it stands. */
export function selfName(): string {
  const script = process.argv[1] ?? 'perdure';
  const near = relative(process.cwd(), script);
  return near === join('bin', 'perdure')
    ? near
    : script.includes('node_modules')
      ? 'npx perdure'
      : near.startsWith('..')
        ? script
        : near;
}

export interface CommonOptions {
  readonly dataDir: string;
  readonly output: OutputFormat;
}

/** Options every command takes. */
export function withCommon(command: Command): Command {
  return command
    .option('--data-dir <dir>', 'where keys, objects, volumes and logs are kept', defaultDataDir())
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'));
}

export function dataDirectory(options: CommonOptions): DataDirectory {
  return new DataDirectory(resolve(options.dataDir));
}

/** The process that runs on the data directory; a UserError with the way out when there is none. */
export function requireRunning(directory: DataDirectory): RunningState {
  const state = directory.running();
  if (state === null) {
    throw new UserError(
      `no Perdure runs on ${directory.path}. Start one with "perdure up --data-dir ${directory.path}", or name the right --data-dir.`,
    );
  }
  return state;
}

/** True once `pid` is gone, false when it is still there after `timeoutMs`. */
export async function waitForExit(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    if (!isAlive(pid)) return true;
    if (performance.now() > deadline) return false;
    await new Promise((done) => setTimeout(done, 25));
  }
}
