import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { cannotCreate, createFailure } from '../facts/creation.ts';
import { setFacts } from '../facts/set-facts.ts';

const QUOTA = /exceeded quota: ([^,\s]+), requested: (.+?), used: (.+?), limited: (.+)$/s;

/** A ResourceQuota refuses the next pod (or its claim). */
export const quotaExceeded = cause({
  id: 'quota-exceeded',
  kind: 'StatefulSet',
  applies(set, world) {
    const facts = setFacts(set, world);
    const failure = createFailure(facts, world);
    const match = failure === null ? null : QUOTA.exec(failure.error);
    if (failure === null || match === null) return null;
    const [, quota = '', requested = '', used = '', limited = ''] = match;
    return {
      severity: 'blocks',
      says: `${cannotCreate(facts, failure.member)}: quota ${quota} has no room (${shortages(requested, used, limited)})`,
      rule: {
        text: 'A ResourceQuota counts what a namespace holds and refuses what goes beyond; claims of removed pods count too.',
        source: 'ResourceQuota spec.hard',
      },
      ways: [
        way('see what counts', kubectl(facts.namespace, 'describe', 'quota', quota)),
        way('raise the quota', kubectl(facts.namespace, 'edit', 'quota', quota)),
        way(
          'or ask for fewer members',
          kubectl(facts.namespace, 'scale', 'sts', facts.name, `--replicas=${facts.members.indexOf(failure.member)}`),
        ),
      ],
    };
  },
});

const amounts = (text: string): ReadonlyMap<string, string> =>
  new Map(text.split(',').map((part) => part.split('=') as [string, string]));

/** `pods: 1 more asked for, 2 of 2 used`. */
function shortages(requested: string, used: string, limited: string): string {
  const [taken, limits] = [amounts(used), amounts(limited)];
  return [...amounts(requested)]
    .map(([what, more]) => `${what}: ${more} more asked for, ${taken.get(what)} of ${limits.get(what)} used`)
    .join('; ');
}
