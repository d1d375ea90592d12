import type { Verdict } from '../types.ts';

/** Preemption would not help. */
export const unresolvable = (reason: string): Verdict => ({ reasons: [reason], unresolvable: true });
/** The node would fit with fewer pods. */
export const crowded = (reason: string): Verdict => ({ reasons: [reason], unresolvable: false });
