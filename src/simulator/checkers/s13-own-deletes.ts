import type { JournalEntry } from '../observe/journal.ts';
import type { Checker, CheckerDefinition } from './checker.ts';
import { controllerRef, described, isTerminating, memberName, podKey, setKey } from './facts.ts';

/** No pod goes by a delete that named another one: whoever asks, the server keeps to the uid. */
class MeantPods {
  /** Uids that deletes of a key named since the present pod was made; undefined for those that named none. */
  readonly #asked = new Map<string, Set<string | undefined>>();
  readonly #violated: (message: string) => void;

  constructor(violated: (message: string) => void) {
    this.#violated = violated;
  }

  on(entry: JournalEntry): void {
    if (entry.kind === 'call' && entry.call.target.resource === 'pods') {
      const { verb, subresource, target, name, options } = entry.call;
      if (verb !== 'delete' && subresource !== 'eviction') return;
      this.#of(podKey(target.namespace ?? '', name)).add(verb === 'delete' ? options?.preconditions?.uid : undefined);
    } else if (entry.kind === 'write' && entry.event.key.startsWith('core/pods/')) {
      const { type, key, previous, entry: written } = entry.event;
      const before = previous?.value;
      if (before === undefined) this.#asked.delete(key);
      else if (!isTerminating(before) && (type === 'delete' || isTerminating(written.value))) {
        const asked = this.#of(key);
        if (!asked.has(undefined) && !asked.has(before.metadata.uid)) {
          this.#violated(`${described(before)} was deleted, and only ${[...asked].join(', ') || 'nobody'} was meant`);
        }
      }
    }
  }

  #of(key: string): Set<string | undefined> {
    let asked = this.#asked.get(key);
    if (asked === undefined) {
      asked = new Set();
      this.#asked.set(key, asked);
    }
    return asked;
  }
}

export const S13: CheckerDefinition = {
  id: 'S13',
  title: 'the controller deletes only pods it owns, by uid, and never by force',
  create({ history, decisions, evaluated, violated }): Checker {
    const meant = new MeantPods(violated);
    return {
      on(entry) {
        meant.on(entry);
        if (entry.kind !== 'call' || entry.call.part !== 'statefulset' || entry.call.verb !== 'delete') return;
        const { target, name, options } = entry.call;
        const namespace = target.namespace ?? '';
        if (target.resource === 'persistentvolumeclaims') violated(`the controller deleted claim ${namespace}/${name}`);
        if (target.resource !== 'pods') return;
        evaluated();
        const what = `the controller's delete of pod ${namespace}/${name}`;
        const grace = options?.gracePeriodSeconds;
        if (grace !== undefined && grace <= 0) violated(`${what} has grace ${grace}`);
        const set = memberName(name)?.set;
        const decision = decisions.ofPod(entry);
        if (set === undefined) violated(`${what}: no set has a member of that name`);
        if (decision === null) return;
        const uid = options?.preconditions?.uid;
        const versions = history.versions(podKey(namespace, name));
        // A member made in this very pass has not told its uid yet.
        const fresh = versions.some(
          ({ object, revision }, at) =>
            object !== null && revision > decision.pass.storeRevision && versions[at - 1]?.object == null,
        );
        if (uid === undefined && !fresh) {
          violated(`${what} does not name the uid of the pod it means`);
          return;
        }
        const states = versions.flatMap(({ object, revision }) =>
          object !== null && (uid === undefined || object.metadata.uid === uid) ? [{ object, revision }] : [],
        );
        const owned = states.some(({ object }) => controllerRef(object)?.uid === decision.set.metadata.uid);
        const last = states.at(-1);
        if (owned || last === undefined) return;
        const present = history.now(setKey(namespace, set ?? ''));
        violated(
          `${what} hits ${described(last.object)}, which ${decision.set.metadata.uid} (now ${present?.metadata.uid}) never owned`,
        );
      },
    };
  },
};
