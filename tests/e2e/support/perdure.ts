import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
/** Recordings of the real thing, where the checkout has them beside it. */
export const shared = join(dirname(root), 'shared');
export const hasShared = existsSync(join(shared, 'golden'));
export const manifest = (name: string): string => join(shared, 'manifests', name);

/** The `perdure` command on a data directory of its own. */
export class Perdure {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'perdure-e2e-'));

  async command(args: readonly string[], timeoutMs = 180_000): Promise<string> {
    const [name, ...rest] = args;
    const { stdout } = await run(
      process.execPath,
      [join(root, 'bin', 'perdure'), name!, '--data-dir', this.dataDir, ...rest],
      {
        timeout: timeoutMs,
        env: { ...process.env, NO_COLOR: '1' },
      },
    );
    return stdout;
  }

  up(...args: readonly string[]): Promise<string> {
    return this.command(['up', '--detach', ...args]);
  }

  get kubeconfig(): string {
    return join(this.dataDir, 'kubeconfig');
  }

  get state(): { readonly pid: number; readonly server: string } {
    return JSON.parse(readFileSync(join(this.dataDir, 'state.json'), 'utf8'));
  }

  get credentials(): { readonly administratorToken: string } {
    return JSON.parse(readFileSync(join(this.dataDir, 'credentials.json'), 'utf8'));
  }

  /** kill -9; resolves when the process is gone. */
  async kill(): Promise<void> {
    const { pid } = this.state;
    process.kill(pid, 'SIGKILL');
    await until(`pid ${pid} is gone`, () => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    });
  }

  async remove(): Promise<void> {
    await this.command(['reset', '--yes']).catch(() => {});
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** Waits for a condition, with a deadline; the message of the failure says what was waited for and the last error. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeoutMs = 60_000,
): Promise<Exclude<T, null | undefined | false | 0 | ''>> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as Exclude<T, null | undefined | false | 0 | ''>;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline)
      throw new Error(
        `not within ${timeoutMs} ms: ${what}${last === undefined ? '' : ` (${(last as Error).message})`}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
