import type { PlantedBug } from './bug.ts';

const COLLECTOR = 'src/controllers/garbage-collector/controller.ts';

export const GARBAGE_COLLECTOR_BUGS: readonly PlantedBug[] = [
  {
    id: 'collector-trusts-its-cache',
    title: 'an owner not in the cache counts as gone',
    file: COLLECTOR,
    search: 'const live = await this.#client.get(this.#target(monitor, namespace), owner.name);',
    replace: 'const live = { metadata: {} } as KubeObject;',
    breaks: 'L1',
    note: 'needs a dependent that is heard of before its owner',
  },
  {
    id: 'solid-owner-not-enough',
    title: 'one owner that is gone condemns an object that others still hold',
    file: 'src/controllers/garbage-collector/decide.ts',
    search: "if (all.includes('solid')) {",
    replace: "if (all.every((state) => state === 'solid')) {",
    breaks: 'S4',
    note: 'needs a claim with two owners',
  },
  {
    id: 'orphans-not-released',
    title: 'an owner that orphans leaves its reference on its dependents',
    file: COLLECTOR,
    search: 'await this.#setOwners(item.monitor, dependent, others);',
    replace: 'void others;',
    breaks: 'L4',
    note: 'needs a set deleted with orphaning: its members are then collected',
  },
  {
    id: 'owner-by-name',
    title: 'a new object of the owner’s name counts as the owner',
    file: COLLECTOR,
    search: 'if (object === undefined || object.metadata.uid !== owner.uid) return undefined;',
    replace: 'if (object === undefined) return undefined;',
    breaks: 'L4',
    note: 'needs a set deleted and made again',
  },
  {
    id: 'dependents-forgotten',
    title: 'dependents of a deleted object are not looked at',
    file: COLLECTOR,
    search: 'for (const dependent of this.#graph.dependentsOf(uid)) this.#enqueue(dependent);',
    replace: '',
    breaks: 'L4',
    note: 'needs a set deleted in the background',
  },
  {
    id: 'foreground-does-not-wait',
    title: 'an owner goes before the dependents it should wait for',
    file: COLLECTOR,
    search: 'if (blocking.length === 0) return this.#removeFinalizer(monitor, object, FOREGROUND);',
    replace: 'if (blocking.length >= 0) return this.#removeFinalizer(monitor, object, FOREGROUND);',
    breaks: 'S16',
    note: 'needs a set deleted in the foreground',
  },
];
