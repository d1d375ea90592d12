import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { STATEFUL_SETS } from '../client/resources.ts';
import { startCluster } from '../testing/index.ts';
import { registerSimulate } from './simulate.ts';

let directory: string;
let manifest: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'perdure-simulate-'));
  manifest = join(directory, 'web.yaml');
  writeFileSync(manifest, WEB);
});
afterAll(() => {
  process.exitCode = 0;
  rmSync(directory, { recursive: true, force: true });
});

const WEB = `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: web }
spec:
  replicas: 2
  serviceName: web
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: main, image: "web:1" }] }
`;

/** What the command prints, and its exit status. */
async function run(...args: string[]): Promise<{ readonly text: string; readonly status: unknown }> {
  const program = new Command('perdure').exitOverride();
  program.configureOutput({ writeErr: () => {} });
  registerSimulate(program);
  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
  let text = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  process.exitCode = 0;
  try {
    await program.parseAsync(['simulate', ...args], { from: 'user' });
    return { text, status: process.exitCode };
  } finally {
    write.mockRestore();
    process.exitCode = 0;
  }
}

it('plays a scenario in words on manifests, and ends with 2 when something is stuck', async () => {
  const page = join(directory, 'page.html');
  const { text, status } = await run('-f', manifest, '--scenario', 'roll web:2 never-ready=1', '--html', page);
  expect(text).toContain('is stuck at ordinal 1');
  expect(status).toBe(2);
  expect(readFileSync(page, 'utf8')).toContain('<svg');
});

it('plays a file of steps, and ends with 0 when all is as wanted; -o json is the report', async () => {
  const file = join(directory, 'steps.yaml');
  writeFileSync(file, 'steps:\n  - roll: web:2\n  - wait: 30s\n');
  const { text, status } = await run('-f', manifest, '--scenario', file, '-o', 'json', '--ready-after', '20s');
  const report = JSON.parse(text);
  expect([report.outcome, status]).toEqual(['as wanted', 0]);
  expect(report.steps.map(({ step }: { step: string }) => step)).toEqual(['start', 'roll to web:2', 'wait 30s']);
  // Two members, each two seconds to start and twenty to be ready.
  expect(report.steps[0].changedMs).toBeGreaterThan(44_000);
});

it('begins with what a live cluster has, and leaves that as it is', async () => {
  const cluster = await startCluster({ nodes: 2, zones: ['x', 'y'], listen: true });
  try {
    const kubeconfig = join(directory, 'config');
    writeFileSync(kubeconfig, cluster.kubeconfig ?? '');
    await cluster.apply(WEB);
    const sets = { ...STATEFUL_SETS, namespace: 'default' };
    const before = await cluster.waitFor(sets, 'web', (set) => set.status?.readyReplicas === 2);
    const args = ['--from-kubeconfig', '--kubeconfig', kubeconfig, '-o', 'json', '--scenario'];
    const { text, status } = await run(...args, 'lose-zone', 'x', 'nodes=deleted');
    const report = JSON.parse(text);
    expect(report.steps[0]).toMatchObject({ step: 'as found', stuck: [] });
    expect(report.members.map(({ intervals }: { intervals: { state: string }[] }) => intervals[0]?.state)).toEqual([
      'ready',
      'ready',
    ]);
    expect([report.outcome, status]).toEqual(['as wanted', 0]);
    const after = await cluster.client.get(sets, 'web');
    expect(after.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    await expect(run(...args, 'undo', '-n', 'other')).rejects.toThrow('there is no StatefulSet in namespace other');
  } finally {
    await cluster.stop();
  }
});

it.each([
  [['--scenario', 'undo'], 'simulate begins either with manifests (-f PATH) or with a live cluster'],
  [['-f', 'MANIFEST', '--scenario', 'nothing.yaml'], 'there is no such file, and it does not begin with a step'],
  [['-f', 'MANIFEST', '--scenario', 'undo'], 'undo: default/web has only one revision'],
  [['-f', 'MANIFEST', '--scenario', 'start', '--nodes', '0'], 'Write a whole number from 1 to 500.'],
  [['-f', 'MANIFEST', '--scenario', 'start', '--limit', 'soon'], 'Write a duration, such as 30s or 5m.'],
])('says what is wrong with %j', async (args, message) => {
  await expect(run(...args.map((arg) => (arg === 'MANIFEST' ? manifest : arg)))).rejects.toThrow(message);
});
