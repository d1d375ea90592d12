import { expect, it } from 'vitest';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import type { Core } from '../core.ts';
import type { ServedKind } from '../registry.ts';
import { EventExpiry } from './event-expiry.ts';

it('leaves a storage that fails to those who look after it: nothing is thrown where nobody can catch it', async () => {
  const clock = new ManualClock();
  const value = { metadata: { creationTimestamp: new Date(clock.now()).toISOString() } };
  const deleted: string[] = [];
  const store = {
    list: () => ({ revision: 1, entries: [{ key: 'events/a', value, revision: 1 }] }),
    watch: () => ({ stop: () => {} }),
    getPending: () => ({ value, revision: 1 }),
    delete: (key: string) => {
      deleted.push(key);
      return Promise.reject(new Error('storage failed, writes are refused until a restart'));
    },
  };
  const uncaught: unknown[] = [];
  const note = (error: unknown): void => void uncaught.push(error);
  process.on('unhandledRejection', note);
  const expiry = new EventExpiry({ store, clock } as unknown as Core, { prefix: 'events/' } as ServedKind);
  expiry.start();
  await clock.advance(3_700_000);
  await new Promise(setImmediate);
  process.off('unhandledRejection', note);
  expiry.stop();
  expect([deleted, uncaught]).toEqual([['events/a'], []]);
});
