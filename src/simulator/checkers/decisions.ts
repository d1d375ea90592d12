import { deepEqual } from '../../base/json.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Call } from '../network/network-client.ts';
import type { ObjectHistory, Version } from '../observe/history.ts';
import type { JournalEntry, Seen } from '../observe/journal.ts';
import { claimNames, memberName, podKey, setKey } from './facts.ts';

type Entry<K extends JournalEntry['kind']> = Extract<JournalEntry, { kind: K }>;
export type CallEntry = Entry<'call'>;
export type WriteEntry = Entry<'write'>;

/** A pass of a controller over one object, as far as it has got. */
export interface Pass {
  readonly sequence: number;
  readonly seen: Seen;
  readonly nowMs: number;
  /** What the store stood at when the pass began. */
  readonly storeRevision: number;
  /** Names of pods it asked to delete so far. */
  readonly deleted: Set<string>;
  /** Pods it adopted so far, by name, at the revision it was answered: from then on it has them as the answer says. */
  readonly adopted: Map<string, number>;
}

/**
 * What the StatefulSet controller knew when it decided on a write. Its caches stood, at the moment it looked at them, at some
 * revision between that of the pass's begin and that of the write's arrival: which one nobody but the controller can tell, so a
 * decision is right when it was right at any of them.
 */
export interface Decision {
  readonly pass: Pass;
  /** The set as the pass has it throughout. */
  readonly set: KubeObject;
  /** The latest it can have taken the time to be. */
  readonly nowMs: number;
  /** Least and greatest revision its cache of the resource can have stood at. */
  window(resource: string): readonly [number, number];
  /** True when the predicate holds for the pods of the set at some revision the controller can have looked at. */
  sometime(predicate: (pods: ReadonlyMap<string, KubeObject>) => boolean): boolean;
  /** States of one object the controller can have seen, null for its absence. */
  states(resource: string, key: string): readonly (KubeObject | null)[];
}

/** Follows passes and writes of the StatefulSet controller, so that each write can be judged by what was known. */
export class Decisions {
  readonly #history: ObjectHistory;
  readonly #passes = new Map<string, Pass>();
  /** Names of all pods that ever were, by `namespace/set` of their names. */
  readonly #podNames = new Map<string, Set<string>>();
  /** Every ControllerRevision that ever was, by `namespace/set` of its name, and by name. */
  readonly #revisions = new Map<string, Map<string, KubeObject>>();
  readonly #arrived = new WeakSet<Call>();
  /** The call in hand comes a second time: the network doubled it, nobody decided it. */
  #repeated = false;
  /** The decision asked for last: many checkers ask for the same. */
  #last: { readonly entry: CallEntry; readonly setName: string; readonly decision: Decision | null } | null = null;

  constructor(history: ObjectHistory) {
    this.#history = history;
  }

  /** To be told of every happening before the checkers are. */
  observe(entry: JournalEntry): void {
    if (entry.kind === 'pass') {
      const { seen, nowMs, sequence } = entry;
      const { revision: storeRevision } = this.#history;
      const pass: Pass = { sequence, seen, nowMs, storeRevision, deleted: new Set(), adopted: new Map() };
      this.#passes.set(`${entry.program} ${entry.controller} ${entry.key}`, pass);
    } else if (entry.kind === 'call') {
      this.#repeated = this.#arrived.has(entry.call);
      this.#arrived.add(entry.call);
      const { verb, target, name } = entry.call;
      if (verb === 'delete' && target.resource === 'pods')
        this.#passOf(entry.call, memberName(name)?.set ?? '')?.deleted.add(name);
    } else if (entry.kind === 'answered') {
      const { call, answer } = entry;
      if (call.verb === 'patch' && call.target.resource === 'pods' && answer.code === 0)
        this.#passOf(call, memberName(call.name)?.set ?? '')?.adopted.set(call.name, answer.revision);
    } else if (entry.kind === 'write') this.#written(entry);
  }

