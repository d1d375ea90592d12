import { RawClient } from '../raw-client.ts';
import type { Scenario } from '../scenario.ts';
import { usage } from '../server.ts';

const SETTLE_MS = 5_000;
const WINDOW_MS = 20_000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const idle: Scenario = {
  name: 'idle',
  what: `memory, and CPU over ${WINDOW_MS / 1000} s, of a cluster of 3 nodes that does nothing`,
  args: ['--runtime', 'simulated', '--nodes', '3'],
  async run(server) {
    if (server.pid === 0) return [];
    (await RawClient.open(server.endpoint)).close();
    await pause(SETTLE_MS);
    const before = usage(server.pid);
    await pause(WINDOW_MS);
    const after = usage(server.pid);
    return [
      { name: 'idle memory', value: after.rssMiB, unit: 'MiB' },
      { name: 'idle CPU', value: ((after.cpuSeconds - before.cpuSeconds) / (WINDOW_MS / 1000)) * 100, unit: '%' },
    ];
  },
};
