import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startCluster, type TestCluster } from '../testing/index.ts';
import { registerWhy } from './why.ts';

let cluster: TestCluster;
let directory: string;
let kubeconfig: string;
beforeAll(async () => {
  cluster = await startCluster({ listen: true });
  directory = mkdtempSync(join(tmpdir(), 'perdure-why-'));
  kubeconfig = join(directory, 'config');
  writeFileSync(kubeconfig, cluster.kubeconfig ?? '');
  const claims = { group: '', version: 'v1', resource: 'persistentvolumeclaims', namespace: 'default' };
  await cluster.client.create(claims, {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '1Gi' } } },
  });
});
afterAll(async () => {
  await cluster.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** What the command prints. */
async function run(...args: string[]): Promise<string> {
  const program = new Command('perdure').exitOverride();
  registerWhy(program);
  let text = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  try {
    await program.parseAsync(['why', ...args, '--kubeconfig', kubeconfig], { from: 'user' });
  } finally {
    write.mockRestore();
  }
  return text;
}

it('asks the cluster of a kubeconfig and prints one screen', async () => {
  const text = await run('pvc/data', '-n', 'default');
  expect(text).toContain('PersistentVolumeClaim default/data: Pending, 1Gi asked for');
  expect(text).toContain('its storage class fast does not exist');
  expect(text).toContain(`$ kubectl --kubeconfig ${kubeconfig} apply -f storage-class.yaml`);
});

it('prints the chain as JSON', async () => {
  const chain = JSON.parse(await run('pvc/data', '-o', 'json'));
  expect([chain.state, chain.findings[0].cause]).toEqual(['blocked', 'claim-class-missing']);
});

it('says what to do about a subject that is not there or no subject at all', async () => {
  await expect(run('pvc/date')).rejects.toThrow(
    'there is no PersistentVolumeClaim date in namespace default. There is data; another namespace is named with -n.',
  );
  await expect(run('sts/web')).rejects.toThrow(
    'there is no StatefulSet web in namespace default. There is none at all there; name another namespace with -n.',
  );
  await expect(run('svc/web')).rejects.toThrow('"svc" is not a kind that can be explained');
  await expect(run('pvc/data', '--context', 'nowhere')).rejects.toThrow('contexts has no "nowhere"');
});
