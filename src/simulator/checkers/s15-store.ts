import type { KubeObject } from '../../schema/object.ts';
import type { Call } from '../network/network-client.ts';
import type { Cache } from '../observe/caches.ts';
import type { ObjectHistory } from '../observe/history.ts';
import type { JournalEntry } from '../observe/journal.ts';
import type { Checker, CheckerContext, CheckerDefinition } from './checker.ts';
import type { WriteEntry } from './decisions.ts';

type Entry<K extends JournalEntry['kind']> = Extract<JournalEntry, { kind: K }>;

/** A server that repeats events goes back by at most so many revisions (network/watch-stream.ts). */
const REPEATED = 20;

interface Acknowledged {
  readonly key: string;
  readonly revision: number;
  readonly call: Call;
}

const named = ({ key, revision, call }: Acknowledged): string =>
  `${call.verb} of ${key} by ${call.program}, acknowledged @${revision},`;

/** The store and those who follow it: nothing acknowledged is lost, nothing overwritten unseen, nothing missed. */
class StoreHolds implements Checker {
  readonly #context: CheckerContext;
  #revision = 0;
  /** Acknowledged, and not yet told to watchers. */
  #pending: Acknowledged[] = [];
  /** Revision of each object there is. */
  readonly #present = new Map<string, number>();
  #turn = 0;

  constructor(context: CheckerContext) {
    this.#context = context;
    // What was written while the world was made.
    for (const entry of context.journal.entries) if (entry.kind === 'write') this.#written(entry);
  }

  on(entry: JournalEntry): void {
    if (entry.kind === 'write') this.#written(entry);
    else if (entry.kind === 'answered') this.#answered(entry);
    else if (entry.kind === 'opened') this.#opened(entry);
    else if (entry.kind === 'fault') this.#look();
  }

  settled(): void {
    const { world, history } = this.#context;
    this.#told(Number.POSITIVE_INFINITY);
    for (const cache of world.caches.all()) if (cache.synced) this.#compare(cache, history, 0);
  }

  #written({ event }: WriteEntry): void {
    const { evaluated, violated } = this.#context;
    const { key, revision, previous, type, entry } = event;
    evaluated();
    if (revision <= this.#revision) violated(`revision ${revision} of ${key} came after ${this.#revision}`);
    if (entry.value.metadata.resourceVersion !== String(revision)) {
      violated(`${key} @${revision} says it is @${entry.value.metadata.resourceVersion}`);
    }
    const before = this.#present.get(key);
    if (previous?.revision !== before) {
      violated(`${key} @${revision} came upon @${before ?? 'nothing'} and was meant for @${previous?.revision}`);
    }
    this.#revision = revision;
    if (type === 'delete') this.#present.delete(key);
    else this.#present.set(key, revision);
    if (this.#pending.length > 0) this.#told(revision);
  }

  #answered({ call, answer }: Entry<'answered'>): void {
    if (answer.code !== 0 || answer.revision === 0) return;
    const { group, resource, namespace } = call.target;
    const place = namespace === undefined ? answer.name : `${namespace}/${answer.name}`;
    const key = `${group === '' ? 'core' : group}/${resource}/${place}`;
    const acknowledged: Acknowledged = { key, revision: answer.revision, call };
    this.#pending.push(acknowledged);
    if (answer.revision <= this.#revision) this.#told(this.#revision);
    // An update that names what it changes is carried out on that, or not at all.
    const body = call.body as KubeObject | undefined;
    const meant = Number(call.verb === 'update' ? (body?.metadata.resourceVersion ?? 0) : 0);
    if (meant === 0 || meant === answer.revision) return;
    const { history, evaluated, violated } = this.#context;
    const versions = history.versions(key);
    const at = versions.findLastIndex(({ revision }) => revision === answer.revision);
    if (at < 1) return;
    evaluated();
    const found = versions[at - 1]!.revision;
    if (found !== meant) violated(`${named(acknowledged)} was meant for @${meant} and overwrote @${found}`);
  }

  /** Up to this revision everything acknowledged must have been told to watchers. */
  #told(revision: number): void {
    const { history, evaluated, violated } = this.#context;
    const due = this.#pending.filter((one) => one.revision <= revision);
    if (due.length === 0) return;
    this.#pending = this.#pending.filter((one) => one.revision > revision);
    for (const one of due) {
      evaluated();
      if (history.versions(one.key).findLastIndex((version) => version.revision === one.revision) < 0) {
        violated(`${named(one)} was lost`);
      }
    }
  }

