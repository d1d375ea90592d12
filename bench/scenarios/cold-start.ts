import { waitFor } from '../load.ts';
import { RawClient } from '../raw-client.ts';
import type { Scenario } from '../scenario.ts';

const POD = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'first' },
  spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: 'nginx:1.25' }] },
});

export const coldStart: Scenario = {
  name: 'cold-start',
  what: 'from process start to an answering API and to the first Ready pod',
  args: ['--runtime', 'simulated'],
  async run(server) {
    const client = await RawClient.open(server.endpoint);
    await waitFor(
      async () => (await client.request('POST', '/api/v1/namespaces/default/pods', POD)).status === 201,
      10_000,
      2,
    );
    await waitFor(() => ready(client), 10_000, 2);
    const firstPodMs = performance.now() - server.startedAt;
    client.close();
    return [
      { name: 'API ready', value: server.apiReadyMs, unit: 'ms' },
      { name: 'first pod Ready', value: firstPodMs, unit: 'ms' },
    ];
  },
};

async function ready(client: RawClient): Promise<boolean> {
  const pod = JSON.parse((await client.request('GET', '/api/v1/namespaces/default/pods/first')).body.toString());
  return (pod.status?.conditions ?? []).some(
    (each: { type: string; status: string }) => each.type === 'Ready' && each.status === 'True',
  );
}
