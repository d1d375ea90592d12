import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../base/random.ts';
import { EventBroadcaster } from '../../client/events.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import { CONFIG_MAPS, NAMESPACES, PODS } from '../../client/resources.ts';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import { MemoryClient } from '../../client/testing/memory-client.ts';
import { createNamespaceController } from './controller.ts';

const verbs = ['delete', 'list', 'watch'];

describe('a terminating namespace', () => {
  it('loses its pods first, then the rest, and says what is left', async () => {
    const clock = new ManualClock();
    const client = new MemoryClient(clock);
    const controller = createNamespaceController({
      client,
      clock,
      informers: new InformerFactory(client, clock),
      events: new EventBroadcaster(client, clock),
      random: systemRandom,
      gates: {},
      catalog: {
        list: () => [
          { ...CONFIG_MAPS, kind: 'ConfigMap', namespaced: true, verbs },
          { ...PODS, kind: 'Pod', namespaced: true, verbs },
        ],
        onChange: () => () => {},
      },
    });
    void controller.start();
    const at = (id: typeof PODS) => ({ ...id, namespace: 'n' });
    await client.create(at(PODS), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { nodeName: 'node' },
    });
    await client.create(at(CONFIG_MAPS), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' } });
    await client.create(NAMESPACES, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'n', finalizers: ['kept-by-spec'] },
      spec: { finalizers: ['kubernetes'] },
    });
    await client.delete(NAMESPACES, 'n');
    await clock.settle();
    const conditions = (await client.get(NAMESPACES, 'n')).status.conditions as { type: string; message: string }[];
    expect(conditions.find(({ type }) => type === 'NamespaceContentRemaining')?.message).toBe(
      'Some resources are remaining: pods. has 1 resource instances',
    );
    expect((await client.list(at(CONFIG_MAPS))).items).toHaveLength(1);

    await client.delete(at(PODS), 'p', { gracePeriodSeconds: 0 });
    await clock.advance(1000);
    expect((await client.list(at(CONFIG_MAPS))).items).toHaveLength(0);
    expect((await client.get(NAMESPACES, 'n')).spec.finalizers).toEqual([]);
  });
});
