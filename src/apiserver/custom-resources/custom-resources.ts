import type { Core } from '../core.ts';

/** Serves the kinds of stored CustomResourceDefinitions. */
export class CustomResources {
  constructor(_core: Core) {}
  async start(): Promise<void> {}
  stop(): void {}
}
