// A preStop hook longer than the grace: the process gets 2 s to close its files, whatever it needs, and is killed.
import { afterEach, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../src/testing/index.ts';
import { commands, finding, PODS, ready, rolledOut, run, statefulSet, uidOf } from './support.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

it('costs the clean shutdown; a longer grace gives it back', async () => {
  cluster = await startCluster();
  await cluster.apply(
    statefulSet({
      replicas: 1,
      annotations: { 'simulate.perdure.dev/honor-hooks': 'true', 'simulate.perdure.dev/stop-delay': '5s' },
      container: { lifecycle: { preStop: { exec: { command: ['sh', '-c', 'sleep 45'] } } } },
      pod: { terminationGracePeriodSeconds: 30 },
    }),
  );
  await ready(cluster, 1);
  // Told before anything has happened.
  expect(finding(await cluster.explain('pod/db-0'), 'prestop-overruns').severity).toBe('warning');

  const before = await uidOf(cluster, 'db-0');
  const asked = cluster.now();
  await cluster.client.delete(PODS, 'db-0');
  await cluster.advance(20_000);
  expect(await uidOf(cluster, 'db-0')).toBe(before);
  const during = await cluster.explain('pod/db-0');
  expect([during.state, finding(during, 'pod-terminating').severity]).toEqual(['waiting', 'waits']);
  await cluster.waitFor(PODS, 'db-0', ({ metadata }) => metadata.uid !== before);
  const exit = cluster.pod('db-0').lastExit();
  expect(exit?.code).toBe(137);
  expect(Math.round((exit!.at - asked) / 1000)).toBe(32);

  const [longer] = commands(await cluster.explain('pod/db-0'), 'prestop-overruns');
  expect(longer).toEqual([
    `kubectl -n default patch sts db -p '{"spec":{"template":{"spec":{"terminationGracePeriodSeconds":75}}}}'`,
  ]);
  await run(cluster, longer![0]!);
  await rolledOut(cluster);
  const again = cluster.now();
  await cluster.client.delete(PODS, 'db-0');
  await cluster.advance(60_000);
  expect(cluster.pod('db-0').lastExit()).toEqual({ code: 0, at: expect.any(Number) });
  expect(Math.round((cluster.pod('db-0').lastExit()!.at - again) / 1000)).toBe(50);
});
