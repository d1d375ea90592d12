import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataDirectories } from './support/data-directories.ts';
import { Kube, type Kubectl, kubectls, WANTED } from './support/kubectl.ts';
import { Perdure, root, until } from './support/perdure.ts';
import { hasPostgres, hasPsql, LedgerWriter, sql } from './support/postgres.ts';
import { ReadyWatch } from './support/ready-watch.ts';

const EXAMPLE = join(root, 'examples', 'postgres', 'postgres.yaml');
const PASSWORD = 'change-me';
const NODES = ['node-1', 'node-2', 'node-3'];
const MEMBERS = ['postgres-0', 'postgres-1', 'postgres-2'];
const PRIMARY = 'postgres-0';
const SELECTOR = 'app.kubernetes.io/name=postgres';
/** Everything that takes minutes by default takes seconds: a lease of 8 s, of a quarter of it to the next renewal. */
const FAST = ['--node-lease-duration', '8s', '--node-monitor-grace-period', '14s'];
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName: string };
  readonly status: {
    readonly podIP: string;
    readonly conditions: readonly { readonly type: string; readonly status: string }[];
  };
}
const isReady = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  pod.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');

/** Show 2 of what is around the set: PostgreSQL on three nodes in three zones, drained in turn, then killed, under write load. */
function suite(kubectl: Kubectl): void {
  const perdure = new Perdure();
  const kube = new Kube(kubectl, perdure.kubeconfig);
  const pod = (name: string): Promise<Pod> => kube.json<Pod>(['get', 'pod', name]);
  const writer = new LedgerWriter(async () => (await pod(PRIMARY)).status.podIP, PASSWORD);
  const directories = new DataDirectories();
  let watch: ReadyWatch;

  const ask = async (name: string, text: string): Promise<string> =>
    sql((await pod(name)).status.podIP, PASSWORD, text);
  const allReady = (): Promise<unknown> =>
    until('all members are Ready', async () => (await Promise.all(MEMBERS.map(pod))).every(isReady), 120_000);
  const why = (subject: string): Promise<string> => perdure.command(['why', subject]);
  const dataOf = async (name: string): Promise<string> => {
    const volume = await kube.ok(['get', 'pvc', `data-${name}`, '-o', 'jsonpath={.spec.volumeName}']);
    return join(perdure.dataDir, 'volumes', volume, 'pgdata');
  };
  const fail = (node: string, failure: string): Promise<string> =>
    kube.ok(['annotate', 'node', node, `perdure.dev/failure=${failure}`]);
  const mend = async (node: string): Promise<void> => {
    await kube.ok(['annotate', 'node', node, 'perdure.dev/failure-']);
    await kube.ok(['wait', '--for=condition=Ready', `node/${node}`, '--timeout=60s']);
  };

  /** What was acknowledged is there, on the primary and, once they have caught up, on the replicas. */
  async function nothingIsLost(): Promise<void> {
    const acknowledged = [...writer.acknowledged];
    const last = acknowledged.at(-1)!;
    for (const name of MEMBERS) {
      const rows = await until(`${name} has row ${last}`, async () => {
        const answer = (await ask(name, 'select n from ledger order by n')).split('\n').map(Number);
        return answer.includes(last) ? new Set(answer) : null;
      });
      expect([name, acknowledged.filter((row) => !rows.has(row))]).toEqual([name, []]);
    }
  }

  beforeAll(async () => {
    await perdure.up('--runtime', 'process', '--nodes', '3', '--zones', 'a,b,c', ...FAST);
    // What a node that died gets is two seconds here, for the test not to wait.
    const manifest = readFileSync(EXAMPLE, 'utf8').replace('tolerationSeconds: &lost 10', 'tolerationSeconds: &lost 2');
    await kube.ok(['apply', '-f', '-'], { input: manifest });
    await allReady();
    watch = new ReadyWatch(kube, SELECTOR);
    await until('the watch knows the members', () => watch.ready === MEMBERS.length);
    directories.start();
    await ask(PRIMARY, 'create table ledger (n bigint primary key)');
    writer.start();
    await writer.more(20);
  }, 300_000);
  afterAll(async () => {
    await writer.stop();
    watch?.stop();
    directories.stop();
    await perdure.remove();
  });

  it('stands on three nodes, one a zone, and two replicas follow', async () => {
    const nodes = await Promise.all(MEMBERS.map(async (name) => (await pod(name)).spec.nodeName));
    expect([...nodes].sort()).toEqual(NODES);
    expect(await ask(PRIMARY, 'select count(*) from pg_stat_replication')).toBe('2');
  });

  it('has two Ready at any time while each node is drained in turn, and loses no acknowledged row', async () => {
    watch.mark();
    for (const node of NODES) {
      await kube.ok(['drain', node, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=100s']);
      const here = await kube.json<{ items: Pod[] }>(['get', 'pods', '--field-selector', `spec.nodeName=${node}`]);
      expect(here.items).toEqual([]);
      await allReady();
      await writer.more(20);
      await kube.ok(['uncordon', node]);
    }
    expect(watch.fewest).toBe(2);
    await nothingIsLost();
    expect(directories.doubles.slice(0, 3)).toEqual([]);
  });

  it('keeps a member of a node that died Terminating until it is confirmed, then runs it elsewhere', async () => {
    const before = await pod(PRIMARY);
    const node = before.spec.nodeName;
    await fail(node, 'power-off');
    await until('it is marked for deletion', async () => (await pod(PRIMARY)).metadata.deletionTimestamp !== undefined);
    expect(await why(`pod/${PRIMARY}`)).toMatch(/stays Terminating: its node node-\d does not\s+answer/);
    // Longer than any controller waits before it acts.
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    expect((await pod(PRIMARY)).metadata.uid).toBe(before.metadata.uid);

    await kube.ok(['taint', 'node', node, `${OUT_OF_SERVICE}=nodeshutdown:NoExecute`]);
    await allReady();
    const after = await pod(PRIMARY);
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    expect(after.spec.nodeName).not.toBe(node);
    await writer.more(20);
    await nothingIsLost();
    await mend(node);
    expect(await why(`node/${node}`)).toContain('still declared out of service');
    await kube.ok(['taint', 'node', node, `${OUT_OF_SERVICE}-`]);
  });

  it('runs elsewhere without a second writer when a node is cut off that fences itself', async () => {
    await kube.ok(['annotate', 'nodes', '--all', 'perdure.dev/self-fencing=true']);
    const path = 'jsonpath={.items[*].metadata.annotations.perdure\\.dev/self-fencing}';
    await until('all nodes promise', async () => {
      const promises = await kube.ok(['get', 'leases', '-n', 'kube-node-lease', '-o', path]);
      return promises.trim().split(' ').length === NODES.length;
    });
    const before = await pod(PRIMARY);
    const node = before.spec.nodeName;
    const data = await dataOf(PRIMARY);
    const earlier = directories.historyOf(data).length;
    await fail(node, 'cut-off');
    // Cut off is not off: it goes on writing for as long as it may.
    await writer.more(20);
    await until('the member is made anew', async () => (await pod(PRIMARY)).metadata.uid !== before.metadata.uid);
    await allReady();
    expect(directories.doubles.slice(0, 3)).toEqual([]);
    expect((await pod(PRIMARY)).spec.nodeName).not.toBe(node);
    expect(await why(`node/${node}`)).toContain('ended its members by itself');
    await writer.more(20);
    await nothingIsLost();

    // The old server ended when its lease did; the new one came after the promise and its margin.
    const [old, next] = directories.historyOf(data).slice(earlier - 1);
    expect(next!.from - old!.to).toBeGreaterThan(1_000);
    await mend(node);
    await writer.more(20);
    expect(directories.doubles.slice(0, 3)).toEqual([]);
    await nothingIsLost();
  });
}

// Which kubectl it is makes no difference here; the newest will do.
const newest = kubectls(WANTED).at(-1);
if (newest === undefined || !hasPostgres || !hasPsql)
  describe.skip('examples/postgres (needs PostgreSQL with psql on the machine, and kubectl)', () =>
    it('runs', () => {}));
else describe(`examples/postgres with kubectl ${newest.version}`, () => suite(newest));
