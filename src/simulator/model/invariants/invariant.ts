import type { View } from '../view.ts';

/** null: nothing to say about this world; true: holds; a text: broken, and how. */
export type Verdict = null | true | string;

/** A predicate on what was observed and what was decided; `id` is its row in statefulset.md 5.2. */
export interface Invariant {
  readonly id: string;
  readonly name: string;
  readonly check: (view: View) => Verdict;
}
