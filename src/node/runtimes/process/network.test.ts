import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { NamespaceNetwork } from './network.ts';
import { detectSupport } from './support.ts';

const usable = process.getuid?.() === 0 && detectSupport().missing.length === 0;

it.skipIf(!usable)('keeps the way to the gateway as it is while pods come and go', async (context) => {
  const network = new NamespaceNetwork(`test ${process.pid}`);
  try {
    await network.open();
  } catch {
    context.skip('no network of our own can be made here');
  }
  const bridge = /perdure-\w+/.exec(network.description)![0];
  const address = (): string => readFileSync(`/sys/class/net/${bridge}/address`, 'latin1');
  const seen = new Set([address()]);
  const uids = Array.from({ length: 6 }, (_, index) => `${process.pid}-${index}`);
  try {
    for (const [index, uid] of uids.entries()) {
      await network.add(uid, network.address(257 + index));
      seen.add(address());
    }
  } finally {
    for (const uid of uids) {
      await network.remove(uid);
      seen.add(address());
    }
    await network.close();
  }
  expect(seen.size).toBe(1);
});
