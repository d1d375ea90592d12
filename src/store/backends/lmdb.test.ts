import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { MemoryStore } from '../memory-store.ts';
import { Compacted, type StoreEvent } from '../store.ts';
import { LmdbBackend } from './lmdb.ts';

const folders: string[] = [];
const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'perdure-lmdb-'));
  folders.push(path);
  return path;
};
afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});

const encode = (text: string) => (revision: number) => {
  const value = { text, revision };
  return { value, bytes: Buffer.from(JSON.stringify(value)) };
};

async function open(path: string, historyEvents: number): Promise<MemoryStore> {
  return MemoryStore.open({ backend: await LmdbBackend.open({ path, historyEvents }) });
}

/** Writes one key over and over, deletes another: what leaves the history must not take current values along. */
async function churn(store: MemoryStore): Promise<void> {
  await store.put('core/things/kept', { kind: 'absent' }, encode('kept'));
  const gone = await store.put('core/things/gone', { kind: 'absent' }, encode('gone'));
  await store.delete('core/things/gone', { kind: 'revision', revision: gone.revision }, encode('gone'));
  let { revision } = await store.put('core/things/busy', { kind: 'absent' }, encode('0'));
  for (let i = 1; i <= 20; i++) {
    const entry = await store.put('core/things/busy', { kind: 'revision', revision }, encode(String(i)));
    revision = entry.revision;
  }
}

describe('LmdbBackend', () => {
  it('keeps current values and a bounded history over restarts', async () => {
    const path = folder();
    const first = await open(path, 5);
    await churn(first);
    const { revision } = first;
    await first.close();

    const second = await open(path, 5);
    expect(second.revision).toBe(revision);
    const texts = second.list<{ text: string }>('core/things/').entries.map((entry) => entry.value.text);
    expect(texts).toEqual(['20', 'kept']);
    const events: StoreEvent<{ text: string }>[] = [];
    second.watch<{ text: string }>('core/things/', revision - 5, (batch) => events.push(...batch));
    expect(events.map((event) => event.entry.value.text)).toEqual(['16', '17', '18', '19', '20']);
    expect(events[0]?.previous?.value).toMatchObject({ text: '15' });
    expect(() => second.watch('core/things/', revision - 6, () => {})).toThrow(Compacted);
    await second.put('core/things/more', { kind: 'absent' }, encode('more'));
    expect(second.revision).toBe(revision + 1);
    await second.close();
  });
});
