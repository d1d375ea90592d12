import type { KubeObject } from '../../schema/object.ts';

/** On a Node of our own: the failure to play until the annotation is taken off. */
export const NODE_FAILURE = 'perdure.dev/failure';

/**
 * `power-off`: its containers are killed and its agent is silent, as after a loss of power. `cut-off`: its agent cannot
 * reach the API server nor be reached by it, while its containers run on and can be reached.
 */
export type NodeFailure = 'power-off' | 'cut-off';

/** Null: none, or a value that is none of them. */
export function failureOf(node: { readonly metadata: KubeObject['metadata'] }): NodeFailure | null {
  const value = node.metadata.annotations?.[NODE_FAILURE];
  return value === 'power-off' || value === 'cut-off' ? value : null;
}
