import { line } from '../observe/journal.ts';
import { isMaterial } from '../run/quiet.ts';
import type { CheckerDefinition } from './checker.ts';

export const L6: CheckerDefinition = {
  id: 'L6',
  title: 'controllers that start again on a world at rest write nothing',
  create({ evaluated, violated }) {
    let rests = false;
    return {
      on(entry) {
        if (entry.kind === 'phase') rests = entry.what === 'settled';
        if (!rests) return;
        if (entry.kind === 'pass') evaluated();
        if (entry.kind === 'write' && isMaterial(entry.event)) {
          violated(`controllers that started again on a world at rest wrote: ${line(entry)}`);
        }
      },
    };
  },
};
