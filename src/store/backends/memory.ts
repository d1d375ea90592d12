import type { Backend, BackendState, BackendWrite } from '../store.ts';

/** Keeps nothing: what is committed lives in the store's own memory. For tests, simulation and `--storage memory`. */
export class MemoryBackend implements Backend {
  async load(): Promise<BackendState> {
    return { revision: 0, entries: [] };
  }

  commitNow(_batch: readonly BackendWrite[]): void {}

  async commit(_batch: readonly BackendWrite[]): Promise<void> {}

  async close(): Promise<void> {}
}
