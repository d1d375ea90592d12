import type { KubeObject } from '../../schema/object.ts';
import type { Rule, Severity, Way } from './chain.ts';
import type { Node, PersistentVolumeClaim, Pod, PodDisruptionBudget, StatefulSet } from './observed.ts';
import type { Subject, SubjectKind } from './subject.ts';
import type { World } from './world.ts';

/** What a cause found; the engine makes a Finding of it by following `next`. */
export interface Found {
  /** `follows`: as bad as what `next` shows (blocks, when that shows nothing). */
  readonly severity: Severity | 'follows';
  readonly says: string;
  readonly rule?: Rule;
  readonly ways?: readonly Way[];
  /** True: these ways stand in place of those that deeper findings offer; only what merely looks is kept of them. */
  readonly instead?: boolean;
  /** What to look at to go deeper. */
  readonly next?: readonly Subject[];
}

interface Kinds {
  readonly StatefulSet: StatefulSet;
  readonly Pod: Pod;
  readonly PersistentVolumeClaim: PersistentVolumeClaim;
  readonly Node: Node;
  readonly PodDisruptionBudget: PodDisruptionBudget;
}

/** A reason why an object is as it is. Pure: what it says depends on the world (with its time) alone. */
export interface Cause {
  readonly id: string;
  readonly kind: SubjectKind;
  /** Asked only when nothing else explains the object's blockage. */
  readonly fallback: boolean;
  applies(object: KubeObject, world: World): Found | null;
}

/** Declares a cause; `applies` gets the object typed by `kind`. */
export function cause<K extends SubjectKind>(declared: {
  readonly id: string;
  readonly kind: K;
  readonly fallback?: boolean;
  applies(object: Kinds[K], world: World): Found | null;
}): Cause {
  const { id, kind } = declared;
  return {
    id,
    kind,
    fallback: declared.fallback === true,
    // The engine looks causes up by kind and takes objects of that kind from the world.
    applies: (object, world) => declared.applies(object as unknown as Kinds[K], world),
  };
}
