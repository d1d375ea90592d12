import type { CheckerDefinition } from './checker.ts';
import { L1 } from './l1-converged.ts';
import { L2 } from './l2-mended.ts';
import { L3 } from './l3-drained.ts';
import { L4 } from './l4-owners.ts';
import { L5 } from './l5-fresh.ts';
import { L6 } from './l6-idle.ts';
import { OPT_IN_CHECKERS } from './opt-ins/index.ts';
import { R1 } from './r01-no-storm.ts';
import { S1 } from './s01-one-process.ts';
import { S2 } from './s02-one-object.ts';
import { S3 } from './s03-own-volumes.ts';
import { S4 } from './s04-data-kept.ts';
import { S5 } from './s05-claim-owners.ts';
import { S6 } from './s06-ordered-creation.ts';
import { S7 } from './s07-ordered-removal.ts';
import { S8 } from './s08-update-order.ts';
import { S9 } from './s09-unavailability.ts';
import { S10 } from './s10-scaling-first.ts';
import { S11 } from './s11-history.ts';
import { S12 } from './s12-status.ts';
import { S13 } from './s13-own-deletes.ts';
import { S14 } from './s14-adoption.ts';
import { S15 } from './s15-store.ts';
import { S16 } from './s16-deletion.ts';
import { S17 } from './s17-names.ts';
import { V1 } from './v01-attachments.ts';
import { V2 } from './v02-snapshots.ts';
import { V3 } from './v03-self-fencing.ts';
import { V4 } from './v04-preemption.ts';
import { V5 } from './v05-growth.ts';
import { V6 } from './v06-taint-evictions.ts';

/** All invariants that are watched, in the order of the reference. */
export const CHECKERS: readonly CheckerDefinition[] = [
  S1,
  S2,
  S3,
  S4,
  S5,
  S6,
  S7,
  S8,
  S9,
  S10,
  S11,
  S12,
  S13,
  S14,
  S15,
  S16,
  S17,
  L1,
  L2,
  L3,
  L4,
  L5,
  L6,
  V1,
  V2,
  V3,
  V4,
  V5,
  V6,
  R1,
  ...OPT_IN_CHECKERS,
];
