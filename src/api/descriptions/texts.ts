/**
 * Texts of one group-version: by definition (`StatefulSetSpec`), then by field; what stands under the empty name is said of
 * the definition itself. Written from what this system does, not taken from upstream. ASCII only: such strings take half.
 */
export interface Texts {
  /** What stands before the names here: `io.k8s.api.apps.v1`. */
  readonly prefix: string;
  readonly texts: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Of conditions of any kind. */
export const CONDITION = {
  type: 'Which aspect the condition speaks of. A list of conditions has each type once.',
  status: 'Whether it holds: `True`, `False` or `Unknown`.',
  lastTransitionTime: 'When status last changed to another value; a new reason or message does not move it.',
  reason: 'One word in CamelCase for programs: why the status is what it is.',
  message: 'The same for people; it may be empty.',
} as const;

/** Of kinds that are served and validated, for which no controller is there (`src/cluster/controllers.ts`). */
export const STORED_ONLY =
  'Perdure stores and validates this kind but has no controller for it: without one of yours, nothing comes of it.';
