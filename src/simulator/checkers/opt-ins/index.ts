import type { CheckerDefinition } from '../checker.ts';
import { BACKOFF } from './backoff.ts';
import { CONDITIONS } from './conditions.ts';
import { GROWTH } from './growth.ts';
import { NEVER_READY } from './never-ready.ts';
import { RESERVED } from './reserved.ts';

/** What sets that opt in promise beyond upstream (docs/opt-ins.md). The corrected counting is a matter of S9. */
export const OPT_IN_CHECKERS: readonly CheckerDefinition[] = [NEVER_READY, CONDITIONS, BACKOFF, RESERVED, GROWTH];
