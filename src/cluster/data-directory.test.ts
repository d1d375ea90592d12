import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemRandom } from '../base/random.ts';
import { credentials } from './credentials.ts';
import { DataDirectory, startTicks } from './data-directory.ts';

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'perdure-test-'));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

describe('data directory', () => {
  it('is taken by one process at a time, and free again when its holder is gone', () => {
    const directory = new DataDirectory(path);
    directory.lock();
    expect(() => new DataDirectory(path).lock()).toThrow(/already runs/);
    directory.unlock();
    directory.write('lock', '999999999 1');
    expect(() => directory.lock()).not.toThrow();
  });

  it('does not take a reused pid for the process that wrote the state', () => {
    const directory = new DataDirectory(path);
    const state = {
      pid: process.pid,
      startTicks: startTicks(process.pid),
      server: '',
      port: 1,
      dataDir: path,
      runtime: '',
      startedAt: '',
      ready: true,
    };
    directory.write('state.json', JSON.stringify(state));
    expect(directory.running()?.pid).toBe(process.pid);
    directory.write('state.json', JSON.stringify({ ...state, startTicks: state.startTicks + 1 }));
    expect(directory.running()).toBe(state.startTicks === 0 ? expect.anything() : null);
  });

  it('keeps secrets readable by the owner only, and makes them once', () => {
    const directory = new DataDirectory(path);
    const first = credentials(directory, systemRandom, Date.UTC(2026, 0, 1), ['127.0.0.1']);
    expect(statSync(directory.file('credentials.json')).mode & 0o777).toBe(0o600);
    expect(credentials(directory, systemRandom, Date.UTC(2026, 1, 1), ['127.0.0.1'])).toEqual(first);
    const moved = credentials(directory, systemRandom, Date.UTC(2026, 1, 1), ['10.1.2.3']);
    expect(moved.authority).toEqual(first.authority);
    expect(moved.serving).not.toEqual(first.serving);
  });
});
