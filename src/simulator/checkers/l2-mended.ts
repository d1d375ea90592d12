import type { KubeObject } from '../../schema/object.ts';
import { isBadTempered } from '../operations/template.ts';
import { livingSets, membersOf, shortcomings } from './at-rest.ts';
import type { CheckerDefinition } from './checker.ts';
import { annotationOf, described, OPT_IN_STUCK } from './facts.ts';

const isBad = (set: KubeObject): boolean => isBadTempered(set.spec.template);

export const L2: CheckerDefinition = {
  id: 'L2',
  title: 'a good template after a bad one is rolled out: by itself where that is asked for',
  create(context) {
    /** Sets that went from a bad template to a good one, by uid. */
    const mended = new Set<string>();
    return {
      on(entry) {
        if (entry.kind !== 'write' || !entry.event.key.startsWith('apps/statefulsets/')) return;
        const { type, previous, entry: written } = entry.event;
        const before = previous?.value;
        const set = written.value;
        if (type === 'delete' || before === undefined || before.spec === set.spec) return;
        if (isBad(before) && !isBad(set)) mended.add(set.metadata.uid ?? '');
      },
      settled() {
        for (const set of livingSets(context)) {
          if (!mended.has(set.metadata.uid ?? '') || isBad(set)) continue;
          context.evaluated();
          const how = annotationOf(set, OPT_IN_STUCK) === undefined ? 'with the help of a user' : 'by itself';
          const found = shortcomings(context, set);
          for (const pod of membersOf(context, set)) {
            if (isBadTempered(pod)) found.push(`${pod.metadata.name} is still of a bad template`);
          }
          if (found.length > 0) {
            context.violated(`${described(set)} should have recovered ${how}, and ${found.join('; ')}`);
          }
        }
      },
    };
  },
};
