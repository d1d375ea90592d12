import type { Mutant } from './mutant.ts';
import { OPT_INS } from './opt-ins.ts';
import { OWNING } from './owning.ts';
import { SCALING } from './scaling.ts';
import { UPDATING } from './updating.ts';

/** The planted bugs of the decision: realistic mistakes, each guarded against by a predicate. */
export const MUTANTS: readonly Mutant[] = [...SCALING, ...UPDATING, ...OWNING, ...OPT_INS];
