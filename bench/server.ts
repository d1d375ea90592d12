import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Endpoint, RawClient } from './raw-client.ts';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A server under test: ours, started for one scenario, or another one given by URL. */
export interface Server {
  readonly endpoint: Endpoint;
  /** Process id whose CPU and memory count; 0 when the server is not ours. */
  readonly pid: number;
  readonly startedAt: number;
  readonly apiReadyMs: number;
  stop(): void;
}

async function answering(endpoint: Endpoint): Promise<boolean> {
  try {
    const client = await RawClient.open(endpoint);
    const { status } = await client.request('GET', '/readyz');
    client.close();
    return status === 200;
  } catch {
    return false;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** Starts `perdure up` on a fresh data directory; `apiReadyMs` counts from the spawn. */
export async function startPerdure(
  args: readonly string[],
  dataDir = mkdtempSync(join(tmpdir(), 'perdure-bench-')),
): Promise<Server> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [join(root, 'bin', 'perdure'), 'up', '--data-dir', dataDir, '--port', String(port), ...args],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const deadline = startedAt + 20_000;
  let endpoint: Endpoint = { host: '127.0.0.1', port };
  while (!(await answering(endpoint))) {
    if (performance.now() > deadline || child.exitCode !== null) throw new Error('perdure did not start');
    await pause(4);
  }
  const apiReadyMs = performance.now() - startedAt;
  const { administratorToken } = JSON.parse(readFileSync(join(dataDir, 'credentials.json'), 'utf8'));
  endpoint = { ...endpoint, token: administratorToken };
  return {
    endpoint,
    pid: child.pid!,
    startedAt,
    apiReadyMs,
    stop() {
      child.kill('SIGKILL');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Resident memory in MiB, and CPU seconds used, of a process. */
export function usage(pid: number): { readonly rssMiB: number; readonly cpuSeconds: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return {
    rssMiB: Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticks,
  };
}

/** Highest resident memory so far, MiB. */
export function peakMiB(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
}
