import type { CheckerDefinition } from './checker.ts';

/** All invariants that are watched, in the order of the reference. */
export const CHECKERS: readonly CheckerDefinition[] = [];
