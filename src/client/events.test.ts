import { describe, expect, it } from 'vitest';
import { EventBroadcaster } from './events.ts';
import { EVENTS } from './resources.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { MemoryClient } from './testing/memory-client.ts';

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n', uid: 'u' } };

function world() {
  const clock = new ManualClock();
  const client = new MemoryClient(clock);
  const recorder = new EventBroadcaster(client, clock).recorder({ component: 'test', host: 'node' });
  const events = async (namespace = 'n') => {
    await clock.settle();
    return (await client.list({ ...EVENTS, namespace })).items;
  };
  return { clock, client, recorder, events };
}

describe('EventRecorder', () => {
  it('raises the count of an event that repeats', async () => {
    const { recorder, events, clock } = world();
    recorder.event(pod, 'Normal', 'Same', 'again');
    await events();
    await clock.advance(5000);
    recorder.event(pod, 'Normal', 'Same', 'again');
    const [event, ...others] = await events();
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      count: 2,
      reason: 'Same',
      source: { component: 'test', host: 'node' },
      involvedObject: { kind: 'Pod', uid: 'u' },
    });
    expect(event?.lastTimestamp).not.toBe(event?.firstTimestamp);
  });

  it('combines events that differ in their message only, from the tenth on', async () => {
    const { recorder, events } = world();
    for (let i = 0; i < 15; i++) recorder.event(pod, 'Warning', 'Many', `number ${i}`);
    const messages = (await events()).map((event) => event.message);
    expect(messages).toHaveLength(10);
    expect(messages.at(-1)).toBe('(combined from similar events): number 14');
  });

  it('lets one source tell 25 things of an object, then one in five minutes', async () => {
    const { recorder, events, clock } = world();
    const all = async () => (await events()).reduce((sum, event) => sum + event.count, 0);
    for (let i = 0; i < 40; i++) recorder.event(pod, 'Normal', `R${i}`, 'm');
    expect(await all()).toBe(25);
    await clock.advance(300_000);
    recorder.event(pod, 'Normal', 'Later', 'm');
    expect(await all()).toBe(26);
  });

  it('puts events of cluster-scoped objects in default', async () => {
    const { recorder, events } = world();
    recorder.event({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node' } }, 'Normal', 'R', 'm');
    expect((await events('default')).map((event) => event.message)).toEqual(['m']);
  });
});
