import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LmdbBackend } from '../src/store/backends/lmdb.ts';
import { MemoryStore } from '../src/store/memory-store.ts';
import type { StoreEvent } from '../src/store/store.ts';

/** Kills per run; more with STORE_CRASH_ROUNDS, up to 200. */
const ROUNDS = Math.min(200, Number(process.env.STORE_CRASH_ROUNDS ?? 5));
const WRITES_BEFORE_KILL = [150, 37, 401, 5, 260];

interface Acknowledged {
  readonly removed: boolean;
  readonly revision: number;
  readonly key: string;
  readonly text: string;
}

const folder = mkdtempSync(join(tmpdir(), 'perdure-store-crash-'));
// Beside node_modules, so that the bundle finds its packages.
const bundle = join(import.meta.dirname, '..', 'node_modules', '.cache', `store-writer-${process.pid}.mjs`);

beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, 'support', 'store-writer.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
  });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(bundle, { force: true });
});

/** Runs the writer and kills it with SIGKILL after so many acknowledged writes; answers all it had acknowledged. */
function writeAndKill(path: string, round: number, count: number): Promise<Acknowledged[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bundle, path, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    let killed = false;
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (chunk: string) => {
      text += chunk;
      if (killed || text.split('\n').length <= count) return;
      killed = true;
      child.kill('SIGKILL');
    });
    child.once('error', reject);
    child.once('close', () => {
      const lines = text.split('\n').slice(0, -1);
      resolve(
        lines.map((line) => {
          const [kind, revision, key = '', value = ''] = line.split(' ');
          return { removed: kind === 'D', revision: Number(revision), key, text: value };
        }),
      );
    });
  });
}

describe('a store whose process is killed', () => {
  it(
    `loses no acknowledged write and no event in ${ROUNDS} kills`,
    async () => {
      const path = join(folder, 'db');
      let saved = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const acknowledged = await writeAndKill(path, round, WRITES_BEFORE_KILL[round % WRITES_BEFORE_KILL.length]!);
        expect(acknowledged.length).toBeGreaterThan(0);
        for (let i = 1; i < acknowledged.length; i++) {
          expect(acknowledged[i]!.revision).toBeGreaterThan(acknowledged[i - 1]!.revision);
        }
        expect(acknowledged[0]!.revision).toBeGreaterThan(saved);

        const store = await MemoryStore.open({ backend: await LmdbBackend.open({ path }) });
        const last = new Map(acknowledged.map((write) => [write.key, write]));
        for (const { key, revision, removed, text } of last.values()) {
          const entry = store.get<{ text: string }>(key);
          // A later write, not acknowledged any more, may have reached the disk.
          if (entry === null) expect(removed || store.revision > revision).toBe(true);
          else {
            expect(entry.revision).toBeGreaterThanOrEqual(revision);
            if (entry.revision === revision) expect(entry.value.text).toBe(text);
          }
        }
        const events: StoreEvent[] = [];
        store.watch('core/things/', saved, (batch) => events.push(...batch)).stop();
        expect(events.map((event) => event.revision)).toEqual(
          Array.from({ length: store.revision - saved }, (_, i) => saved + 1 + i),
        );
        const seen = new Map(events.map((event) => [event.revision, event]));
        for (const { key, revision, removed } of acknowledged) {
          expect(seen.get(revision)).toMatchObject({ key, type: removed ? 'delete' : 'put' });
        }
        saved = store.revision;
        await store.close();
      }
    },
    20_000 + ROUNDS * 5_000,
  );
});
