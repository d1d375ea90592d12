import { expect, it } from 'vitest';
import { clusterOptions, type UpOptions } from './up-options.ts';

const GIVEN: UpOptions = {
  dataDir: '/tmp/x',
  output: 'text',
  file: [],
  nodes: '3',
  runtime: 'simulated',
  network: 'auto',
  host: '127.0.0.1',
  port: '0',
  nodeMonitorGracePeriod: '50s',
  nodeLeaseDuration: '40s',
};
const times = (nodeMonitorGracePeriod: string, nodeLeaseDuration: string): number[] => {
  const { nodeMonitorGraceMs, nodeLeaseMs } = clusterOptions({ ...GIVEN, nodeMonitorGracePeriod, nodeLeaseDuration });
  return [nodeMonitorGraceMs, nodeLeaseMs];
};

it('reads how long nodes may be silent, in whole seconds', () => {
  expect(times('50s', '40s')).toEqual([50_000, 40_000]);
  expect(times('1m30s', '4s')).toEqual([90_000, 4_000]);
  for (const wrong of ['50', 'soon', '0s', '-5s', '1500ms', '25h'])
    expect(() => times(wrong, '40s')).toThrow(/^--node-monitor-grace-period takes whole seconds from 1s to 86400s/);
  expect(() => times('50s', '3s')).toThrow(/^--node-lease-duration takes whole seconds from 4s to 3600s.*not "3s"/);
});
