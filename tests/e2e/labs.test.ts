import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kube, kubectls, WANTED } from './support/kubectl.ts';
import { Perdure, root, until } from './support/perdure.ts';

const [kubectl] = kubectls(WANTED).slice(-1);

interface Pod {
  metadata: { name: string; uid: string; labels: Record<string, string>; deletionTimestamp?: string };
  spec: { containers: { image: string }[]; volumes: { persistentVolumeClaim?: { claimName: string } }[] };
  status: { podIP: string; conditions: { type: string; status: string }[] };
}
interface Status {
  role: string;
  version: string;
  lastIndex: number;
  format: number;
}

const ready = (pod: Pod): boolean =>
  pod.status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ?? false;

/** The three labs every StatefulSet course has, on real processes. */
describe.skipIf(kubectl === undefined)('labs', () => {
  const perdure = new Perdure();
  let kube: Kube;
  const pod = (ordinal: number): Promise<Pod> => kube.json<Pod>(['get', 'pod', `ledger-store-${ordinal}`]);
  const allReady = (count: number): Promise<unknown> =>
    until(`${count} members Ready`, async () => {
      const { items } = await kube.json<{ items: Pod[] }>(['get', 'pods', '-l', 'app.kubernetes.io/name=ledger-store']);
      return (
        items.length === count && items.every((each) => ready(each) && each.metadata.deletionTimestamp === undefined)
      );
    });
  const inPod = (ordinal: number, ...command: string[]): Promise<string> =>
    kube.ok(['exec', `ledger-store-${ordinal}`, '--', ...command]);
  const ask = async (ordinal: number, host: string, path: string, init = '{}'): Promise<string> =>
    inPod(
      ordinal,
      'node',
      '-e',
      `fetch(process.argv[1], JSON.parse(process.argv[2])).then((r) => r.text()).then((t) => process.stdout.write(t))`,
      `http://${host}:8080${path}`,
      init,
    );
  const status = async (ordinal: number): Promise<Status> =>
    JSON.parse(await ask(ordinal, `ledger-store-${ordinal}.ledger-store`, '/status'));

  beforeAll(async () => {
    await perdure.up('-f', join(root, 'examples', 'ledger-store'), '--wait');
    kube = new Kube(kubectl!, perdure.kubeconfig);
  });
  afterAll(() => perdure.remove());

  it('identity: stable names, names of each ordinal from inside a pod, a deleted member comes back as itself', async () => {
    const names = (await kube.ok(['get', 'pods', '-o', 'name'])).trim().split('\n');
    expect(names).toEqual(['pod/ledger-store-0', 'pod/ledger-store-1', 'pod/ledger-store-2']);
    for (const ordinal of [0, 1, 2]) {
      expect((await inPod(ordinal, 'hostname')).trim()).toBe(`ledger-store-${ordinal}`);
      for (const other of [0, 1, 2]) {
        const answer: Status & { name: string } = JSON.parse(
          await ask(ordinal, `ledger-store-${other}.ledger-store.default.svc.cluster.local`, '/status'),
        );
        expect(answer).toMatchObject({ name: `ledger-store-${other}`, role: other === 0 ? 'leader' : 'follower' });
      }
    }
    const before = await pod(1);
    await kube.ok(['delete', 'pod', 'ledger-store-1']);
    await allReady(3);
    const after = await pod(1);
    expect(after.metadata.name).toBe(before.metadata.name);
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    expect(after.spec.volumes.map((volume) => volume.persistentVolumeClaim?.claimName).filter(Boolean)).toEqual([
      'data-ledger-store-1',
    ]);
    expect(JSON.parse(await ask(0, 'ledger-store-1.ledger-store', '/status'))).toMatchObject({
      name: 'ledger-store-1',
    });
  });

  it('claims per replica: unique data survives the deletion of its pod and a scale from 3 to 1 to 3', async () => {
    const file = '/var/lib/ledger-store/mine';
    for (const ordinal of [0, 1, 2])
      await inPod(ordinal, 'sh', '-c', 'echo "$1" > "$2"', 'sh', `data of ${ordinal}`, file);
    await kube.ok(['delete', 'pod', 'ledger-store-2']);
    await allReady(3);
    expect((await inPod(2, 'cat', file)).trim()).toBe('data of 2');
    await kube.ok(['scale', 'statefulset', 'ledger-store', '--replicas=1']);
    await allReady(1);
    expect((await kube.ok(['get', 'pvc', '-o', 'name'])).trim().split('\n')).toHaveLength(3);
    await kube.ok(['scale', 'statefulset', 'ledger-store', '--replicas=3']);
    await allReady(3);
    for (const ordinal of [0, 1, 2]) expect((await inPod(ordinal, 'cat', file)).trim()).toBe(`data of ${ordinal}`);
  });

  it('ordered rollout: 2, 1, 0; a broken readiness stops it; undo needs the broken pod to be deleted', async () => {
    const index = JSON.parse(
      await ask(
        0,
        'ledger-store-0.ledger-store',
        '/entries',
        JSON.stringify({ method: 'POST', body: 'before the upgrade' }),
      ),
    ).index;
    const path = '/spec/template/spec/containers/0/readinessProbe/httpGet/path';
    await kube.ok([
      'patch',
      'statefulset',
      'ledger-store',
      '--type=json',
      '-p',
      JSON.stringify([{ op: 'replace', path, value: '/broken' }]),
    ]);
    await until('ordinal 2 is replaced and not Ready', async () => {
      const member = await pod(2);
      const history = await kube.json<{ items: { metadata: { name: string }; revision: number }[] }>([
        'get',
        'controllerrevisions',
      ]);
      const newest = history.items.reduce((last, each) => (each.revision > last.revision ? each : last));
      return (
        member.metadata.labels['controller-revision-hash'] === newest.metadata.name &&
        member.status.podIP !== undefined &&
        !ready(member)
      );
    });
    const untouched = await Promise.all([pod(0), pod(1)]);
    expect(untouched.every(ready)).toBe(true);

    await kube.ok(['rollout', 'undo', 'statefulset/ledger-store']);
    const stuck = await kube.try(['rollout', 'status', 'statefulset/ledger-store', '--timeout=4s']);
    expect(stuck.code).not.toBe(0);
    expect(ready(await pod(2))).toBe(false);
    await kube.ok(['delete', 'pod', 'ledger-store-2']);
    await kube.ok(['rollout', 'status', 'statefulset/ledger-store', '--timeout=60s']);
    await allReady(3);

    const order: string[] = [];
    const seen = new Map(
      (await kube.json<{ items: Pod[] }>(['get', 'pods'])).items.map((each) => [each.metadata.name, each.metadata.uid]),
    );
    await kube.ok(['set', 'image', 'statefulset/ledger-store', 'app=example/ledger-store:2.9.0']);
    await until('every member runs 2.9.0', async () => {
      const { items } = await kube.json<{ items: Pod[] }>(['get', 'pods']);
      for (const each of items) {
        if (seen.get(each.metadata.name) !== each.metadata.uid && !order.includes(each.metadata.name))
          order.push(each.metadata.name);
      }
      return (
        items.length === 3 && items.every((each) => ready(each) && each.spec.containers[0]!.image.endsWith(':2.9.0'))
      );
    });
    expect(order).toEqual(['ledger-store-2', 'ledger-store-1', 'ledger-store-0']);
    for (const ordinal of [0, 1, 2]) {
      await until(`ordinal ${ordinal} holds the entry in format 2`, async () => {
        const now = await status(ordinal);
        return now.version === '2.9.0' && now.format === 2 && now.lastIndex >= index;
      });
    }
  });
});
