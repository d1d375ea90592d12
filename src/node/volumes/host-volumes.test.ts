import { mkdtemp, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemRandom } from '../../base/random.ts';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import { MemoryClient } from '../../client/testing/memory-client.ts';
import type { KubeObject } from '../../schema/object.ts';
import { nodeFiles } from '../adapters/node-files.ts';
import type { Lookup } from '../lookup.ts';
import { hostVolumes } from './host-volumes.ts';
import type { ClaimOfPod, VolumeManager } from './volume-manager.ts';

let directory: string;
let volumes: VolumeManager;
const configMaps = new Map<string, KubeObject>();
const lookup: Lookup = {
  configMap: (_namespace, name) => configMaps.get(name),
  secret: (_namespace, name) =>
    name === 's'
      ? {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name },
          data: { pass: Buffer.from('geheim').toString('base64') },
        }
      : undefined,
  claim: () => undefined,
  claimsRevision: () => 0,
  volume: () => undefined,
  storageClass: () => undefined,
  services: () => [],
};
const configMap = (data: Record<string, string>) =>
  configMaps.set('c', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'perdure-volumes-'));
  configMaps.clear();
  const clock = new ManualClock();
  const client = new MemoryClient(clock);
  client.createSub = async () => ({ status: { token: 'tok', expirationTimestamp: '2026-01-01T01:00:00Z' } }) as never;
  volumes = hostVolumes({
    client,
    clock,
    random: systemRandom,
    files: nodeFiles,
    lookup,
    directory,
    hostIPs: ['10.0.0.1'],
    podIPs: () => ['10.1.0.1'],
    allocatable: () => ({}),
    allowHostPath: false,
    canChangeOwner: false,
  });
});
afterEach(async () => {
  volumes.stop();
  await rm(directory, { recursive: true, force: true });
});

function pod(volume: object, mounts: object[] = [{ name: 'v', mountPath: '/v' }]) {
  const template = { name: 'main', volumeMounts: mounts };
  return {
    template,
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'ns', uid: 'u', labels: { a: 'b' } },
      spec: { volumes: [{ name: 'v', ...volume }], containers: [template] },
    } as KubeObject,
  };
}
const root = () => join(directory, 'pods/u/volumes/v');
const none = new Map<string, string>();

describe('volumes on the host', () => {
  it('makes a configMap volume through ..data and follows changes', async () => {
    configMap({ one: '1', two: '2' });
    const { pod: p, template } = pod({ configMap: { name: 'c', defaultMode: 0o600 } });
    await volumes.prepare(p);
    expect(await readFile(join(root(), 'one'), 'utf8')).toBe('1');
    expect(await readlink(join(root(), 'one'))).toBe('..data/one');
    expect((await stat(join(root(), 'one'))).mode & 0o777).toBe(0o600);
    expect(await volumes.mounts(p, template, none)).toEqual([
      { hostPath: root(), containerPath: '/v', readOnly: true },
    ]);
    configMap({ one: 'changed' });
    volumes.sourceChanged('ConfigMap', 'ns', 'c');
    await vi.waitFor(async () => expect(await readFile(join(root(), 'one'), 'utf8')).toBe('changed'));
    await expect(stat(join(root(), 'two'))).rejects.toThrow();
  });

  it('projects tokens, keys and the pod itself into one volume', async () => {
    configMap({ 'ca.crt': 'CA' });
    const sources = [
      { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } },
      { configMap: { name: 'c', items: [{ key: 'ca.crt', path: 'certs/ca.crt' }] } },
      { secret: { name: 's' } },
      { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
    ];
    await volumes.prepare(pod({ projected: { sources } }).pod);
    const read = (path: string) => readFile(join(root(), path), 'utf8');
    expect([await read('token'), await read('certs/ca.crt'), await read('pass'), await read('labels')]).toEqual([
      'tok',
      'CA',
      'geheim',
      'a="b"',
    ]);
  });

  it('writes nothing more into what it takes away', async () => {
    const labels = { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] };
    const { pod: p } = pod({ downwardAPI: labels });
    await volumes.prepare(p);
    for (const a of ['1', '2', '3']) volumes.podChanged!({ ...p, metadata: { ...p.metadata, labels: { a } } });
    await volumes.teardown(p);
    await expect(stat(join(directory, 'pods/u'))).rejects.toThrow('ENOENT');
  });

  it('says which object or key is missing', async () => {
    await expect(volumes.prepare(pod({ configMap: { name: 'c' } }).pod)).rejects.toMatchObject({
      eventMessage: 'MountVolume.SetUp failed for volume "v" : configmap "c" not found',
    });
    configMap({});
    await expect(
      volumes.prepare(pod({ configMap: { name: 'c', items: [{ key: 'k', path: 'k' }] } }).pod),
    ).rejects.toThrow('configmap references non-existent config key: k');
    await expect(volumes.prepare(pod({ hostPath: { path: '/' } }).pod)).rejects.toThrow(
      'hostPath volumes are not allowed',
    );
  });

  it('keeps the data of a claim when the pod goes', async () => {
    const { pod: p, template } = pod({ persistentVolumeClaim: { claimName: 'data' } }, [
      { name: 'v', mountPath: '/v', subPathExpr: '$(WHO)' },
    ]);
    const bound: ClaimOfPod = {
      name: 'v',
      claim: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' } },
      volume: { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'pv' }, spec: {} },
    };
    await volumes.prepare(p, [bound]);
    const [mount] = await volumes.mounts(p, template, new Map([['WHO', 'me']]));
    expect(mount?.hostPath).toBe(join(directory, 'volumes/pv/me'));
    await nodeFiles.write(`${mount?.hostPath}/file`, 'kept');
    await volumes.teardown(p);
    expect(await readFile(`${mount?.hostPath}/file`, 'utf8')).toBe('kept');
  });

  it('leaves nothing behind of a pod that ends while its volumes are made', async () => {
    configMap({ a: '1', b: '2' });
    const { pod: p } = pod({ configMap: { name: 'c' } }, [{ name: 'v', mountPath: '/v' }]);
    const made = volumes.prepare(p);
    await volumes.teardown(p);
    await made;
    await expect(stat(root())).rejects.toThrow('ENOENT');
  });

  it('lets no link lead a subPath out of the volume', async () => {
    const { pod: p, template } = pod({ emptyDir: {} }, [{ name: 'v', mountPath: '/v', subPath: 'out' }]);
    await volumes.prepare(p);
    await nodeFiles.link('/etc', join(root(), 'out'));
    await expect(volumes.mounts(p, template, none)).rejects.toThrow(
      'failed to prepare subPath for volumeMount "v" of container "main"',
    );
  });
});
