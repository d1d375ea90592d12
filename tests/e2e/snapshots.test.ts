import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noLoopDevices } from '../support/loop-devices.ts';
import { Kube, type Kubectl, kubectls } from './support/kubectl.ts';
import { Perdure, until } from './support/perdure.ts';

/** Files the numbers go to, in this order, with ballast between them for whoever copies one after the other. */
const FILES = [1, 2, 3, 4, 5, 6];
/**
 * Writes each number to all files in their order, and beside that forces blocks to the disk. At any moment a file is
 * ahead of the next one by one at most: copied one after the other from a running program, they are hundreds apart.
 */
const WRITER = `
for f in ${FILES.join(' ')}; do dd if=/dev/zero of=/data/ballast-$f bs=1M count=24 2>/dev/null; done
exec ${FILES.map((file) => `${file + 3}>>/data/log-${file}`).join(' ')}
while :; do dd if=/dev/zero of=/data/block bs=256k count=1 conv=notrunc,fsync 2>/dev/null; sleep 0.05; done &
i=0
while :; do i=$((i + 1)); ${FILES.map((file) => `echo $i >&${file + 3}`).join('; ')}; done`;
/** Number of lines and last line of each file. */
const READ = `for f in ${FILES.join(' ')}; do wc -l </data/log-$f; tail -n 1 /data/log-$f; done`;

const loopless = noLoopDevices();

interface SetOptions {
  readonly script: string;
  readonly replicas?: number;
  readonly dataSource?: object;
  readonly size?: string;
  readonly storageClassName?: string;
}

function set(name: string, { script, replicas = 1, size = '1Gi', ...claim }: SetOptions): object {
  const container = { name: 'main', image: 'busybox', command: ['sh', '-c', script] };
  const spec = {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: size } },
    ...claim,
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name },
    spec: {
      serviceName: name,
      replicas,
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ ...container, volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
        },
      },
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec }],
    },
  };
}

const SNAPSHOT = {
  apiVersion: 'snapshot.storage.k8s.io/v1',
  kind: 'VolumeSnapshot',
  metadata: { name: 'while-writing' },
  spec: { source: { persistentVolumeClaimName: 'data-writer-0' } },
};

/** Of each file the number of lines, and the number in the last of them. */
type Written = readonly { readonly lines: number; readonly says: number }[];
const mostOf = (written: Written): number => written[0]?.lines ?? 0;
const leastOf = (written: Written): number => written.at(-1)?.lines ?? 0;

/** Of one moment: no file is ahead of what the program had done, no line is missing or torn. */
function expectOneMoment(written: Written): void {
  expect(written).toHaveLength(FILES.length);
  expect(written.map(({ says }) => says)).toEqual(written.map(({ lines }) => lines));
  expect(written.map(({ lines }) => lines)).toEqual(written.map(({ lines }) => lines).sort((a, b) => b - a));
  expect(mostOf(written) - leastOf(written)).toBeLessThanOrEqual(1);
}

