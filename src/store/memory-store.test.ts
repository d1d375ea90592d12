import { describe, expect, it } from 'vitest';
import { MemoryBackend } from './backends/memory.ts';
import { MemoryStore } from './memory-store.ts';
import {
  type Backend,
  type BackendState,
  type BackendWrite,
  Compacted,
  StoreConflict,
  type StoreEvent,
} from './store.ts';

const ABSENT = { kind: 'absent' } as const;
const at = (revision: number) => ({ kind: 'revision', revision }) as const;
const encode = (text: string) => (revision: number) => {
  const value = { text, revision };
  return { value, bytes: Buffer.from(JSON.stringify(value)) };
};

/** A backend whose commits end when the test says so. */
class HeldBackend implements Backend {
  readonly batches: (readonly BackendWrite[])[] = [];
  #release: ((error?: Error) => void)[] = [];
  async load(): Promise<BackendState> {
    return { revision: 0, entries: [] };
  }
  commit(batch: readonly BackendWrite[]): Promise<void> {
    this.batches.push(batch);
    return new Promise((resolve, reject) => {
      this.#release.push((error) => (error === undefined ? resolve() : reject(error)));
    });
  }
  async release(error?: Error): Promise<void> {
    this.#release.shift()?.(error);
    for (let i = 0; i < 5; i++) await Promise.resolve();
  }
  async close(): Promise<void> {}
}

const open = (): Promise<MemoryStore> => MemoryStore.open({ backend: new MemoryBackend() });

describe('MemoryStore', () => {
  it('lists in key order whatever the order of writes, and pages by key', async () => {
    const store = await open();
    for (const name of ['c', 'a', 'b', 'd']) await store.put(`core/pods/ns/${name}`, ABSENT, encode(name));
    await store.put('core/pods/other/a', ABSENT, encode('x'));
    const names = store.list('core/pods/ns/').entries.map((entry) => entry.key.at(-1));
    expect(names).toEqual(['a', 'b', 'c', 'd']);
    const page = store.list('core/pods/', { after: 'core/pods/ns/b', limit: 2 });
    expect(page.entries.map((entry) => entry.key)).toEqual(['core/pods/ns/c', 'core/pods/ns/d']);
    expect(page.remaining).toBe(1);
    expect(store.count('core/pods/ns/')).toBe(4);
  });

  it('shows and acknowledges nothing before the backend has it, and gathers what arrives meanwhile', async () => {
    const backend = new HeldBackend();
    const store = await MemoryStore.open({ backend });
    const told: string[] = [];
    store.watch('core/pods/', 0, (events) => told.push(...events.map((event) => event.key)));
    const first = store.put('core/pods/ns/a', ABSENT, encode('1'));
    first.then(() => told.push('acknowledged a'));
    await Promise.resolve();
    const rest = [store.put('core/pods/ns/b', ABSENT, encode('2')), store.put('core/pods/ns/c', ABSENT, encode('3'))];
    expect(store.get('core/pods/ns/a')).toBeNull();
    expect(store.getPending('core/pods/ns/a')).not.toBeNull();
    expect(store.revision).toBe(0);
    await backend.release();
    expect(told).toEqual(['core/pods/ns/a', 'acknowledged a']);
    expect(backend.batches.map((batch) => batch.length)).toEqual([1, 2]);
    await backend.release();
    await Promise.all(rest);
    expect(store.revision).toBe(3);
  });

  it('judges expectations against what is on its way', async () => {
    const store = await open();
    const writes = [store.put('core/pods/ns/a', ABSENT, encode('1')), store.put('core/pods/ns/a', ABSENT, encode('2'))];
    await expect(writes[1]).rejects.toBeInstanceOf(StoreConflict);
    const { revision } = await writes[0]!;
    const deleted = store.delete('core/pods/ns/a', at(revision), encode('gone'));
    await store.put('core/pods/ns/a', ABSENT, encode('again'));
    await deleted;
    expect(store.get<{ text: string }>('core/pods/ns/a')?.value.text).toBe('again');
  });

  it('gives lists and watches of the past, and says when it is gone', async () => {
    const store = await MemoryStore.open({ backend: new MemoryBackend(), history: { maxEvents: 4, maxBytes: 1e6 } });
    const a = await store.put('core/pods/ns/a', ABSENT, encode('1'));
    await store.put('core/pods/ns/b', ABSENT, encode('2'));
    await store.put('core/pods/ns/a', at(a.revision), encode('3'));
    await store.delete('core/pods/ns/b', at(2), encode('4'));
    const texts = (revision: number): string[] =>
      store.list<{ text: string }>('core/pods/', { revision }).entries.map((entry) => entry.value.text);
    expect(texts(2)).toEqual(['1', '2']);
    expect(texts(3)).toEqual(['3', '2']);
    expect(texts(4)).toEqual(['3']);
    const events: StoreEvent[] = [];
    store.watch('core/pods/', 1, (batch) => events.push(...batch));
    expect(events.map((event) => [event.type, event.revision])).toEqual([
      ['put', 2],
      ['put', 3],
      ['delete', 4],
    ]);
    await store.put('core/pods/ns/c', ABSENT, encode('5'));
    expect(() => store.watch('core/pods/', 0, () => {})).toThrow(Compacted);
    expect(() => store.list('core/pods/', { revision: 0 })).toThrow(Compacted);
  });

  it('delivers to watchers of a collection, a namespace and one key, and to none that stopped', async () => {
    const store = await open();
    const seen: Record<string, number[]> = { all: [], namespace: [], one: [], stopped: [] };
    const watch = (name: string, prefix: string) =>
      store.watch(prefix, 0, (events) => seen[name]!.push(...events.map((event) => event.revision)));
    watch('all', 'core/pods/');
    watch('namespace', 'core/pods/x/');
    watch('one', 'core/pods/x/b');
    watch('stopped', 'core/pods/').stop();
    for (const key of ['core/pods/x/a', 'core/pods/x/b', 'core/pods/y/a', 'core/nodes/n']) {
      await store.put(key, ABSENT, encode(key));
    }
    expect(seen).toEqual({ all: [1, 2, 3], namespace: [1, 2], one: [2], stopped: [] });
  });

  it('refuses every write after the backend failed', async () => {
    const backend = new HeldBackend();
    const failures: Error[] = [];
    const store = await MemoryStore.open({ backend, onFailure: (error) => failures.push(error) });
    const first = store.put('core/pods/ns/a', ABSENT, encode('1'));
    const refused = expect(first).rejects.toThrow('storage failed');
    await Promise.resolve();
    await backend.release(new Error('disk full'));
    await refused;
    await expect(store.put('core/pods/ns/b', ABSENT, encode('2'))).rejects.toThrow('disk full');
    expect(failures).toHaveLength(1);
    expect(store.get('core/pods/ns/a')).toBeNull();
  });
});
