import type { Call } from '../network/network-client.ts';
import type { CheckerDefinition } from './checker.ts';

const WINDOW_MS = 1_000;
/** A backoff that begins with 5 ms and doubles makes eight attempts in a second; events of the object may add some. */
const MOST_IN_A_WINDOW = 60;

/** Not of the reference, but what its backoffs are for: nobody asks the same again and again without a pause. */
export const R1: CheckerDefinition = {
  id: 'R1',
  title: 'no program asks for or fails at the same thing without a pause',
  create({ evaluated, violated }) {
    const windows = new Map<string, { sinceMs: number; count: number }>();
    const arrived = new WeakSet<Call>();
    return {
      on(entry) {
        let what: string;
        if (entry.kind === 'trouble') what = `${entry.program} failing at ${entry.detail.split(': ')[0]}`;
        else if (entry.kind === 'call') {
          // What the network doubles nobody asked for twice.
          if (arrived.has(entry.call)) return;
          arrived.add(entry.call);
          const { program, part, verb, target, name, subresource } = entry.call;
          what = `${program} ${part} ${verb} ${target.resource} ${target.namespace ?? ''}/${name} ${subresource}`;
        } else return;
        const window = windows.get(what);
        if (window === undefined || entry.atMs - window.sinceMs > WINDOW_MS) {
          windows.set(what, { sinceMs: entry.atMs, count: 1 });
          return;
        }
        evaluated();
        if (++window.count === MOST_IN_A_WINDOW) violated(`${what}: ${window.count} times within ${WINDOW_MS} ms`);
      },
    };
  },
};
