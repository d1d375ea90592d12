import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../base/random.ts';
import { EventBroadcaster } from '../../client/events.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import { EVENTS, PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS } from '../../client/resources.ts';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import { MemoryClient } from '../../client/testing/memory-client.ts';
import { conflict } from '../../schema/status.ts';
import type { Pod } from '../framework/objects.ts';
import { createStatefulSetController } from './controller.ts';
import type { StatefulSet } from './types.ts';

const pods = { ...PODS, namespace: 'n' };
const sets = { ...STATEFUL_SETS, namespace: 'n' };

function webSet(spec: object = {}): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'a' }] } },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      ...spec,
    },
  };
}

async function world() {
  const clock = new ManualClock();
  const client = new MemoryClient(clock);
  const informers = new InformerFactory(client, clock);
  const events = new EventBroadcaster(client, clock);
  const controller = createStatefulSetController({ client, informers, clock, random: systemRandom, events, gates: {} });
  const started = controller.start();
  await clock.settle();
  await started;
  const makeReady = async (name: string) => {
    const pod = await client.get<Pod>(pods, name);
    const status = {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: new Date(clock.now()).toISOString() }],
    };
    await client.update(pods, { ...pod, status }, 'status');
    await clock.settle();
  };
  const names = async () => (await client.list(pods)).items.map((pod) => pod.metadata.name).sort();
  const status = async () => (await client.get<StatefulSet>(sets, 'web')).status;
  return { clock, client, makeReady, names, status };
}

describe('the controller', () => {
  it('brings members up in order, rolls them and takes them down', async () => {
    const { clock, client, makeReady, names, status } = await world();
    await client.create(sets, webSet());
    await clock.settle();
    expect(await names()).toEqual(['web-0']);
    await makeReady('web-0');
    expect(await names()).toEqual(['web-0', 'web-1']);
    await makeReady('web-1');
    expect(await status()).toMatchObject({ replicas: 2, readyReplicas: 2, currentReplicas: 2, updatedReplicas: 2 });

    await client.patch(sets, 'web', 'merge', {
      spec: { template: { spec: { containers: [{ name: 'main', image: 'b' }] } } },
    });
    await clock.settle();
    await makeReady('web-1');
    await makeReady('web-0');
    const rolled = await status();
    expect(rolled?.currentRevision).toBe(rolled?.updateRevision);

    await client.patch(sets, 'web', 'merge', { spec: { replicas: 0 } });
    await clock.settle();
    expect(await names()).toEqual([]);
    const order = client.log.filter((line) => /^(create|delete) pods/.test(line));
    expect(order).toEqual([
      'create pods/web-0',
      'create pods/web-1',
      'delete pods/web-1',
      'create pods/web-1',
      'delete pods/web-0',
      'create pods/web-0',
      'delete pods/web-1',
      'delete pods/web-0',
    ]);
  });

  it('creates claims before pods, and reports both', async () => {
    const { clock, client } = await world();
    const claim = { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } };
    await client.create(
      sets,
      webSet({
        replicas: 1,
        volumeClaimTemplates: [claim],
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
      }),
    );
    await clock.settle();
    const made = await client.get({ ...PERSISTENT_VOLUME_CLAIMS, namespace: 'n' }, 'data-web-0');
    expect(made.metadata.ownerReferences?.map((owner) => owner.kind)).toEqual(['StatefulSet']);
    const events = (await client.list({ ...EVENTS, namespace: 'n' })).items;
    expect(events.map((event) => event.message)).toEqual([
      'Create Claim data-web-0 Pod web-0 in StatefulSet web success',
      'Create Pod web-0 in StatefulSet web successful',
    ]);
  });

  it('adopts an orphan that matches and releases a pod that no longer does', async () => {
    const { clock, client, names } = await world();
    await client.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web-0', labels: { app: 'web' } },
      spec: { containers: [] },
    });
    const set = await client.create(sets, webSet({ replicas: 1 }));
    await clock.settle();
    expect((await client.get(pods, 'web-0')).metadata.ownerReferences?.[0]?.uid).toBe(set.metadata.uid);
    await client.patch(pods, 'web-0', 'merge', { metadata: { labels: { app: 'other' } } });
    await clock.settle();
    expect((await client.get(pods, 'web-0')).metadata.ownerReferences).toEqual([]);
    expect(await names()).toEqual(['web-0']);
  });

  it('tries a failed pass again, later each time', async () => {
    const { clock, client, names } = await world();
    let failures = 3;
    client.intercept = ({ verb, resource, name }) => {
      if (verb === 'create' && resource === 'pods' && failures-- > 0) throw conflict(PODS, name, 'not now');
    };
    await client.create(sets, webSet({ replicas: 1 }));
    await clock.settle();
    expect(await names()).toEqual([]);
    await clock.advance(5 + 10 + 20);
    expect(await names()).toEqual(['web-0']);
  });

  it('looks again when a member becomes available by time alone', async () => {
    const { clock, client, makeReady, names } = await world();
    await client.create(sets, webSet({ minReadySeconds: 30 }));
    await clock.settle();
    await makeReady('web-0');
    await clock.advance(29_000);
    expect(await names()).toEqual(['web-0']);
    await clock.advance(1_000);
    expect(await names()).toEqual(['web-0', 'web-1']);
  });
});
