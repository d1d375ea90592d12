import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { PLANTED_BUGS, withBug } from './index.ts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const sourceOf = (file: string): string => readFileSync(resolve(root, file), 'utf8');

describe('planted bugs', () => {
  it('each apply exactly once to the source as it is, and leave it a program', () => {
    const problems: string[] = [];
    for (const bug of PLANTED_BUGS) {
      try {
        const planted = withBug(sourceOf(bug.file), bug);
        const before = transformSync(sourceOf(bug.file), { loader: 'ts' }).code;
        if (transformSync(planted, { loader: 'ts' }).code === before) problems.push(`${bug.id} changes nothing`);
      } catch (error) {
        problems.push(`${bug.id}: ${(error as Error).message}`);
      }
    }
    expect(problems).toEqual([]);
  });

  it('are enough, and told apart', () => {
    expect(PLANTED_BUGS.length).toBeGreaterThanOrEqual(36);
    expect(new Set(PLANTED_BUGS.map(({ id }) => id)).size).toBe(PLANTED_BUGS.length);
    for (const { id, breaks } of PLANTED_BUGS) expect(breaks, id).toMatch(/^(S([1-9]|1[0-7])|L[1-6]|V[1-6])$/);
  });

  it('are refused, with file and name, when their text has moved', () => {
    const bug = { ...PLANTED_BUGS[0]!, search: 'no such line' };
    expect(() => withBug(sourceOf(bug.file), bug)).toThrow(
      `planted bug ${bug.id}: its text stands 0 times in ${bug.file}`,
    );
  });
});
