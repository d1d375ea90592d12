import type { LinkConditions } from '../network/link.ts';
import type { FaultDefinition } from './fault.ts';

/** A link is bad for this long. */
const TROUBLE_MS = [2_000, 90_000] as const;

function linkFault(
  name: string,
  title: string,
  weight: number,
  choices: readonly Partial<LinkConditions>[],
): FaultDefinition {
  return {
    name,
    title,
    weight,
    draw: (random, world) => ({
      link: random.pick([...world.links.keys()]),
      conditions: random.pick(choices),
      forMs: random.int(...TROUBLE_MS),
    }),
    inject(world, { link, conditions, forMs }) {
      const end = world.links.get(link as string)?.trouble(conditions as Partial<LinkConditions>);
      if (end !== undefined) world.clock.setTimer(forMs as number, end);
    },
  };
}

export const LINK_FAULTS: readonly FaultDefinition[] = [
  linkFault('slow-requests', 'requests and answers take long and overtake each other', 4, [
    { requestMs: [1, 200], replyMs: [1, 200] },
    { requestMs: [10, 3_000], replyMs: [1, 50] },
    { requestMs: [1, 50], replyMs: [10, 3_000] },
  ]),
  linkFault('late-events', 'watch events arrive late: caches are old', 5, [
    { eventMs: [100, 1_000] },
    { eventMs: [1_000, 10_000] },
    { eventMs: [0.2, 30_000] },
  ]),
  linkFault('lost-requests', 'requests get lost', 3, [{ loseRequest: 0.05 }, { loseRequest: 0.4 }]),
  linkFault('lost-replies', 'writes are carried out and the answer is lost', 5, [
    { loseReply: 0.05 },
    { loseReply: 0.4 },
  ]),
  linkFault('duplicate-requests', 'requests arrive twice', 3, [{ duplicateRequest: 0.1 }, { duplicateRequest: 0.5 }]),
  linkFault('refusals', 'the server answers 429, 500, 503 or 504', 4, [{ refuse: 0.1 }, { refuse: 0.6 }]),
  linkFault('conflicts', 'updates are refused with 409', 3, [{ conflict: 0.2 }, { conflict: 0.7 }]),
  linkFault('stale-lists', 'lists come from a cache that lags', 3, [{ staleList: 0.5 }, { staleList: 1 }]),
  linkFault('broken-watches', 'watches break, what was on its way is lost', 5, [
    { breakWatch: 0.02 },
    { breakWatch: 0.3 },
  ]),
  linkFault('expired-watches', 'watches break and their past is gone: 410', 3, [
    { breakWatch: 0.1, expireWatch: 0.5 },
    { breakWatch: 0.3, expireWatch: 1, staleList: 0.5 },
  ]),
  linkFault('repeated-events', 'watches break and begin again a little earlier', 3, [
    { breakWatch: 0.2, repeatEvents: 0.8 },
  ]),
];

export const cutLink: FaultDefinition = {
  name: 'cut-link',
  title: 'a link is cut, in one direction or both',
  weight: 4,
  draw: (random, world) => ({
    link: random.pick([...world.links.keys()]),
    cut: random.pick(['both', 'both', 'to-server', 'from-server']),
    forMs: random.weighted([
      [random.int(2_000, 45_000), 3],
      [random.int(60_000, 600_000), 1],
    ]),
  }),
  inject(world, { link: name, cut, forMs }) {
    const link = world.links.get(name as string);
    if (link === undefined || link.cut !== 'none') return;
    link.cut = cut as typeof link.cut;
    world.clock.setTimer(forMs as number, () => {
      link.cut = 'none';
    });
  },
};
