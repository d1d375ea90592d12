import { parseTime } from '../../base/time.ts';
import type { KubeObject } from '../../schema/object.ts';
import type {
  Event,
  Node,
  ObjectList,
  Observed,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StatefulSet,
} from './observed.ts';
import type { Subject, SubjectKind } from './subject.ts';

const LISTS: Readonly<Record<SubjectKind, ObjectList>> = {
  StatefulSet: 'statefulSets',
  Pod: 'pods',
  PersistentVolumeClaim: 'claims',
  Node: 'nodes',
  PodDisruptionBudget: 'budgets',
};

/** An event with its times read. */
export interface SeenEvent {
  readonly event: Event;
  readonly reason: string;
  readonly message: string;
  /** Last seen, milliseconds. */
  readonly at: number;
  readonly count: number;
}

const keyOf = (namespace: string | undefined, name: string | undefined): string => `${namespace ?? ''}/${name ?? ''}`;

function seen(event: Event): SeenEvent {
  const times = [event.series?.lastObservedTime, event.lastTimestamp, event.eventTime, event.firstTimestamp];
  const at = [...times, event.metadata.creationTimestamp]
    .map((time) => parseTime(time))
    .find((ms) => !Number.isNaN(ms));
  return {
    event,
    reason: event.reason ?? '',
    message: event.message ?? '',
    at: at ?? 0,
    count: event.series?.count ?? event.count ?? 1,
  };
}

/** The observed objects with look-ups made on first use, and the time at which they are judged. */
export class World {
  readonly observed: Observed;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly #indexes = new Map<ObjectList, ReadonlyMap<string, KubeObject>>();
  #events: ReadonlyMap<string, readonly SeenEvent[]> | undefined;

  constructor(observed: Observed, now: number) {
    this.observed = observed;
    this.now = now;
  }

  /** False when the list could not be read: then absence proves nothing. */
  sees(list: ObjectList): boolean {
    return this.observed.unseen[list] === undefined;
  }

  find({ kind, namespace, name }: Subject): KubeObject | undefined {
    return this.#index(LISTS[kind]).get(keyOf(namespace, name));
  }

  pod(namespace: string, name: string): Pod | undefined {
    return this.#index('pods').get(keyOf(namespace, name)) as Pod | undefined;
  }

  claim(namespace: string, name: string): PersistentVolumeClaim | undefined {
    return this.#index('claims').get(keyOf(namespace, name)) as PersistentVolumeClaim | undefined;
  }

  volume(name: string | undefined): PersistentVolume | undefined {
    return this.#index('volumes').get(keyOf('', name)) as PersistentVolume | undefined;
  }

  node(name: string | undefined): Node | undefined {
    return this.#index('nodes').get(keyOf('', name)) as Node | undefined;
  }

  statefulSet(namespace: string, name: string): StatefulSet | undefined {
    return this.#index('statefulSets').get(keyOf(namespace, name)) as StatefulSet | undefined;
  }

  /** Events about an object, newest first. `uid` leaves out those about an earlier object of that name. */
  events(kind: string, namespace: string | undefined, name: string | undefined, uid?: string): readonly SeenEvent[] {
    this.#events ??= this.#indexEvents();
    const found = this.#events.get(`${kind}/${keyOf(namespace, name)}`) ?? [];
    if (uid === undefined) return found;
    return found.filter(({ event }) => event.involvedObject.uid === undefined || event.involvedObject.uid === uid);
  }

  /** Milliseconds since a time written on an object; NaN when there is none. */
  since(time: string | null | undefined): number {
    return this.now - parseTime(time);
  }

  age(object: { readonly metadata: { readonly creationTimestamp?: string } }): number {
    return this.since(object.metadata.creationTimestamp);
  }

  #index(list: ObjectList): ReadonlyMap<string, KubeObject> {
    let index = this.#indexes.get(list);
    if (index === undefined) {
      const objects: readonly KubeObject[] = this.observed[list];
      index = new Map(objects.map((object) => [keyOf(object.metadata.namespace, object.metadata.name), object]));
      this.#indexes.set(list, index);
    }
    return index;
  }

  #indexEvents(): ReadonlyMap<string, readonly SeenEvent[]> {
    const index = new Map<string, SeenEvent[]>();
    for (const event of this.observed.events) {
      const { kind, namespace, name } = event.involvedObject;
      const key = `${kind ?? ''}/${keyOf(namespace, name)}`;
      const list = index.get(key);
      if (list === undefined) index.set(key, [seen(event)]);
      else list.push(seen(event));
    }
    for (const list of index.values()) list.sort((a, b) => b.at - a.at);
    return index;
  }
}
