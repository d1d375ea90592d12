import { deepEqual } from '../../base/json.ts';
import type { KubeObject } from '../../schema/object.ts';
import { labelSelectorMatcher } from '../../schema/selectors.ts';
import type { JournalEntry } from '../observe/journal.ts';
import type { Checker, CheckerContext, CheckerDefinition } from './checker.ts';
import type { CallEntry, Decision, WriteEntry } from './decisions.ts';
import { controllerRef, described, isMember, isTerminating, REVISION_LABEL, setKey } from './facts.ts';

const REVISIONS = 'apps/controllerrevisions/';
const LIMIT = 10;

const setNameOf = (revision: string): string => revision.slice(0, revision.lastIndexOf('-'));
const labelOf = (pod: KubeObject): string => pod.metadata.labels?.[REVISION_LABEL] ?? '';

/** The past of a set: what it needs to go back to stays, as it was and in order. */
class RevisionHistory implements Checker {
  readonly #context: CheckerContext;
  /** Who last asked for a revision to be deleted, by key. */
  readonly #asked = new Map<string, string>();
  /** Keys of all revisions that ever were, by `namespace/set` of their names. */
  readonly #keys = new Map<string, Set<string>>();

  constructor(context: CheckerContext) {
    this.#context = context;
  }

  on(entry: JournalEntry): void {
    if (entry.kind === 'write') {
      if (entry.event.key.startsWith(REVISIONS)) this.#revisionWritten(entry);
      else if (entry.event.key.startsWith('apps/statefulsets/')) this.#setWritten(entry);
    } else if (entry.kind === 'call' && entry.call.target.resource === 'controllerrevisions') this.#called(entry);
  }

  #revisionWritten({ event }: WriteEntry): void {
    const { evaluated, violated } = this.#context;
    const { key, entry, previous, type } = event;
    const revision = entry.value;
    const place = `${revision.metadata.namespace}/${setNameOf(revision.metadata.name ?? '')}`;
    const keys = this.#keys.get(place);
    if (keys === undefined) this.#keys.set(place, new Set([key]));
    else keys.add(key);
    if (previous === null) return;
    evaluated();
    if (type === 'delete') {
      if (!this.#asked.has(key)) violated(`${described(revision)} is gone, and nobody asked for it`);
      else if (this.#asked.get(key) === 'garbage-collector') this.#collected(previous.value);
      this.#asked.delete(key);
    } else if (!deepEqual(previous.value.data, revision.data)) violated(`the data of ${described(revision)} changed`);
  }

  /** Collected means: its owner is gone, or takes it along. */
  #collected(revision: KubeObject): void {
    const ref = controllerRef(revision);
    const owner =
      ref === undefined ? null : this.#context.history.now(setKey(revision.metadata.namespace ?? '', ref.name));
    if (ref === undefined || (owner?.metadata.uid === ref.uid && !isTerminating(owner))) {
      this.#context.violated(`${described(revision)} was collected while its set lives`);
    }
  }

  #setWritten({ event }: WriteEntry): void {
    const before = event.previous?.value;
    const now = event.entry.value;
    if (event.type === 'delete' || before === undefined || before.status === now.status) return;
    const [then = 0, count = 0]: readonly (number | undefined)[] = [
      before.status?.collisionCount,
      now.status?.collisionCount,
    ];
    this.#context.evaluated();
    if (count < then) this.#context.violated(`collisionCount of ${described(now)} fell from ${then} to ${count}`);
  }

  #called(entry: CallEntry): void {
    const { verb, target, name, part, program } = entry.call;
    if (verb === 'delete') this.#asked.set(`${REVISIONS}${target.namespace}/${name}`, part === '' ? program : part);
    const decision = this.#context.decisions.of(entry, setNameOf(name));
    if (decision === null) return;
    if (verb === 'delete') this.#truncated(decision, name);
    else if (verb === 'create' || verb === 'update') this.#numbered(decision, entry.call.body as KubeObject);
  }

  /** What is in use, by the set or by a pod, is not cut off. */
  #truncated(decision: Decision, name: string): void {
    const { decisions, history, evaluated, violated } = this.#context;
    const { set } = decision;
    evaluated();
    const what = `${set.metadata.name} deleted its revision ${name}`;
    if (set.status?.currentRevision === name) violated(`${what}, which is the current one`);
    const update = [...decisions.updateRevisions(set)];
    const others = update.filter((one) => one !== name && history.now(`${REVISIONS}${set.metadata.namespace}/${one}`));
    if (update.includes(name) && others.length === 0) violated(`${what}, which holds its template`);
    const unused = decision.sometime(
      (pods) => ![...pods.values()].some((pod) => isMember(set, pod) && labelOf(pod) === name),
    );
    if (!unused) violated(`${what}, at which it has a member`);
  }

  /** A new or renumbered revision is the last of those the set knows. */
  #numbered(decision: Decision, revision: KubeObject): void {
    const { history, evaluated, violated } = this.#context;
    const { set } = decision;
    evaluated();
    const keys = this.#keys.get(`${set.metadata.namespace}/${set.metadata.name}`) ?? new Set<string>();
    const [low, high] = decision.window('controllerrevisions');
    const moments = new Set([low]);
    for (const key of keys) {
      for (const one of history.versions(key))
        if (one.revision > low && one.revision <= high) moments.add(one.revision);
    }
    const selector = labelSelectorMatcher(set.spec.selector);
    const expected = [...moments].map((moment) => {
      let last = 0;
      for (const key of keys) {
        const one = history.at(key, moment);
        const owner = one === null ? undefined : controllerRef(one);
        const own = owner === undefined || owner.uid === set.metadata.uid;
        if (one !== null && own && selector.matches(one.metadata.labels)) last = Math.max(last, one.revision);
      }
      return last + 1;
    });
    if (expected.includes(revision.revision)) return;
    violated(
      `${set.metadata.name} gave ${revision.metadata.name} number ${revision.revision}, not ${[...new Set(expected)].join(' or ')}`,
    );
  }

  settled(): void {
    const { history, evaluated, violated } = this.#context;
    for (const set of history.all('apps/statefulsets').values()) {
      const limit: number = set.spec.revisionHistoryLimit ?? LIMIT;
      if (isTerminating(set) || limit < 0) continue;
      evaluated();
      const live = new Set([set.status?.currentRevision, set.status?.updateRevision]);
      for (const pod of history.all('core/pods').values()) if (isMember(set, pod)) live.add(labelOf(pod));
      const past = [...history.all('apps/controllerrevisions').values()].filter(
        (revision) => controllerRef(revision)?.uid === set.metadata.uid && !live.has(revision.metadata.name),
      );
      if (past.length > limit) violated(`${described(set)} keeps ${past.length} revisions of its past, not ${limit}`);
    }
  }
}

export const S11: CheckerDefinition = {
  id: 'S11',
  title: 'revisions in use stay, never change, and are numbered in order; the past is as long as wanted',
  create: (context) => new RevisionHistory(context),
};
