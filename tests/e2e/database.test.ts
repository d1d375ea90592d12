import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has, Kube, type Kubectl, kubectls, WANTED } from './support/kubectl.ts';
import { hasShared, manifest, Perdure, root, until } from './support/perdure.ts';

const DEBIAN = '/usr/lib/postgresql';
const hasPostgres =
  has('postgres') ||
  (existsSync(DEBIAN) && readdirSync(DEBIAN).some((version) => existsSync(join(DEBIAN, version, 'bin', 'postgres'))));
const file = hasShared ? manifest('database.yaml') : join(root, 'examples', 'postgres', 'database.yaml');
const ORDINALS = [0, 1, 2];

interface Pod {
  metadata: { uid: string };
  status: {
    containerStatuses: { containerID: string; restartCount: number }[];
    conditions: { type: string; status: string; lastTransitionTime: string }[];
  };
}

/** Show 2: real PostgreSQL, and its data outlives every kind of deletion and a kill -9 of Perdure. */
function suite(kubectl: Kubectl): void {
  const perdure = new Perdure();
  const kube = new Kube(kubectl, perdure.kubeconfig);
  const pod = (ordinal: number): Promise<Pod> => kube.json<Pod>(['get', 'pod', `database-${ordinal}`]);
  const sql = (ordinal: number, text: string): Promise<string> =>
    kube.ok(['exec', `database-${ordinal}`, '--', 'psql', '-U', 'postgres', '-tAc', text]);
  const allReady = (): Promise<string> => kube.ok(['rollout', 'status', 'statefulset/database', '--timeout=120s']);
  /** The manifest has no probes: Ready means that the process runs, not that PostgreSQL already answers. */
  const answers = (ordinal: number): Promise<unknown> =>
    until(`database-${ordinal} answers`, async () => (await sql(ordinal, 'select 1')).trim() === '1');
  const rows = async (): Promise<string[]> => {
    for (const ordinal of ORDINALS) await answers(ordinal);
    return Promise.all(ORDINALS.map(async (ordinal) => (await sql(ordinal, 'select who from kept')).trim()));
  };
  const written = ORDINALS.map((ordinal) => `written to ${ordinal}`);

  beforeAll(async () => {
    await perdure.up('--runtime', 'process');
    await kube.ok(['apply', '-f', file]);
    await allReady();
  });
  afterAll(() => perdure.remove());

  it('comes up in order and keeps a row in each member', async () => {
    const times = await Promise.all(
      ORDINALS.map(
        async (ordinal) =>
          (await pod(ordinal)).status.conditions.find((each) => each.type === 'Ready')!.lastTransitionTime,
      ),
    );
    expect(times).toEqual([...times].sort());
    for (const ordinal of ORDINALS) {
      await answers(ordinal);
      await sql(ordinal, `create table kept (who text); insert into kept values ('${written[ordinal]}')`);
    }
    expect(await rows()).toEqual(written);
  });

  it('finds it again after pod 1 is deleted, with a new uid', async () => {
    const before = await pod(1);
    await kube.ok(['delete', 'pod', 'database-1']);
    await until('database-1 is a new pod', async () => (await pod(1)).metadata.uid !== before.metadata.uid);
    await allReady();
    expect(await rows()).toEqual(written);
  });

  it('finds it again after the StatefulSet is deleted and made anew', async () => {
    await kube.ok(['delete', 'statefulset', 'database']);
    await until('the pods are gone', async () => (await kube.ok(['get', 'pods', '-o', 'name'])).trim() === '');
    await kube.ok(['apply', '-f', file]);
    await allReady();
    expect(await rows()).toEqual(written);
  });

  it('goes on with the same processes after kill -9 of Perdure', async () => {
    const pids = (): Promise<string[]> =>
      Promise.all(
        ORDINALS.map(async (ordinal) =>
          (await sql(ordinal, 'select pg_backend_pid() > 0, extract(epoch from pg_postmaster_start_time())')).trim(),
        ),
      );
    const before = await Promise.all(ORDINALS.map(pod));
    const started = await pids();
    await perdure.kill();
    await perdure.up('--runtime', 'process');
    await allReady();
    expect(await pids()).toEqual(started);
    const after = await Promise.all(ORDINALS.map(pod));
    expect(after.map((each) => [each.metadata.uid, each.status.containerStatuses[0]!.containerID])).toEqual(
      before.map((each) => [each.metadata.uid, each.status.containerStatuses[0]!.containerID]),
    );
    expect(await rows()).toEqual(written);
  });
}

for (const kubectl of kubectls(WANTED)) {
  describe.skipIf(!hasPostgres || !hasShared)(
    `database.yaml with kubectl ${kubectl.version} (needs PostgreSQL on the machine)`,
    () => suite(kubectl),
  );
}
