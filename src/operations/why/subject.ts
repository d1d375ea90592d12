import type { KubeObject } from '../../schema/object.ts';

/** Kinds whose state can be explained. */
export type SubjectKind = 'StatefulSet' | 'Pod' | 'PersistentVolumeClaim' | 'Node' | 'PodDisruptionBudget';

/** What is to be explained; namespace is '' for nodes. */
export interface Subject {
  readonly kind: SubjectKind;
  readonly namespace: string;
  readonly name: string;
}

interface KindInfo {
  readonly kind: SubjectKind;
  /** What people type for it: singular, plural and short names, as kubectl has them. */
  readonly names: readonly string[];
  /** The shortest of them, for commands we print. */
  readonly short: string;
  readonly namespaced: boolean;
}

const KINDS: readonly KindInfo[] = [
  { kind: 'StatefulSet', names: ['statefulset', 'statefulsets', 'sts'], short: 'sts', namespaced: true },
  { kind: 'Pod', names: ['pod', 'pods', 'po'], short: 'pod', namespaced: true },
  {
    kind: 'PersistentVolumeClaim',
    names: ['persistentvolumeclaim', 'persistentvolumeclaims', 'pvc', 'claim'],
    short: 'pvc',
    namespaced: true,
  },
  { kind: 'Node', names: ['node', 'nodes', 'no'], short: 'node', namespaced: false },
  {
    kind: 'PodDisruptionBudget',
    names: ['poddisruptionbudget', 'poddisruptionbudgets', 'pdb'],
    short: 'pdb',
    namespaced: true,
  },
];

const infoOf = (kind: SubjectKind): KindInfo => KINDS.find((info) => info.kind === kind)!;

/** What may stand for a kind on the command line, for messages. */
export const KIND_NAMES: readonly string[] = KINDS.map(({ short }) => short);

/** `sts/web`, as kubectl takes it. */
export function shortName({ kind, name }: Subject): string {
  return `${infoOf(kind).short}/${name}`;
}

export function sameSubject(a: Subject, b: Subject): boolean {
  return a.kind === b.kind && a.namespace === b.namespace && a.name === b.name;
}

export function subjectOf(kind: SubjectKind, object: KubeObject): Subject {
  return { kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name ?? '' };
}

/**
 * Reads `KIND/NAME` (`sts/web`, `statefulset.apps/web`, `Pod/web-0`).
 * @throws RangeError with what is accepted
 */
export function parseSubject(text: string, namespace: string): Subject {
  const match = /^([A-Za-z]+)(?:\.[a-z0-9.]+)?\/([^/]+)$/.exec(text);
  if (match === null)
    throw new RangeError(
      `"${text}" is not KIND/NAME. Write for example sts/web, with one of: ${KIND_NAMES.join(', ')}.`,
    );
  const kind = match[1]!.toLowerCase();
  const info = KINDS.find(({ names }) => names.includes(kind));
  if (info === undefined)
    throw new RangeError(
      `"${match[1]}" is not a kind that can be explained; these can: ${KIND_NAMES.join(', ')} (long names too).`,
    );
  return { kind: info.kind, namespace: info.namespaced ? namespace : '', name: match[2]! };
}
