import type { Server } from './server.ts';

/** One figure of a scenario. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 's' | '/s' | 'MiB' | '%';
}

export interface Scenario {
  readonly name: string;
  readonly what: string;
  /** Arguments for our own server; a server given by URL is taken as it is. */
  readonly args: readonly string[];
  run(server: Server): Promise<readonly Figure[]>;
}
