import { expect, test } from 'vitest';
import type { Client } from '../client/client.ts';
import { ManualClock } from '../client/testing/manual-clock.ts';
import { StatusError } from '../schema/status.ts';
import type { PodWorker } from './pod/worker.ts';
import { StatusWriter } from './status-writer.ts';

const conflict = () => new StatusError(409, 'Conflict', 'modified', {});
const unavailable = () => new StatusError(503, 'ServiceUnavailable', 'away', {});
const version = (resourceVersion: string, status: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'ns', name: 'p', uid: 'u', resourceVersion },
  status,
});

/** A worker whose pod is Running; its pod as the informer last said. */
function running() {
  const worker = {
    uid: 'u',
    gone: false,
    cleaned: false,
    pod: version('1'),
    status: () => ({ phase: 'Running' }),
    update(pod: ReturnType<typeof version>) {
      worker.pod = pod;
    },
  };
  return worker;
}

function writerOn(client: Partial<Client>) {
  const clock = new ManualClock();
  const writer = new StatusWriter({ client: client as Client, clock, lastWord: false, standIn: false });
  return { clock, writer };
}

test('a status that met a conflict is written again, also when what is there cannot be read at once', async () => {
  const answers = [conflict, () => version('3', { phase: 'Running' })];
  const { clock, writer } = writerOn({
    update: async () => {
      const answer = answers.shift()!();
      if (answer instanceof Error) throw answer;
      return answer as never;
    },
    get: async () => {
      throw unavailable();
    },
  });
  const worker = running();
  writer.mark(worker as unknown as PodWorker);
  await writer.settled();
  await clock.advance(2_000);
  await writer.settled();
  expect(answers).toHaveLength(0);
});

test('a status that somebody overwrote before our own write was answered is written again', async () => {
  const worker = running();
  const sent: string[] = [];
  const { writer } = writerOn({
    update: async (_target: unknown, object: { metadata: { resourceVersion: string } }) => {
      sent.push(object.metadata.resourceVersion);
      // Events run ahead of answers: ours was @2, another's came right after it.
      if (sent.length === 1) worker.pod = version('3', { phase: 'Running', reason: 'NodeLost' });
      return version(sent.length === 1 ? '2' : '4', { phase: 'Running' }) as never;
    },
  } as unknown as Partial<Client>);
  writer.mark(worker as unknown as PodWorker);
  await writer.settled();
  await writer.settled();
  expect(sent).toEqual(['1', '3']);
});

/**
 * `kubectl delete --wait` gets the pod, then lists it and waits for a DELETED event. A pod that goes between the two,
 * and is made anew under its name at once, is waited for without end.
 */
test('a pod deleted from outside stays for half a second at least, one deleted by a controller does not', async () => {
  for (const [asked, least] of [
    [true, 500],
    [false, 0],
  ] as const) {
    const deletes: number[] = [];
    const { clock, writer } = writerOn({
      delete: (async () => {
        deletes.push(clock.monotonic());
      }) as never,
    });
    const worker = running();
    if (asked) writer.deletionAsked(worker as unknown as PodWorker);
    const start = clock.monotonic();
    Object.assign(worker.pod.metadata, { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 30 });
    worker.cleaned = true;
    for (let ms = 0; ms < 600; ms += 100) {
      writer.mark(worker as unknown as PodWorker);
      await writer.settled();
      await clock.advance(100);
    }
    expect(deletes.map((at) => at - start)).toEqual([least]);
  }
});
