import { type Endpoint, RawClient } from './raw-client.ts';

export interface LoadResult {
  readonly perSecond: number;
  readonly seconds: number;
}

/** Opens `count` connections. */
export function open(endpoint: Endpoint, count: number): Promise<RawClient[]> {
  return Promise.all(Array.from({ length: count }, () => RawClient.open(endpoint)));
}

/** Runs `total` requests over the clients, each with one under way; any unexpected status is an error. */
export async function drive(
  clients: readonly RawClient[],
  total: number,
  one: (client: RawClient, index: number) => Promise<{ readonly status: number }>,
  expected: readonly number[],
): Promise<LoadResult> {
  let next = 0;
  const start = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      for (let index = next++; index < total; index = next++) {
        const { status } = await one(client, index);
        if (!expected.includes(status)) throw new Error(`status ${status} at request ${index}`);
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  return { perSecond: Math.round(total / seconds), seconds };
}

/** Polls a condition on the API every few milliseconds; the time is that of the first success. */
export async function waitFor(condition: () => Promise<boolean>, timeoutMs: number, everyMs = 20): Promise<number> {
  const start = performance.now();
  while (!(await condition())) {
    if (performance.now() - start > timeoutMs) throw new Error(`not within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  return performance.now() - start;
}
