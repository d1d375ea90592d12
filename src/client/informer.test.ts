import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../schema/object.ts';
import { expired } from '../schema/status.ts';
import type { Client, WatchEvent, WatchHandlers } from './client.ts';
import { Informer } from './informer.ts';
import { CONFIG_MAPS } from './resources.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { MemoryClient } from './testing/memory-client.ts';
import { WriteTracker } from './write-tracker.ts';

const target = { ...CONFIG_MAPS, namespace: 'n' };
const map = (name: string, colour = 'red') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels: { colour } },
});

async function started() {
  const clock = new ManualClock();
  const client = new MemoryClient(clock);
  await client.create(target, map('old'));
  const informer = new Informer(client, clock, CONFIG_MAPS);
  informer.addIndex('colour', (object) => [object.metadata.labels?.colour ?? '']);
  const told: string[] = [];
  informer.on({
    add: (object) => told.push(`add ${object.metadata.name}`),
    update: (object) => told.push(`update ${object.metadata.name}`),
    delete: (object) => told.push(`delete ${object.metadata.name}`),
  });
  void informer.start();
  await clock.settle();
  return { clock, client, informer, told };
}

describe('Informer', () => {
  it('lists, follows, and tells its handlers', async () => {
    const { client, informer, told } = await started();
    await client.create(target, map('new'));
    await client.patch(target, 'new', 'merge', { data: { a: '1' } });
    await client.delete(target, 'old');
    expect(told).toEqual(['add old', 'add new', 'update new', 'delete old']);
    expect(informer.list().map((object) => object.metadata.name)).toEqual(['new']);
  });

  it('keeps its indexes at each change', async () => {
    const { client, informer } = await started();
    const of = (colour: string) => informer.byIndex('colour', colour).map((object) => object.metadata.name);
    await client.patch(target, 'old', 'merge', { metadata: { labels: { colour: 'blue' } } });
    expect([of('red'), of('blue')]).toEqual([[], ['old']]);
    await client.delete(target, 'old');
    expect(of('blue')).toEqual([]);
  });

  it('tells late handlers what is there', async () => {
    const { informer } = await started();
    const seen: unknown[] = [];
    informer.on({ add: (object) => seen.push(object.metadata.name) });
    expect(seen).toEqual(['old']);
  });

  it('lists again when history is gone, and tells only the differences', async () => {
    const { clock, client, told } = await started();
    await client.create(target, map('kept'));
    told.length = 0;
    client.disconnect('configmaps', expired('too old'));
    await client.delete(target, 'old');
    await client.create(target, map('new'));
    await clock.advance(1000);
    expect(told.sort()).toEqual(['add new', 'delete old']);
  });

  it('tells of two lives under one name as of two objects', async () => {
    const { clock, client, told } = await started();
    told.length = 0;
    client.disconnect('configmaps', expired('too old'));
    await client.delete(target, 'old');
    await client.create(target, map('old'));
    await clock.advance(1000);
    expect(told).toEqual(['delete old', 'add old']);
  });
});

describe('WriteTracker', () => {
  it('does not go back to an earlier life that a server tells of again', async () => {
    const clock = new ManualClock();
    const life = (uid: string, resourceVersion: string) => ({
      ...map('one'),
      metadata: { name: 'one', namespace: 'n', uid, resourceVersion },
    });
    let tell: (events: readonly WatchEvent<KubeObject>[]) => void = () => {};
    const client = {
      list: async () => ({ items: [life('second', '4')], resourceVersion: '4' }),
      watch: (_target: unknown, _options: unknown, handlers: WatchHandlers<KubeObject>) => {
        tell = handlers.onEvents;
        return () => {};
      },
    } as unknown as Client;
    const informer = new Informer(client, clock, CONFIG_MAPS);
    const told: string[] = [];
    informer.on({
      add: (object) => told.push(`add ${object.metadata.uid}`),
      update: (object) => told.push(`update ${object.metadata.uid}`),
      delete: (object) => told.push(`delete ${object.metadata.uid}`),
    });
    void informer.start();
    await clock.settle();
    tell([
      { type: 'MODIFIED', object: life('first', '2') },
      { type: 'DELETED', object: life('first', '3') },
      { type: 'ADDED', object: life('second', '4') },
      { type: 'MODIFIED', object: life('second', '5') },
    ]);
    expect(told).toEqual(['add second', 'update second']);
  });

  it('calls a cache stale until it has seen the write', () => {
    const tracker = new WriteTracker();
    const informer = {
      target: CONFIG_MAPS,
      revision: 4,
      synced: true,
      byKey: () => undefined,
      start: async () => {},
      stop: () => {},
      addIndex: () => {},
    };
    tracker.record('key', informer, { ...map('a'), metadata: { name: 'a', resourceVersion: '5' } });
    expect(tracker.staleReason('key')).toBe(
      'read version: 4 is not as new as written version: 5 for group resource configmaps',
    );
    informer.revision = 5;
    expect(tracker.staleReason('key')).toBeNull();
  });

  it('tells until the cache shows that what was deleted is gone, going, or another object of the name', () => {
    const informer = {
      target: CONFIG_MAPS,
      revision: 4,
      synced: true,
      cached: undefined as KubeObject | undefined,
      byKey: () => informer.cached,
      start: async () => {},
      stop: () => {},
      addIndex: () => {},
    };
    const seen = { ...map('a'), metadata: { name: 'a', uid: 'first' } };
    const shows = (cached: KubeObject | undefined): boolean => {
      const tracker = new WriteTracker();
      informer.cached = seen;
      tracker.recordDelete('key', informer, seen);
      expect(tracker.staleReason('key')).not.toBeNull();
      expect(tracker.staleReason('another key')).toBeNull();
      informer.cached = cached;
      return tracker.staleReason('key') === null;
    };
    expect(shows(seen)).toBe(false);
    expect(shows(undefined)).toBe(true);
    expect(shows({ ...seen, metadata: { ...seen.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } })).toBe(true);
    expect(shows({ ...seen, metadata: { ...seen.metadata, uid: 'second' } })).toBe(true);
  });
});
