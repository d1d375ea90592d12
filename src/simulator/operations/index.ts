import type { OperationDefinition } from './operation.ts';

export const OPERATIONS: readonly OperationDefinition[] = [];
