import { expect, it } from 'vitest';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import type { ContainerRecord } from '../pod/container-record.ts';
import type { PodWorker } from '../pod/worker.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import { createProbes } from './prober.ts';

const EVERY_SECOND = { periodSeconds: 1, failureThreshold: 2 };

it('kills nobody for not answering while they were held still, and takes them for not ready', async () => {
  const clock = new ManualClock();
  const told: string[] = [];
  const worker = { uid: 'u', podIPs: [], held: false, holds: 0 };
  let answers = true;
  let asked: Promise<void> = Promise.resolve();
  const runtime = { probe: () => asked.then(() => answers) } as unknown as Runtime;
  const template = { livenessProbe: EVERY_SECOND, readinessProbe: EVERY_SECOND };
  const record = { name: 'c', template, state: { startedAt: clock.now() } } as unknown as ContainerRecord;
  const probes = createProbes({
    runtime,
    clock,
    random: {} as never,
    worker: worker as unknown as PodWorker,
    record,
    listener: {
      startedUp: () => {},
      ready: (value) => told.push(value ? 'ready' : 'not ready'),
      failed: (kind) => told.push(`${kind} failed`),
      unhealthy: () => {},
    },
  });
  await clock.advance(3_000);
  expect(new Set(told.splice(0))).toEqual(new Set(['ready']));
  answers = false;
  Object.assign(worker, { held: true, holds: 1 });
  await clock.advance(60_000);
  expect(new Set(told.splice(0))).toEqual(new Set(['not ready']));
  // The last one that was begun meanwhile ends when all is over.
  let end = (): void => {};
  asked = new Promise((resolve) => {
    end = resolve;
  });
  await clock.advance(1_000);
  worker.held = false;
  end();
  await clock.advance(1_000);
  expect(told).not.toContain('liveness failed');
  // From here on it has only itself to blame.
  await clock.advance(2_000);
  expect(told).toContain('liveness failed');
  probes.stop();
});
