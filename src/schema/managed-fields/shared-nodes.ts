import type { FieldSet } from './field-set.ts';

/** More steps than that are not remembered: what is in use comes back by itself. */
const MOST = 8_192;

/** A node as far as it was built: what was added last, to which node. Equal beginnings are the same object. */
export class NodeState {
  readonly #before: NodeState | null;
  readonly #element: string;
  readonly #child: FieldSet | null;
  /** Most nodes go on in one way only; the others are in the map. */
  #next: NodeState | null = null;
  #others: Map<string, Map<FieldSet, NodeState>> | null = null;
  #node: FieldSet | null = null;
  #sorted: FieldSet | null = null;

  constructor(before: NodeState | null, element: string, child: FieldSet | null) {
    this.#before = before;
    this.#element = element;
    this.#child = child;
  }

  with(element: string, child: FieldSet): NodeState {
    const next = this.#next;
    if (next !== null && next.#element === element && next.#child === child) return next;
    const known = this.#others?.get(element)?.get(child);
    if (known !== undefined) return known;
    const state = new NodeState(this, element, child);
    counted();
    if (next === null) this.#next = state;
    else {
      this.#others ??= new Map();
      const children = this.#others.get(element);
      if (children === undefined) this.#others.set(element, new Map([[child, state]]));
      else children.set(child, state);
    }
    return state;
  }

  /** The node, with its children in the order they were added or in that of `sort`. */
  node(sort: ((node: FieldSet) => FieldSet) | null): FieldSet {
    this.#node ??= Object.freeze(this.#made());
    if (sort === null) return this.#node;
    this.#sorted ??= Object.freeze(sort(this.#node));
    return this.#sorted;
  }

  #made(): FieldSet {
    const steps: NodeState[] = [];
    for (let state: NodeState | null = this; state !== null; state = state.#before) steps.push(state);
    const out: Record<string, FieldSet> = {};
    for (const step of steps.reverse()) if (step.#child !== null) out[step.#element] = step.#child;
    return out;
  }
}

let states = 0;
let empty = new NodeState(null, '', null);

function counted(): void {
  states++;
  if (states < MOST) return;
  states = 0;
  empty = new NodeState(null, '', null);
}

/**
 * Where building a node begins. Objects made from one template own the same paths: their sets are found step by step
 * instead of being built, and are kept in memory once.
 */
export const firstState = (): NodeState => empty;
