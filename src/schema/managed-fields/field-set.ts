import { compareText } from '../../base/json.ts';
import { firstState, type NodeState } from './shared-nodes.ts';

/**
 * A set of field paths in its FieldsV1 form (api.md 5.1), which is also how it is computed with: no parsing, no encoding,
 * unchanged parts are shared. A node without keys, or with the key `.`, is itself in the set; every other key leads to a
 * path below it. The root is never in the set; the empty set is `{}`. Nodes are never changed once built.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

/** A path that ends here. */
export const LEAF: FieldSet = Object.freeze({});
export const EMPTY: FieldSet = LEAF;

export function isEmpty(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

/** Whether the node's own path is in the set (not for the root). */
export function isMember(node: FieldSet): boolean {
  if ('.' in node) return true;
  return isEmpty(node);
}

const RANK: Readonly<Record<string, number>> = { '.': 0, f: 1, k: 2, v: 3, i: 4 };

/** Order of path elements: fields, keys, values, indexes. */
export function compareElements(a: string, b: string): number {
  const ranks = (RANK[a[0]!] ?? 5) - (RANK[b[0]!] ?? 5);
  return ranks !== 0 ? ranks : compareText(a, b);
}

/** Builds one node; `.` goes in first, children in any order when `sort` is asked for. Equal nodes are one object. */
export class NodeBuilder {
  #state: NodeState | null = null;
  readonly #member: boolean;

  constructor(member: boolean) {
    this.#member = member;
  }

  add(element: string, child: FieldSet): void {
    if (this.#state === null) this.#state = this.#member ? firstState().with('.', LEAF) : firstState();
    this.#state = this.#state.with(element, child);
  }

  /** Null when neither the node nor anything below it is in the set. */
  build(sort = false): FieldSet | null {
    if (this.#state === null) return this.#member ? LEAF : null;
    return this.#state.node(sort ? sorted : null);
  }
}

function sorted(node: FieldSet): FieldSet {
  const keys = Object.keys(node);
  let inOrder = true;
  for (let i = 1; i < keys.length && inOrder; i++) inOrder = compareElements(keys[i - 1]!, keys[i]!) <= 0;
  if (inOrder) return node;
  const out: Record<string, FieldSet> = {};
  for (const key of keys.sort(compareElements)) out[key] = node[key]!;
  return out;
}

function unionNodes(a: FieldSet, b: FieldSet, root: boolean): FieldSet {
  if (a === b) return a;
  const member = !root && (isMember(a) || isMember(b));
  const out: Record<string, FieldSet> = member ? { '.': LEAF } : {};
  let children = 0;
  let same = true;
  for (const key in a) {
    if (key === '.') continue;
    const other = b[key];
    const child = other === undefined ? a[key]! : unionNodes(a[key]!, other, false);
    if (child !== a[key]) same = false;
    out[key] = child;
    children++;
  }
  if (same && containsAll(a, b, root)) return a;
  for (const key in b) {
    if (key === '.' || key in a) continue;
    out[key] = b[key]!;
    children++;
  }
  return children === 0 ? LEAF : sorted(out);
}

/** True when `a` has all keys of `b` and is a member if `b` is. */
function containsAll(a: FieldSet, b: FieldSet, root: boolean): boolean {
  for (const key in b) if (!(key in a)) return false;
  return root || isMember(a) || !isMember(b);
}

/** Paths of either. Answers `a` itself when `b` adds nothing. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  return unionNodes(a, b, true);
}

/** Rebuilds `a` with what `keep` leaves of member and children; `a` itself when that is everything, null when nothing. */
function filtered(a: FieldSet, member: boolean, childOf: (key: string) => FieldSet | null): FieldSet | null {
  let out: Record<string, FieldSet> | null = null;
  let same = true;
  let children = 0;
  for (const key in a) {
    if (key === '.') continue;
    const child = childOf(key);
    if (child !== a[key]) same = false;
    if (child === null) continue;
    if (out === null) out = member ? { '.': LEAF } : {};
    out[key] = child;
    children++;
  }
  if (same && member === isMember(a)) return a;
  if (children === 0) return member ? LEAF : null;
  return out;
}

function differenceNodes(a: FieldSet, b: FieldSet): FieldSet | null {
  const member = isMember(a) && !isMember(b);
  return filtered(a, member, (key) => (b[key] === undefined ? a[key]! : differenceNodes(a[key]!, b[key]!)));
}

/** Paths of `a` that are not in `b`; paths below those of `b` stay. Answers `a` itself when nothing goes. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return rootOf(a, (key) => (b[key] === undefined ? a[key]! : differenceNodes(a[key]!, b[key]!)));
}

function recursiveDifferenceNodes(a: FieldSet, b: FieldSet): FieldSet | null {
  if (isMember(b)) return null;
  return filtered(a, isMember(a), (key) =>
    b[key] === undefined ? a[key]! : recursiveDifferenceNodes(a[key]!, b[key]!),
  );
}

/** Paths of `a` that are neither in `b` nor below a path of `b`. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  return rootOf(a, (key) => (b[key] === undefined ? a[key]! : recursiveDifferenceNodes(a[key]!, b[key]!)));
}

function intersectionNodes(a: FieldSet, b: FieldSet): FieldSet | null {
  if (a === b) return a;
  const member = isMember(a) && isMember(b);
  return filtered(a, member, (key) => (b[key] === undefined ? null : intersectionNodes(a[key]!, b[key]!)));
}

/** Paths in both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return rootOf(a, (key) => (b[key] === undefined ? null : intersectionNodes(a[key]!, b[key]!)));
}

function rootOf(a: FieldSet, childOf: (key: string) => FieldSet | null): FieldSet {
  let out: Record<string, FieldSet> | null = null;
  let same = true;
  for (const key in a) {
    const child = childOf(key);
    if (child !== a[key]) same = false;
    if (child === null) continue;
    out ??= {};
    out[key] = child;
  }
  return same ? a : (out ?? EMPTY);
}

/** The set of some paths of named fields, as reset fields are given. */
export function setOfPaths(paths: readonly (readonly string[])[]): FieldSet {
  let set: FieldSet = EMPTY;
  for (const path of paths) {
    let node: FieldSet = LEAF;
    for (let i = path.length - 1; i >= 0; i--) node = { [`f:${path[i]}`]: node };
    set = union(set, node);
  }
  return set;
}

/** All paths as texts (`.spec.containers[name="c"].image`), members of a node before what is below its children. */
export function pathsOf(set: FieldSet, prefix = ''): string[] {
  const paths: string[] = [];
  const keys = Object.keys(set).filter((key) => key !== '.');
  for (const key of keys) if (isMember(set[key]!)) paths.push(prefix + elementText(key));
  for (const key of keys) paths.push(...pathsOf(set[key]!, prefix + elementText(key)));
  return paths;
}

/** One element as errors print it. */
export function elementText(element: string): string {
  const rest = element.slice(2);
  switch (element[0]) {
    case 'k': {
      const keys = JSON.parse(rest) as Record<string, unknown>;
      return `[${Object.keys(keys)
        .map((key) => `${key}=${JSON.stringify(keys[key])}`)
        .join(',')}]`;
    }
    case 'v':
      return `[=${rest}]`;
    case 'i':
      return `[${rest}]`;
    default:
      return `.${rest}`;
  }
}

/** True for JSON that is a well-formed set. */
export function isFieldSet(value: unknown): value is FieldSet {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const [key, child] of Object.entries(value)) {
    if (key !== '.' && !/^(f:|i:\d+$|v:|k:\{)/s.test(key)) return false;
    if (key[0] === 'k' || key[0] === 'v') {
      try {
        JSON.parse(key.slice(2));
      } catch {
        return false;
      }
    }
    if (!isFieldSet(child)) return false;
  }
  return true;
}
