import type { Score } from '../types.ts';
import { imageLocality } from './image-locality.ts';
import { preferredPodAffinity } from './inter-pod-affinity.ts';
import { preferredNodeAffinity } from './node-affinity.ts';
import { spreadPreference } from './pod-topology-spread.ts';
import { balancedAllocation, leastAllocated } from './resources.ts';
import { taintPreference } from './taint-toleration.ts';

/** Scores with upstream's weights (node.md 7.1). */
export const SCORES: readonly Score[] = [
  taintPreference,
  preferredNodeAffinity,
  leastAllocated,
  spreadPreference,
  preferredPodAffinity,
  balancedAllocation,
  imageLocality,
];
