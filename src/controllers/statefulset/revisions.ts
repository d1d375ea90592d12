import { fnv32 } from '../../base/hash.ts';
import { parseTime } from '../../base/time.ts';
import { controllerReference } from '../framework/owners.ts';
import { canonicalJson } from './canonical-json.ts';
import { type ControllerRevision, HASH_LABEL, type PodTemplate, STATEFUL_SET, type StatefulSet } from './types.ts';

/** Longest part of the set's name that goes into a revision's name (upstream controller/history). */
const NAME_PREFIX_LIMIT = 223;
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

const encoded = new WeakMap<object, string>();

/** What a revision holds: a strategic merge patch that replaces the whole template. Only the template is versioned. */
export function revisionData(template: PodTemplate): object {
  return { spec: { template: { ...template, $patch: 'replace' } } };
}

/** Bytes of the data a set's template makes; computed once per version of the set. */
export function templateBytes(template: PodTemplate): string {
  let bytes = encoded.get(template);
  if (bytes === undefined) {
    bytes = canonicalJson(revisionData(template));
    encoded.set(template, bytes);
  }
  return bytes;
}

function storedBytes(revision: ControllerRevision): string {
  let bytes = encoded.get(revision.data);
  if (bytes === undefined) {
    bytes = canonicalJson(revision.data);
    encoded.set(revision.data, bytes);
  }
  return bytes;
}

/** FNV-1 32 (not 1a) over the data, then the collision count in decimal; digits mapped to a safe alphabet. */
export function revisionHash(bytes: string, collisionCount: number): string {
  const sum = fnv32(Buffer.from(bytes + String(collisionCount)));
  return [...String(sum >>> 0)].map((digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join('');
}

export function revisionName(setName: string, hash: string): string {
  return `${setName.slice(0, NAME_PREFIX_LIMIT)}-${hash}`;
}

/** By revision number, then age, then name. */
export function sortRevisions(revisions: readonly ControllerRevision[]): ControllerRevision[] {
  return [...revisions].sort(
    (a, b) =>
      a.revision - b.revision ||
      parseTime(a.metadata.creationTimestamp ?? '1970-01-01T00:00:00Z') -
        parseTime(b.metadata.creationTimestamp ?? '1970-01-01T00:00:00Z') ||
      ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1),
  );
}

export type RevisionDecision =
  | { readonly kind: 'use'; readonly revision: ControllerRevision }
  | { readonly kind: 'renumber'; readonly revision: ControllerRevision; readonly number: number }
  | { readonly kind: 'create'; readonly number: number };

/** Which revision the set's template is (statefulset.md 1.3, decision order). `sorted` as by `sortRevisions`. */
export function decideRevision(set: StatefulSet, sorted: readonly ControllerRevision[]): RevisionDecision {
  const bytes = templateBytes(set.spec.template);
  const last = sorted.at(-1);
  const number = (last?.revision ?? 0) + 1;
  if (last === undefined) return { kind: 'create', number };
  if (storedBytes(last) === bytes) return { kind: 'use', revision: last };
  const older = sorted.findLast((revision) => storedBytes(revision) === bytes);
  if (older !== undefined) return { kind: 'renumber', revision: older, number };
  return { kind: 'create', number };
}

/** True when a revision found under our name holds our data. */
export function holdsTemplate(revision: ControllerRevision, set: StatefulSet): boolean {
  return storedBytes(revision) === templateBytes(set.spec.template);
}

/** The object to create. The label keeps the hash of the first try; the name moves with the collision count. */
export function newRevision(set: StatefulSet, number: number, firstCount: number, count: number): ControllerRevision {
  const bytes = templateBytes(set.spec.template);
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: revisionName(set.metadata.name ?? '', revisionHash(bytes, count)),
      ...(set.metadata.namespace === undefined ? {} : { namespace: set.metadata.namespace }),
      labels: { ...set.spec.template.metadata?.labels, [HASH_LABEL]: revisionHash(bytes, firstCount) },
      ...(set.metadata.annotations === undefined ? {} : { annotations: set.metadata.annotations }),
      ownerReferences: [controllerReference(set, STATEFUL_SET)],
    },
    data: JSON.parse(bytes),
    revision: number,
  };
}

/** The template a revision stands for. */
export function templateOf(revision: ControllerRevision, set: StatefulSet): PodTemplate {
  const stored = revision.data.spec?.template;
  if (stored === undefined) return set.spec.template;
  const { $patch: _, ...template } = stored;
  return template;
}

/**
 * Revisions to delete at the end of a pass, oldest first: those neither current, update nor carried by a pod, beyond
 * `revisionHistoryLimit`. Negative keeps all.
 */
export function superfluousRevisions(
  set: StatefulSet,
  sorted: readonly ControllerRevision[],
  live: ReadonlySet<string>,
): readonly ControllerRevision[] {
  const limit = set.spec.revisionHistoryLimit ?? 10;
  if (limit < 0) return [];
  const history = sorted.filter((revision) => !live.has(revision.metadata.name ?? ''));
  return history.slice(0, Math.max(0, history.length - limit));
}
