import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogOptions } from '../../apiserver/streaming/node-endpoint.ts';
import { nodeFiles } from '../adapters/node-files.ts';
import { readLog } from './read.ts';

let directory: string;
let path: string;
const line = (second: number, text: string, tag = 'F'): string =>
  `2026-01-01T00:00:0${second}.5Z stdout ${tag} ${text}\n`;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'perdure-logs-'));
  path = join(directory, '0.log');
  await writeFile(path, line(1, 'one') + line(2, 'two ä') + line(3, 'par', 'P') + line(3, 'tial') + line(4, 'four'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function read(options: Partial<LogOptions>): Promise<string> {
  const all = { follow: false, previous: false, timestamps: false, ...options };
  const stream = readLog({ files: nodeFiles, path, now: Date.UTC(2026, 0, 1, 0, 0, 5), onEnd: null }, all);
  return Buffer.concat(await stream.toArray()).toString('utf8');
}

describe('reading logs', () => {
  it('joins what was split', async () => {
    expect(await read({})).toBe('one\ntwo ä\npartial\nfour\n');
  });
  it('takes the last lines of the file, then those young enough', async () => {
    expect(await read({ tailLines: 1 })).toBe('four\n');
    expect(await read({ tailLines: 4, sinceSeconds: 2 })).toBe('partial\nfour\n');
    expect(await read({ tailLines: 0 })).toBe('');
    expect(await read({ sinceTime: '2026-01-01T00:00:04Z' })).toBe('four\n');
  });
  it('shows times and stops at a limit', async () => {
    expect(await read({ timestamps: true, tailLines: 1 })).toBe('2026-01-01T00:00:04.500000000Z four\n');
    expect(await read({ limitBytes: 6 })).toBe('one\ntw');
  });
  it('is empty where nothing was ever written', async () => {
    path = join(directory, 'none.log');
    expect(await read({})).toBe('');
  });
  it('follows until the container ends', async () => {
    let end: () => void = () => {};
    const stream = readLog(
      {
        files: nodeFiles,
        path,
        now: 0,
        onEnd: (ended) => {
          end = ended;
          return () => {};
        },
      },
      { follow: true, previous: false, timestamps: false, tailLines: 1 },
    );
    const got: string[] = [];
    for await (const chunk of stream) {
      got.push(String(chunk));
      if (got.length === 1) await appendFile(path, line(5, 'more'));
      else end();
    }
    expect(got.join('')).toBe('four\nmore\n');
  });
});
