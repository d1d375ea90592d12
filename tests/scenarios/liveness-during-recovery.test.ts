// A liveness probe that knows nothing of recovery kills the process in the middle of it, again and again; a startupProbe cures it.
import { afterEach, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../src/testing/index.ts';
import { causes, commands, MINUTE, PODS, ready, run, statefulSet } from './support.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

const restarts = async (): Promise<number> =>
  (await cluster.client.get(PODS, 'db-0')).status.containerStatuses[0].restartCount;

it('is a crash loop that a startupProbe ends', async () => {
  cluster = await startCluster();
  const probe = { tcpSocket: { port: 5432 }, periodSeconds: 10, failureThreshold: 3 };
  await cluster.apply(
    statefulSet({
      replicas: 1,
      // Replaying the log takes 90 s; the probe is patient for 20.
      annotations: { 'simulate.perdure.dev/recovery': '90s' },
      container: { livenessProbe: probe, readinessProbe: probe },
    }),
  );
  await cluster.advance(10 * MINUTE);
  expect(await restarts()).toBeGreaterThanOrEqual(5);
  const { status } = await cluster.client.get(PODS, 'db-0');
  expect(status.containerStatuses[0]).toMatchObject({
    ready: false,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
  });
  const why = await cluster.explain('sts/db');
  expect([why.state, causes(why)[0]]).toEqual(['blocked', 'blocked-at-ordinal > liveness-kills']);
  const [cure] = commands(why, 'liveness-kills');
  expect(cure?.[0]).toContain('"startupProbe":{"tcpSocket":{"port":5432},"periodSeconds":10,"failureThreshold":60}');
  expect(cure?.[1]).toBe('kubectl -n default delete pod db-0');

  for (const line of cure ?? []) await run(cluster, line);
  await ready(cluster, 1);
  expect(await restarts()).toBe(0);
  await cluster.advance(10 * MINUTE);
  expect([await restarts(), (await cluster.explain('sts/db')).state]).toEqual([0, 'fine']);
});
