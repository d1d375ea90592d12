import { livingSets, shortcomings } from './at-rest.ts';
import type { CheckerDefinition } from './checker.ts';
import { described } from './facts.ts';

export const L1: CheckerDefinition = {
  id: 'L1',
  title: 'once faults have stopped, every set has the members, claims and status it asks for',
  create(context) {
    return {
      settled() {
        for (const set of livingSets(context)) {
          context.evaluated();
          const found = shortcomings(context, set);
          if (found.length > 0) context.violated(`${described(set)} has come to rest, and ${found.join('; ')}`);
        }
      },
    };
  },
};
