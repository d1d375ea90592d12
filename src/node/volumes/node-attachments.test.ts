import { expect, it } from 'vitest';
import type { KubeObject } from '../../schema/object.ts';
import { NodeAttachments } from './node-attachments.ts';

const node = (attached: readonly string[], inUse: readonly string[] = []): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'a' },
  status: { volumesAttached: attached.map((name) => ({ name, devicePath: '' })), volumesInUse: inUse },
});

function world() {
  let asked = 0;
  const attachments = new NodeAttachments(() => {
    asked++;
  });
  const outcome = (uid: string, ...devices: string[]) => {
    const result: { value: boolean | null } = { value: null };
    void attachments.whenAttached(uid, devices).then((value) => {
      result.value = value;
    });
    return result;
  };
  return { attachments, outcome, asked: () => asked };
}
const turn = async () => {
  for (let i = 0; i < 5; i++) await Promise.resolve();
};

it('mounts only what the API has as in use and still as attached', async () => {
  const { attachments, outcome } = world();
  attachments.found(node([]));
  attachments.use('p', ['d']);
  const may = outcome('p', 'd');
  attachments.seen(node(['d']));
  await turn();
  expect(may.value).toBeNull();
  const report = attachments.reporting();
  // The answer to our report no longer lists it: it was taken away before the report arrived.
  attachments.reported(report, node([], ['d']));
  await turn();
  expect(may.value).toBeNull();
  attachments.seen(node(['d'], ['d']));
  await turn();
  expect(may.value).toBe(true);
});

it('trusts no report that is being replaced by one without the volume', async () => {
  const { attachments, outcome } = world();
  attachments.found(node(['d']));
  attachments.use('p', ['d']);
  attachments.reported(attachments.reporting(), node(['d'], ['d']));
  attachments.release('p');
  attachments.reporting();
  attachments.use('q', ['d']);
  const may = outcome('q', 'd');
  await turn();
  expect(may.value).toBeNull();
  attachments.reported([], node(['d']));
  await turn();
  expect(may.value).toBeNull();
  attachments.reported(attachments.reporting(), node(['d'], ['d']));
  await turn();
  expect(may.value).toBe(true);
});

it('ends the wait of a pod that gives up', async () => {
  const { attachments, outcome } = world();
  attachments.found(node([]));
  attachments.use('p', ['d']);
  const may = outcome('p', 'd');
  attachments.release('p');
  await turn();
  expect(may.value).toBe(false);
});

it('reports a volume while any pod has it, and what an earlier agent left until that is looked at', () => {
  const { attachments, asked } = world();
  attachments.found(node(['old'], ['old', 'kept']));
  attachments.use('p', ['kept', 'd']);
  attachments.use('q', ['d']);
  expect(attachments.reporting()).toEqual(['d', 'kept', 'old']);
  attachments.lookedAt();
  expect(attachments.reporting()).toEqual(['d', 'kept']);
  const before = asked();
  attachments.release('q');
  expect(asked()).toBe(before);
  attachments.release('p');
  expect(asked()).toBe(before + 1);
  expect(attachments.reporting()).toEqual([]);
});
