import type { FaultDefinition } from './fault.ts';

export const FAULTS: readonly FaultDefinition[] = [];
