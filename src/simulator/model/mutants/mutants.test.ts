import { describe, expect, it } from 'vitest';
import { hunt } from '../hunt.ts';
import { MUTANTS } from './index.ts';

describe('the model finds the planted bug', () => {
  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s', (_, mutant) => {
    const { violation } = hunt(mutant);
    expect(violation?.invariant).toBe(mutant.caughtBy);
  });

  it('each by a predicate, at least ten of them', () => {
    expect(MUTANTS.length).toBeGreaterThanOrEqual(10);
    expect(new Set(MUTANTS.map((mutant) => mutant.caughtBy)).size).toBeGreaterThanOrEqual(10);
  });
});
