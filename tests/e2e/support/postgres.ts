import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { has } from './kubectl.ts';
import { until } from './perdure.ts';

const run = promisify(execFile);
const DEBIAN = '/usr/lib/postgresql';

/** A program of PostgreSQL on this machine; null when it is not there. */
function program(name: string): string | null {
  if (has(name)) return name;
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN) : [];
  return versions.map((version) => join(DEBIAN, version, 'bin', name)).find((path) => existsSync(path)) ?? null;
}

export const hasPostgres = program('postgres') !== null;
const psql = program('psql');
export const hasPsql = psql !== null;

const OPTIONS = ['--no-psqlrc', '--username=postgres', '-v', 'ON_ERROR_STOP=1', '--quiet', '-At'];
const environment = (password: string): NodeJS.ProcessEnv => ({
  ...process.env,
  PGPASSWORD: password,
  PGCONNECT_TIMEOUT: '2',
});

/** Answer of a member, asked from outside the cluster at its own address. */
export async function sql(host: string, password: string, text: string): Promise<string> {
  const { stdout } = await run(psql!, [...OPTIONS, '--host', host, '-c', text], {
    env: environment(password),
    maxBuffer: 64 << 20,
    timeout: 20_000,
  });
  return stdout.trim();
}

/** A server that has not answered by then is given up, and another connection made. */
const ANSWER_MS = 3_000;
const PAUSE_MS = 5;

/**
 * Writes rows 1, 2, 3 … one after the other, each in a transaction of its own, and remembers which were acknowledged.
 * When the primary goes away it asks again where it is; a row that was under way is in doubt and not written again.
 */
export class LedgerWriter {
  readonly acknowledged: number[] = [];
  readonly #address: () => Promise<string>;
  readonly #password: string;
  #next = 1;
  #stopped = false;
  #running: Promise<void> | null = null;
  /** How often a connection was made. */
  connections = 0;

  /** `address`: where the primary is now. */
  constructor(address: () => Promise<string>, password: string) {
    this.#address = address;
    this.#password = password;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** Resolves when this many more rows have been acknowledged. */
  async more(count: number): Promise<void> {
    const wanted = this.acknowledged.length + count;
    await until(`${count} more rows are acknowledged`, () => this.acknowledged.length >= wanted);
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const host = await this.#address().catch(() => '');
      if (host !== '') await this.#session(host);
      await pause(100);
    }
  }

  async #session(host: string): Promise<void> {
    const child = spawn(psql!, [...OPTIONS, '--host', host], { env: environment(this.#password) });
    this.connections++;
    const answers = new Answers(child);
    while (!this.#stopped) {
      const row = this.#next++;
      child.stdin.write(`insert into ledger values (${row}) returning n;\n`);
      if ((await answers.next(ANSWER_MS)) !== String(row)) break;
      this.acknowledged.push(row);
      await pause(PAUSE_MS);
    }
    child.kill('SIGKILL');
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Lines a psql prints, one asked for at a time. */
class Answers {
  readonly #lines: string[] = [];
  #ended = false;
  #wake: () => void = () => {};

  constructor(child: ChildProcessWithoutNullStreams) {
    // It may be gone while we write to it.
    child.stdin.on('error', () => {});
    child.stderr.resume();
    createInterface(child.stdout).on('line', (line) => {
      this.#lines.push(line);
      this.#wake();
    });
    child.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** Null when none comes: it has ended, or time is up. */
  async next(timeoutMs: number): Promise<string | null> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#wake();
    }, timeoutMs);
    while (this.#lines.length === 0 && !this.#ended && !late)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    clearTimeout(timer);
    return this.#lines.shift() ?? null;
  }
}
