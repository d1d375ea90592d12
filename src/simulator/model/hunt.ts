import type { Violation } from './explore.ts';
import { FAMILIES } from './families.ts';
import { exploreModel } from './index.ts';
import { MUTANTS } from './mutants/index.ts';
import type { Mutant } from './mutants/mutant.ts';

/** Every so manieth world shows the planted bugs; a prime number meets all slots in turn. */
const SAMPLE = 101;

export interface Catch {
  readonly mutant: Mutant;
  /** By the predicate that has to catch it; null: it got away. */
  readonly violation: Violation | null;
}

/** Looks for worlds in which a planted bug breaks the predicate that guards against it. */
export function hunt(mutant: Mutant): Catch {
  const { decisions, caughtBy, optIn = false } = mutant;
  const families = FAMILIES.filter((family) => family.name.startsWith('opt-ins') === optIn);
  const until = ({ invariant }: Violation) => invariant === caughtBy;
  const { violations } = exploreModel({ decisions, until, stride: SAMPLE, families, starts: [] });
  return { mutant, violation: violations.find(until) ?? null };
}

export const huntAll = (): readonly Catch[] => MUTANTS.map(hunt);