  #written({ event }: WriteEntry): void {
    const object = event.entry.value;
    const { namespace = '', name = '' } = object.metadata;
    if (event.key.startsWith('core/pods/')) {
      const set = memberName(name)?.set;
      if (set !== undefined) entryOf(this.#podNames, `${namespace}/${set}`, () => new Set()).add(name);
    } else if (event.key.startsWith('apps/controllerrevisions/')) {
      const set = name.slice(0, name.lastIndexOf('-'));
      entryOf(this.#revisions, `${namespace}/${set}`, () => new Map()).set(name, object);
    }
  }

  /** The decision behind a write of the StatefulSet controller for a set; null for all other writes and for repetitions. */
  of(entry: CallEntry, setName: string): Decision | null {
    if (entry.call.part !== 'statefulset' || this.#repeated) return null;
    if (this.#last?.entry !== entry || this.#last.setName !== setName) {
      this.#last = { entry, setName, decision: this.#made(entry, setName) };
    }
    return this.#last.decision;
  }

  #made({ call, seen, nowMs = 0 }: CallEntry, setName: string): Decision | null {
    const namespace = call.target.namespace ?? '';
    const pass = this.#passOf(call, setName);
    if (pass === null) return null;
    const set = this.#history.at(setKey(namespace, setName), pass.seen.statefulsets ?? 0);
    if (set === null) return null;
    const history = this.#history;
    const names = this.#podNames.get(`${namespace}/${setName}`) ?? new Set();
    const window = (resource: string): readonly [number, number] => [pass.seen[resource] ?? 0, seen[resource] ?? 0];
    return {
      pass,
      set,
      nowMs: Math.max(nowMs, pass.nowMs),
      window,
      states: (resource, key) => {
        const [low, high] = window(resource);
        return [history.at(key, low), ...changes(history, key, low, high).map(({ object }) => object)];
      },
      sometime: (predicate) => {
        const [low, high] = window('pods');
        const keys = [...names].map((name) => [name, podKey(namespace, name)] as const);
        const moments = new Set([low]);
        for (const [, key] of keys) {
          for (const { revision } of changes(history, key, low, high)) moments.add(revision);
        }
        return [...moments].some((revision) => predicate(podsAt(history, keys, revision, pass.adopted)));
      },
    };
  }

  /** The pass over an object in which a write was decided; null for repetitions, which nobody decided. */
  passOf(call: Call, name: string): Pass | null {
    return this.#repeated ? null : this.#passOf(call, name);
  }

  #passOf({ program, part, target }: Call, name: string): Pass | null {
    return this.#passes.get(`${program} ${part} ${target.namespace ?? ''}/${name}`) ?? null;
  }

  /** The decision to write a pod or claim that names its set only by its owner or its own name. */
  ofPod(entry: CallEntry): Decision | null {
    const set = memberName(entry.call.name)?.set;
    return set === undefined ? null : this.of(entry, set);
  }

  /** The decision to write a claim: of its template, its set and its ordinal only the last can be told for sure by the name. */
  ofClaim(entry: CallEntry): Decision | null {
    const stem = memberName(entry.call.name)?.set ?? '';
    for (let dash = stem.indexOf('-'); dash > 0; dash = stem.indexOf('-', dash + 1)) {
      const decision = this.of(entry, stem.slice(dash + 1));
      if (decision !== null && claimNames(decision.set, 0).has(stem.slice(0, dash))) return decision;
    }
    return null;
  }

  /** Names of the set's revisions, gone ones too, that hold its present template. */
  updateRevisions(set: KubeObject): ReadonlySet<string> {
    const wanted = set.spec.template;
    const names = new Set<string>();
    for (const [name, revision] of this.#revisions.get(`${set.metadata.namespace}/${set.metadata.name}`) ?? []) {
      const { $patch: _, ...template } = revision.data?.spec?.template ?? {};
      if (deepEqual(template, wanted)) names.add(name);
    }
    return names;
  }
}

/** Versions after `low` up to `high`. */
function changes(history: ObjectHistory, key: string, low: number, high: number): readonly Version[] {
  const versions = history.versions(key);
  let end = versions.length;
  while (end > 0 && versions[end - 1]!.revision > high) end--;
  let begin = end;
  while (begin > 0 && versions[begin - 1]!.revision > low) begin--;
  return versions.slice(begin, end);
}

function podsAt(
  history: ObjectHistory,
  keys: readonly (readonly [string, string])[],
  revision: number,
  adopted: ReadonlyMap<string, number>,
): ReadonlyMap<string, KubeObject> {
  const pods = new Map<string, KubeObject>();
  for (const [name, key] of keys) {
    const pod = history.at(key, Math.max(revision, adopted.get(name) ?? 0));
    if (pod !== null) pods.set(name, pod);
  }
  return pods;
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