  /** What the disk kept has everything that was acknowledged or shown, as it was. */
  #opened({ revision, kept }: Entry<'opened'>): void {
    const { evaluated, violated } = this.#context;
    evaluated();
    if (revision < this.#revision) violated(`the store opens @${revision} and had shown @${this.#revision}`);
    for (const one of this.#pending) if (one.revision > revision) violated(`${named(one)} did not survive`);
    for (const [key, there] of kept) {
      if (there <= this.#revision && this.#present.get(key) !== there) {
        violated(`the store opens with ${key} @${there}, which was @${this.#present.get(key) ?? 'gone'}`);
      }
    }
    if (revision > this.#revision) return;
    for (const [key, there] of this.#present) {
      if (!kept.has(key)) violated(`the store opens without ${key} @${there}`);
    }
  }

  /** One cache after the other: all of them at every moment would cost more than the run. */
  #look(): void {
    const { world, history } = this.#context;
    const cache = world.caches.nth(this.#turn++);
    if (cache?.synced === true) this.#compare(cache, history, REPEATED);
  }

  #compare(cache: Cache, history: ObjectHistory, slack: number): void {
    this.#context.evaluated();
    const wrong = cacheIsWrong(cache, history, slack);
    if (wrong !== null) this.#context.violated(wrong);
  }
}

/**
 * What the cache has that the store had not, or the other way round; null when nothing. `slack`: so many revisions may it be
 * behind the revision it stands at.
 */
export function cacheIsWrong(cache: Cache, history: ObjectHistory, slack: number): string | null {
  const { resource, revision, name } = cache;
  const least = revision - slack;
  const held = new Set<string>();
  for (const object of cache.list()) {
    const { namespace, name: own = '', resourceVersion } = object.metadata;
    const key = `${resource}/${namespace === undefined ? own : `${namespace}/${own}`}`;
    held.add(key);
    const versions = history.versions(key);
    const at = versions.findLastIndex((version) => String(version.revision) === resourceVersion);
    const version = versions[at];
    if (version === undefined || version.object === null) {
      return `${name}: ${key} @${resourceVersion}, which never was`;
    }
    if (version.object !== object && JSON.stringify(version.object) !== JSON.stringify(object)) {
      return `${name}: ${key} @${resourceVersion} is not as it was in the store`;
    }
    const next = versions[at + 1];
    if (next !== undefined && next.revision <= least) {
      return `${name} stands @${revision} and has ${key} @${resourceVersion}, which changed @${next.revision}`;
    }
  }
  for (const [key, object] of history.all(resource)) {
    if (held.has(key) || !cache.covers(object)) continue;
    const then = history.at(key, least);
    const now = history.at(key, revision);
    if (then !== null && now !== null && then.metadata.uid === now.metadata.uid && covered(cache, then, now)) {
      return `${name} stands @${revision} and has no ${key} @${now.metadata.resourceVersion}`;
    }
  }
  return null;
}

const covered = (cache: Cache, then: KubeObject, now: KubeObject): boolean => cache.covers(then) && cache.covers(now);

export const S15: CheckerDefinition = {
  id: 'S15',
  title: 'revisions rise, acknowledged writes survive, no update is lost; caches hold what the store held',
  create: (context) => new StoreHolds(context),
};
