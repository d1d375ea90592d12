// The victim of the crash test: writes as fast as it can and reports every acknowledged write, until it is killed.
import { LmdbBackend } from '../../src/store/backends/lmdb.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';

const [path = '', round = '0'] = process.argv.slice(2);
const store = await MemoryStore.open({ backend: await LmdbBackend.open({ path }), schedule: setImmediate });
const encode = (text: string) => (revision: number) => {
  const value = { text, revision };
  return { value, bytes: Buffer.from(JSON.stringify(value)) };
};
async function writer(id: number): Promise<void> {
  for (let i = 0; ; i++) {
    const key = `core/things/w${id}/k${i % 20}`;
    const current = store.getPending(key);
    const expect =
      current === null ? ({ kind: 'absent' } as const) : ({ kind: 'revision', revision: current.revision } as const);
    const removing = current !== null && i % 7 === 3;
    const entry = removing
      ? await store.delete(key, expect, encode(`${round}/${id}/${i}`))
      : await store.put(key, expect, encode(`${round}/${id}/${i}`));
    process.stdout.write(`${removing ? 'D' : 'P'} ${entry.revision} ${key} ${round}/${id}/${i}\n`);
  }
}
await Promise.all(Array.from({ length: 8 }, (_, id) => writer(id)));
