import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runIp } from './ip-command.ts';
import { LoopbackNetwork, NamespaceNetwork } from './network.ts';
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

it('has a range for Services that is of nobody else, keeps it, and gives it back', async (context) => {
  if (!usable) return context.skip('needs root');
  const [first, second] = ['first', 'second'].map((name) => new NamespaceNetwork(`${name} ${process.pid}`));
  try {
    await first!.open();
  } catch {
    context.skip('no network of our own can be made here');
  }
  await second!.open();
  // None that is taken unasked: clusters that run beside this test have theirs.
  const range = await first!.serviceRange(`10.${250 + (process.pid % 5)}.0.0/16`);
  try {
    expect(await second!.serviceRange(range)).not.toBe(range);
    // A process that was killed left the bridge, and the range with it.
    const again = new NamespaceNetwork(`first ${process.pid}`);
    await again.open();
    expect(await again.serviceRange(null)).toBe(range);
    const prefix = range.slice(0, -'.0.0/16'.length);
    expect(again.isInside(`${prefix}.3.4`)).toBe(true);
    expect(again.isInside(again.address(300))).toBe(true);
    expect(again.isInside('192.0.2.7')).toBe(false);
    // Every address of it is the machine's.
    expect(await runIp(['route', 'get', `${prefix}.3.4`])).toMatch(/^local /);
  } finally {
    await first!.close();
    await second!.close();
  }
  expect(await runIp(['route', 'show', 'table', 'all'])).not.toContain(range);
});

it('has Services and pods apart on loopback', async () => {
  for (let i = 0; i < 50; i++) {
    const network = new LoopbackNetwork(`instance ${i}`);
    const [, services = ''] = (await network.serviceRange()).split('.');
    expect(Number(services)).toBeGreaterThan(0);
    expect(Number(services)).toBeLessThan(128);
    expect(Number(network.gateway.split('.')[1])).toBeGreaterThanOrEqual(128);
  }
});
