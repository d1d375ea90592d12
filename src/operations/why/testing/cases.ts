import type { Observed } from '../observed.ts';
import type { Subject, SubjectKind } from '../subject.ts';

/** A small world, and what has to be said about it. */
export interface Case {
  readonly name: string;
  readonly subject: Subject;
  readonly world: Observed;
  /** Ids of the causes from the subject down to the deepest, along the first branch that has them all. */
  readonly path: readonly string[];
  readonly state: 'blocked' | 'waiting' | 'warned' | 'fine';
  /** Said by the last cause of the path. */
  readonly says: string;
  /** A piece of text that no finding may say and no way may run. */
  readonly never?: string;
  /** Ways out of the causes on the path that must be offered: a piece of the command, and what it does to the data. */
  readonly ways?: readonly (readonly [command: string, data: string])[];
}

const short: Readonly<Record<string, SubjectKind>> = {
  sts: 'StatefulSet',
  pod: 'Pod',
  pvc: 'PersistentVolumeClaim',
  node: 'Node',
  pdb: 'PodDisruptionBudget',
};

/** `sts/web` in the namespace of the tests. */
export function at(text: string): Subject {
  const [kind, name] = text.split('/') as [string, string];
  return { kind: short[kind]!, namespace: kind === 'node' ? '' : 'shop', name };
}
