import type { Clock } from '../base/clock.ts';
import type { Client, Target } from '../client/client.ts';
import type { KubeObject } from '../schema/object.ts';

/** Resolves with the object once `condition` holds for it; rejects after `timeoutMs` of the clock, saying what it last saw. */
export async function waitFor<T extends KubeObject>(
  client: Client,
  clock: Clock,
  target: Target,
  name: string,
  condition: (object: T) => boolean,
  timeoutMs: number,
): Promise<T> {
  const list = await client.list<T>(target, { fieldSelector: `metadata.name=${name}` });
  let last = list.items[0];
  if (last !== undefined && condition(last)) return last;
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      timer.cancel();
      stop();
      settle();
    };
    const timer = clock.setTimer(timeoutMs, () => {
      const state = last === undefined ? 'it does not exist' : `last seen: ${JSON.stringify(last.status ?? last)}`;
      end(() => reject(new Error(`${target.resource} "${name}" not as wanted within ${timeoutMs} ms; ${state}`)));
    });
    const stop = client.watch<T>(
      target,
      { resourceVersion: list.resourceVersion, fieldSelector: `metadata.name=${name}` },
      {
        onEvents(events) {
          for (const event of events) {
            if (event.type === 'DELETED') last = undefined;
            if (event.type !== 'ADDED' && event.type !== 'MODIFIED') continue;
            const { object } = event;
            last = object;
            if (condition(object)) {
              end(() => resolve(object));
              return;
            }
          }
        },
        onEnd: (error) => end(() => reject(error ?? new Error('the watch ended'))),
      },
    );
  });
}
