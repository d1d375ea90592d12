import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFiles } from '../adapters/node-files.ts';
import type { ContainerState } from '../runtimes/runtime.ts';
import { terminationMessage } from './termination-message.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'perdure-message-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const read = (options: { file?: string; log?: string; policy?: string; exitCode?: number; containers?: number }) => {
  const paths = { message: join(directory, 'message'), log: join(directory, 'log') };
  if (options.file !== undefined) writeFileSync(paths.message, options.file);
  if (options.log !== undefined) writeFileSync(paths.log, options.log);
  const state = { exitCode: options.exitCode ?? 1 } as ContainerState;
  const template = { name: 'c', terminationMessagePolicy: options.policy ?? 'File' };
  return terminationMessage(nodeFiles, paths, template, state, options.containers ?? 1);
};
const lines = (count: number): string =>
  Array.from({ length: count }, (_, i) => `2026-01-01T00:00:00.000000000Z stdout F line ${i}\n`).join('');

describe('what a container leaves behind', () => {
  it('is the end of its file, less where a pod has many containers', async () => {
    expect(await read({ file: `${'x'.repeat(5000)}end` })).toBe(`${'x'.repeat(4093)}end`);
    expect(await read({ file: 'y'.repeat(5000), containers: 4 })).toHaveLength(3072);
    expect(await read({ file: '' })).toBeUndefined();
  });

  it('is the end of its log, if it asks for that, failed, and wrote nothing itself', async () => {
    const policy = 'FallbackToLogsOnError';
    const log = lines(100);
    expect((await read({ log, policy }))?.split('\n')).toEqual(Array.from({ length: 80 }, (_, i) => `line ${i + 20}`));
    expect(await read({ log, policy, exitCode: 0 })).toBeUndefined();
    expect(await read({ log })).toBeUndefined();
    expect(await read({ log: `t stdout F ${'z'.repeat(3000)}\n`, policy })).toBe('z'.repeat(2048));
    expect(await read({ log, policy, file: 'own words' })).toBe('own words');
  });
});
