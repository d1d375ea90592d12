import { describe, expect, it } from 'vitest';
import { unifiedDiff } from './unified-diff.ts';

const lines = (...all: string[]): string => all.join('\n');

describe('unified diff', () => {
  it('is empty for equal texts', () => {
    expect(unifiedDiff('a\nb', 'a\nb')).toBe('');
  });

  it('shows three lines around a change, with its place', () => {
    expect(unifiedDiff('1\n2\n3\n4\n5\n6\n7\n8\n9', '1\n2\n3\n4\nx\n6\n7\n8\n9')).toBe(
      lines('@@ -2,7 +2,7 @@', ' 2', ' 3', ' 4', '-5', '+x', ' 6', ' 7', ' 8', ''),
    );
  });

  it('joins changes that are near, parts those that are not, and counts insertions and deletions', () => {
    const text = Array.from({ length: 20 }, (_, i) => `l${i}`);
    const changed = text.filter((line) => line !== 'l1' && line !== 'l3').concat('end');
    expect(unifiedDiff(text.join('\n'), changed.join('\n'))).toBe(
      lines(
        '@@ -1,7 +1,5 @@',
        ...[' l0', '-l1', ' l2', '-l3', ' l4', ' l5', ' l6'],
        '@@ -18,3 +16,4 @@',
        ...[' l17', ' l18', ' l19', '+end', ''],
      ),
    );
    expect(unifiedDiff('a', 'b')).toBe(lines('@@ -1 +1 @@', '-a', '+b', ''));
  });

  it('begins no match at lines that are everywhere in a long text', () => {
    const blocks = Array.from({ length: 70 }, (_, i) => ['{', `n${i}`, '}']);
    const moved = [...blocks.slice(0, 30), ['{', 'new', '}'], ...blocks.slice(30)];
    expect(unifiedDiff(blocks.flat().join('\n'), moved.flat().join('\n'))).toBe(
      lines('@@ -89,6 +89,9 @@', ' n29', ' }', ' {', '+new', '+}', '+{', ' n30', ' }', ' {', ''),
    );
  });
});
