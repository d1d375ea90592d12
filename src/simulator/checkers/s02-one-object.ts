import type { CheckerDefinition } from './checker.ts';
import { described } from './facts.ts';

export const S2: CheckerDefinition = {
  id: 'S2',
  title: 'one pod object for each name; its uid changes only after the old one is gone',
  create({ history, evaluated, violated }) {
    const gone = new Set<string>();
    return {
      on(entry) {
        if (entry.kind !== 'write' || !entry.event.key.startsWith('core/pods/')) return;
        const { type, key, entry: written } = entry.event;
        const uid = written.value.metadata.uid ?? '';
        // The newest version is this very write.
        const before = history.versions(key).at(-2)?.object ?? null;
        evaluated();
        if (type === 'delete') {
          if (before === null) violated(`${described(written.value)} was removed, and was not there`);
          else if (before.metadata.uid !== uid) violated(`${described(before)} was removed as if its uid were ${uid}`);
          gone.add(uid);
        } else if (before !== null && before.metadata.uid !== uid) {
          violated(`${described(written.value)} took the place of ${described(before)}, which was not gone`);
        } else if (before?.spec.nodeName && before.spec.nodeName !== written.value.spec.nodeName) {
          violated(`${described(before)} moved from ${before.spec.nodeName} to ${written.value.spec.nodeName}`);
        } else if (gone.has(uid)) {
          violated(`${described(written.value)} was written after it was gone`);
        }
      },
    };
  },
};
