import type { KubeObject, OwnerReference } from '../../schema/object.ts';
import type { JournalEntry } from '../observe/journal.ts';
import type { Checker, CheckerContext, CheckerDefinition } from './checker.ts';
import type { CallEntry, WriteEntry } from './decisions.ts';
import { described, isTerminating } from './facts.ts';

/** Kinds that own or are owned in a simulated world, by kind. */
const RESOURCES: Readonly<Record<string, string>> = {
  StatefulSet: 'apps/statefulsets',
  Pod: 'core/pods',
  Service: 'core/services',
  ServiceAccount: 'core/serviceaccounts',
  PersistentVolumeClaim: 'core/persistentvolumeclaims',
  Node: 'core/nodes',
};
const OWNED = [
  'core/pods',
  'core/persistentvolumeclaims',
  'apps/controllerrevisions',
  'discovery.k8s.io/endpointslices',
];

function keyOf({ target: { group, resource, namespace }, name }: CallEntry['call']): string {
  return `${group === '' ? 'core' : group}/${resource}/${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

const refsOf = (object: KubeObject): readonly OwnerReference[] => object.metadata.ownerReferences ?? [];

/** Owners take along what is theirs, unless they are told to leave it. */
class Owners implements Checker {
  readonly #context: CheckerContext;
  /** Revision at which an owner was told to leave its dependents alone, by uid. */
  readonly #orphaning = new Map<string, number>();
  /** Owners that were told to go in another way last, by uid: writes from before that may still be on their way to the disk. */
  readonly #otherwise = new Set<string>();

  constructor(context: CheckerContext) {
    this.#context = context;
  }

  on(entry: JournalEntry): void {
    if (entry.kind === 'write') this.#written(entry);
    else if (entry.kind === 'call' && entry.call.program === 'administrator') this.#asked(entry);
    else if (entry.kind === 'call' && entry.call.part === 'garbage-collector' && entry.call.verb === 'delete') {
      this.#collected(entry);
    }
  }

  #written({ event }: WriteEntry): void {
    const { metadata } = event.entry.value;
    const orphaning = event.type === 'put' && metadata.finalizers?.includes('orphan') === true;
    const uid = metadata.uid ?? '';
    if (
      orphaning &&
      metadata.deletionTimestamp !== undefined &&
      !this.#orphaning.has(uid) &&
      !this.#otherwise.has(uid)
    ) {
      this.#orphaning.set(uid, event.revision);
    }
  }

  /** A later deletion that names another way to go counts instead of the first. */
  #asked({ call }: CallEntry): void {
    const way = call.options?.propagationPolicy;
    if (call.verb !== 'delete' || way === undefined) return;
    const uid = this.#context.history.now(keyOf(call))?.metadata.uid;
    if (uid === undefined) return;
    if (way === 'Orphan') {
      this.#otherwise.delete(uid);
      return;
    }
    this.#otherwise.add(uid);
    this.#orphaning.delete(uid);
  }

  /** What was there when its owner was told to leave it, and has been its own ever since, is not collected. */
  #collected({ call }: CallEntry): void {
    const { history, evaluated, violated } = this.#context;
    const key = keyOf(call);
    const object = history.now(key);
    if (object === null) return;
    const meant = call.options?.preconditions?.uid;
    if (meant !== undefined && meant !== object.metadata.uid) return;
    evaluated();
    const refs = refsOf(object);
    const kept = refs.find(({ uid }) => this.#orphaning.has(uid));
    if (refs.length !== 1 || kept === undefined) return;
    const since = this.#orphaning.get(kept.uid)!;
    const then = history.at(key, since);
    const later = history.versions(key).filter(({ revision }) => revision > since);
    const always = [then, ...later.map((version) => version.object)].every(
      (state) =>
        state !== null &&
        state.metadata.uid === object.metadata.uid &&
        refsOf(state).some(({ uid }) => uid === kept.uid),
    );
    if (always) violated(`${described(object)} was collected although ${kept.kind} ${kept.name} was to leave it`);
  }

  settled(): void {
    const { history, evaluated, violated } = this.#context;
    for (const resource of OWNED) {
      for (const object of history.all(resource).values()) {
        if (refsOf(object).length === 0) continue;
        evaluated();
        const owned = refsOf(object).some((ref) => {
          const place = ref.kind === 'Node' ? '' : `${object.metadata.namespace}/`;
          const owner = history.now(`${RESOURCES[ref.kind]}/${place}${ref.name}`);
          return RESOURCES[ref.kind] === undefined || owner?.metadata.uid === ref.uid;
        });
        // A claim that is in use waits for its pod.
        if (!owned && !isTerminating(object)) {
          violated(`at rest, ${described(object)} is there and its owner ${refsOf(object)[0]!.name} is gone`);
        }
      }
    }
    for (const set of history.all('apps/statefulsets').values()) {
      if (isTerminating(set)) violated(`at rest, ${described(set)} is still being deleted`);
    }
  }
}

export const L4: CheckerDefinition = {
  id: 'L4',
  title: 'what is owned goes with its last owner; what an owner is told to leave stays',
  create: (context) => new Owners(context),
};
