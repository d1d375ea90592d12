import { beforeEach, expect, it } from 'vitest';
import { SELF_FENCING } from '../api/shared/self-fencing.ts';
import { ManualClock } from '../client/testing/manual-clock.ts';
import type { KubeObject } from '../schema/object.ts';
import type { Runtime } from './runtimes/runtime.ts';
import { SelfFencing } from './self-fencing.ts';

let clock: ManualClock;
let fencing: SelfFencing;
let log: string[];
let watchdog: number | null | undefined;

const node = (value?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n', ...(value === undefined ? {} : { annotations: { [SELF_FENCING]: value } }) },
});
/** The lease as it is after a renewal sent now. */
const renew = (revision = '7', sentAt = clock.monotonic()): void => {
  const said = Object.entries(fencing.sending()).filter(([, value]) => value !== null);
  const annotations = Object.fromEntries(said) as Record<string, string>;
  const metadata = { name: 'n', resourceVersion: revision, annotations };
  fencing.renewed(sentAt, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata });
};

beforeEach(() => {
  clock = new ManualClock();
  log = [];
  watchdog = undefined;
  fencing = make();
});

function make(leaseMs?: number): SelfFencing {
  const runtime = {
    watchdog: (afterMs: number | null) => {
      watchdog = afterMs;
    },
  } as unknown as Runtime;
  return new SelfFencing({
    ...(leaseMs === undefined ? {} : { leaseMs }),
    clock,
    runtime,
    stop: async (graceMs) => void log.push(`stop ${graceMs}`),
    resume: () => log.push('resume'),
    giveUp: () => log.push('give up'),
  });
}

it('promises nothing and stops nothing unless it is asked to, but begins with the lease: an earlier agent may have promised', async () => {
  fencing.begin(node());
  expect(fencing.open).toBe(false);
  renew();
  await clock.advance(600_000);
  expect([fencing.open, fencing.sending()[SELF_FENCING], watchdog, log]).toEqual([true, null, null, ['resume']]);
});

it('runs members only once it holds the lease, and stops them 40 s after the sending of the last renewal', async () => {
  fencing.begin(node('true'));
  expect(fencing.open).toBe(false);
  const sentAt = clock.monotonic();
  await clock.advance(5_000);
  renew('7', sentAt);
  expect([fencing.open, log, watchdog]).toEqual([true, ['resume'], 45_000]);
  await clock.advance(34_999);
  expect(fencing.open).toBe(true);
  await clock.advance(1);
  expect([fencing.open, log]).toEqual([false, ['resume', 'stop 10000']]);
  renew();
  expect([fencing.open, log.at(-1), watchdog]).toEqual([true, 'resume', 50_000]);
});

it('counts in leases where they last for longer or shorter', async () => {
  fencing = make(8_000);
  fencing.begin(node('true'));
  renew();
  expect([fencing.sending()[SELF_FENCING], watchdog]).toEqual(['12', 10_000]);
  await clock.advance(7_999);
  expect(fencing.open).toBe(true);
  await clock.advance(1);
  expect([fencing.open, log.at(-1)]).toEqual([false, 'stop 2000']);
});

it('does not take a renewal for new whose answer was forty seconds under way', async () => {
  fencing.begin(node('true'));
  renew();
  const sentAt = clock.monotonic();
  await clock.advance(41_000);
  renew('8', sentAt);
  expect(fencing.open).toBe(false);
});

it('keeps a promise that was sent although its answer never came, and one that it takes back until that is accepted', async () => {
  fencing.begin(node());
  renew();
  fencing.seen(node('true'));
  await clock.advance(10_000);
  fencing.sending();
  await clock.advance(30_000);
  expect(fencing.open).toBe(false);
  renew();
  expect(fencing.open).toBe(true);
  fencing.seen(node());
  fencing.sending();
  await clock.advance(40_000);
  expect(fencing.open).toBe(false);
  renew();
  expect([fencing.open, watchdog]).toEqual([true, null]);
});

it('ends its members for good when it was given up, and remembers when it said so', async () => {
  fencing.begin(node('true'));
  renew();
  await clock.advance(50_000);
  await fencing.yield();
  expect([log.slice(1), fencing.acknowledged]).toEqual([['stop 10000', 'give up'], 0]);
  renew('12');
  expect([fencing.acknowledged, fencing.open]).toEqual([12, true]);
});
