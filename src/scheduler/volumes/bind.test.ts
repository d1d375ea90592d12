import { expect, it } from 'vitest';
import type { Client } from '../../client/client.ts';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import { StatusError } from '../../schema/status.ts';
import { VolumeBinder } from './bind.ts';

it('selects a node for a claim only as the claim was when the node was found', async () => {
  const sent: unknown[] = [];
  const client = {
    patch: async (_target: unknown, _name: string, _type: string, patch: unknown) => {
      sent.push(patch);
      throw new StatusError(409, 'Conflict', 'modified', {});
    },
  } as unknown as Client;
  const binder = new VolumeBinder({ client, clock: new ManualClock(), listers: {} as never });
  const claim = { metadata: { namespace: 'ns', name: 'data', uid: 'c', resourceVersion: '7' }, spec: {} };
  const plan = { bind: [], provision: [claim] };
  await expect(binder.bind({ namespace: 'ns' } as never, { name: 'n1' } as never, plan as never)).rejects.toMatchObject(
    { code: 409 },
  );
  expect(sent).toEqual([
    {
      metadata: {
        uid: 'c',
        resourceVersion: '7',
        annotations: { 'volume.kubernetes.io/selected-node': 'n1' },
      },
    },
  ]);
});