/** Show 3: a volume snapshotted under load and restored into a new set; a claim cloned. */
function suite(kubectl: Kubectl): void {
  const perdure = new Perdure();
  const kube = new Kube(kubectl, perdure.kubeconfig);
  const apply = (...items: object[]): Promise<string> =>
    kube.ok(['apply', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
  const columns = async (...argv: string[]): Promise<string[][]> =>
    (await kube.ok(['get', ...argv]))
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
  const read = async (pod: string): Promise<Written> => {
    const numbers = (await kube.ok(['exec', pod, '--', 'sh', '-c', READ])).trim().split('\n').map(Number);
    return FILES.map((_, index) => ({ lines: numbers[2 * index] ?? 0, says: numbers[2 * index + 1] ?? 0 }));
  };
  /** The program goes on: it writes more than it had written. */
  const goesOn = async (pod: string, than: number): Promise<number> =>
    until(`${pod} goes on`, async () => {
      const now = leastOf(await read(pod));
      return now > than ? now : 0;
    });
  const ready = (name: string): Promise<string> =>
    kube.ok(['rollout', 'status', `statefulset/${name}`, '--timeout=120s']);

  beforeAll(async () => {
    await perdure.up('--runtime', 'process', '--volume-snapshots');
  });
  afterAll(() => perdure.remove());

  let before = 0;
  let restored: Written;

  it('takes a snapshot of a volume of 1 GiB that is being written to', async () => {
    await apply(set('writer', { script: WRITER }));
    before = await goesOn('writer-0', 2_000);
    await apply(SNAPSHOT);
    await kube.ok([
      'wait',
      'volumesnapshot/while-writing',
      '--for=jsonpath={.status.readyToUse}=true',
      '--timeout=120s',
    ]);
    await goesOn('writer-0', mostOf(await read('writer-0')));
  });

  it('prints snapshots, contents and classes as the definitions of upstream have it', async () => {
    const [names, row = []] = await columns('volumesnapshot');
    expect(names).toEqual(
      'NAME READYTOUSE SOURCEPVC SOURCESNAPSHOTCONTENT RESTORESIZE SNAPSHOTCLASS SNAPSHOTCONTENT CREATIONTIME AGE'.split(
        ' ',
      ),
    );
    const content = row.find((cell) => cell.startsWith('snapcontent-')) ?? 'none';
    expect(row.slice(0, 6)).toEqual(['while-writing', 'true', 'data-writer-0', '1Gi', 'standard', content]);
    expect(await columns('vsc')).toEqual([
      'NAME READYTOUSE RESTORESIZE DELETIONPOLICY DRIVER VOLUMESNAPSHOTCLASS VOLUMESNAPSHOT VOLUMESNAPSHOTNAMESPACE AGE'.split(
        ' ',
      ),
      [
        content,
        'true',
        '1073741824',
        'Delete',
        'csi.perdure.dev',
        'standard',
        'while-writing',
        'default',
        expect.stringMatching(/^\d+[sm]/),
      ],
    ]);
    expect(await columns('vsclass')).toEqual([
      ['NAME', 'DRIVER', 'DELETIONPOLICY', 'AGE'],
      ['standard', 'csi.perdure.dev', 'Delete', expect.stringMatching(/^\d+[sm]/)],
    ]);
  });

  it('tells the scrape of a node how full its claims are, and who else may not know', async () => {
    const page = '/api/v1/nodes/node-1/proxy/metrics';
    const metrics = await kube.ok(['get', '--raw', page]);
    const used =
      /^kubelet_volume_stats_used_bytes\{namespace="default",persistentvolumeclaim="data-writer-0"\} (\d+)$/m;
    expect(Number(used.exec(metrics)?.[1])).toBeGreaterThan(100 * 2 ** 20);
    const summary = JSON.parse(await kube.ok(['get', '--raw', '/api/v1/nodes/node-1/proxy/stats/summary']));
    expect(summary.pods[0]).toMatchObject({
      podRef: { name: 'writer-0' },
      volume: [{ name: 'data', pvcRef: { name: 'data-writer-0', namespace: 'default' } }],
    });
    const refused = await kube.try(['get', '--raw', page, '--as', 'nobody']);
    expect(refused.stderr).toContain('cannot get resource "nodes/proxy" in API group "" at the cluster scope');
    const monitoring = ['--as', 'prometheus', '--as-group', 'system:monitoring'];
    const own = await kube.ok(['get', '--raw', '/metrics', ...monitoring]);
    expect(own).toMatch(/^apiserver_request_total\{.*resource="volumesnapshots".*verb="(POST|APPLY|PATCH)".*\} 1$/m);
    const objects = await kube.ok(['get', '--raw', '/metrics/objects', ...monitoring]);
    expect(objects).toContain('kube_statefulset_replicas{namespace="default",statefulset="writer"} 1\n');
  });

  it('restores it into every member of a new set, as it was at one moment', async () => {
    const dataSource = { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 'while-writing' };
    const after = mostOf(await read('writer-0'));
    await apply(set('restored', { script: 'exec sleep 3600', replicas: 2, dataSource }));
    await ready('restored');
    restored = await read('restored-0');
    expectOneMoment(restored);
    expect(leastOf(restored)).toBeGreaterThanOrEqual(before);
    expect(mostOf(restored)).toBeLessThanOrEqual(after);
    expect(await read('restored-1')).toEqual(restored);
  });

  it('clones the claim of a running program, and leaves the program running', async () => {
    await apply(
      set('clone', {
        script: 'exec sleep 3600',
        dataSource: { kind: 'PersistentVolumeClaim', name: 'data-writer-0' },
      }),
    );
    await ready('clone');
    const cloned = await read('clone-0');
    expectOneMoment(cloned);
    expect(leastOf(cloned)).toBeGreaterThan(mostOf(restored));
    await goesOn('writer-0', mostOf(cloned));
  });

  it('refuses a claim that is smaller than the snapshot', async () => {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'small' },
      spec: {
        storageClassName: 'at-once',
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '512Mi' } },
        dataSource: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 'while-writing' },
      },
    };
    await apply(
      {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: { name: 'at-once' },
        provisioner: 'perdure.dev/local',
      },
      claim,
    );
    const why = 'requested volume size 512Mi is less than the size 1Gi for the source snapshot while-writing';
    await until('the refusal is told', async () =>
      (await kube.ok(['get', 'events', '--field-selector', 'involvedObject.name=small'])).includes(why),
    );
  });

  const requestOf = (size: string): string => JSON.stringify({ spec: { resources: { requests: { storage: size } } } });
  const capacityOf = (claim: string): Promise<string> =>
    kube.ok(['get', 'pvc', claim, '-o', 'jsonpath={.status.capacity.storage}']);

  it('grows a bound claim, and says of its volume that nothing enforces the size', async () => {
    const limit = 'jsonpath={.items[?(@.spec.claimRef.name=="data-clone-0")].metadata.annotations}';
    expect(JSON.parse(await kube.ok(['get', 'pv', '-o', limit]))).toMatchObject({
      'perdure.dev/size-limit': expect.stringMatching(/^(none|project-quota)$/),
    });
    await kube.ok(['patch', 'pvc', 'data-clone-0', '-p', requestOf('2Gi')]);
    await until('the claim has its size', async () => (await capacityOf('data-clone-0')) === '2Gi');
    const { status } = await kube.json<{ status: object }>(['get', 'pvc', 'data-clone-0']);
    expect(status).toMatchObject({ phase: 'Bound', allocatedResources: { storage: '2Gi' } });
    expect(status).not.toHaveProperty('conditions');
  });

  it.skipIf(loopless !== null)(
    'enforces the size of a volume with a file system of its own, and grows that',
    async () => {
      await apply(
        {
          apiVersion: 'storage.k8s.io/v1',
          kind: 'StorageClass',
          metadata: { name: 'sized' },
          provisioner: 'perdure.dev/local',
          parameters: { enforce: 'loop' },
          volumeBindingMode: 'WaitForFirstConsumer',
          allowVolumeExpansion: true,
        },
        set('sized', { script: 'exec sleep 3600', size: '64Mi', storageClassName: 'sized' }),
      );
      await ready('sized');
      const inside = (script: string): Promise<string> => kube.ok(['exec', 'sized-0', '--', 'sh', '-c', script]);
      const sizeInside = async (): Promise<number> =>
        Number(await inside("df -P -k /data | awk 'END { print int($2 / 1024) }'"));
      expect(await sizeInside()).toBeLessThanOrEqual(64);
      expect(await inside('{ head -c 80M /dev/zero >/data/big; } 2>&1 || echo refused')).toContain('No space left');
      await kube.ok(['patch', 'pvc', 'data-sized-0', '-p', requestOf('256Mi')]);
      const pending = 'jsonpath={.status.conditions[?(@.type=="FileSystemResizePending")].status}';
      const grown = async (): Promise<boolean> => (await capacityOf('data-sized-0')) === '256Mi';
      const waits = async (): Promise<boolean> =>
        (await kube.ok(['get', 'pvc', 'data-sized-0', '-o', pending])) === 'True';
      await until(
        'it grows, or says that a pod has to be started again',
        async () => (await grown()) || (await waits()),
      );
      await kube.ok(['delete', 'pod', 'sized-0']);
      await ready('sized');
      await until('the claim has its size', grown);
      expect(await sizeInside()).toBeGreaterThan(200);
      await inside('head -c 80M /dev/zero >/data/big');
    },
  );

  it('deletes content and copy with the snapshot once no claim waits for it, and not what was restored', async () => {
    await kube.ok(['delete', 'volumesnapshot', 'while-writing', '--wait=false']);
    await kube.ok(['delete', 'pvc', 'small']);
    await kube.ok(['wait', 'volumesnapshot/while-writing', '--for=delete', '--timeout=60s']);
    expect(await kube.ok(['get', 'volumesnapshotcontent', '-o', 'name'])).toBe('');
    expect(await read('restored-0')).toEqual(restored);
  });
}

const newest = kubectls(['1.36'])[0] ?? kubectls(['1.33'])[0];
describe.skipIf(newest === undefined)(`volume snapshots with kubectl ${newest?.version ?? '(none found)'}`, () => {
  if (newest !== undefined) suite(newest);
});
