import { AROUND_BUGS } from './around.ts';
import type { PlantedBug } from './bug.ts';
import { CLIENT_BUGS } from './client.ts';
import { DISRUPTION_BUGS } from './disruption.ts';
import { GARBAGE_COLLECTOR_BUGS } from './garbage-collector.ts';
import { NODE_AGENT_BUGS } from './node-agent.ts';
import { SCHEDULER_BUGS } from './scheduler.ts';
import { SERVICE_BUGS } from './services.ts';
import { CLAIM_BUGS, ORDER_BUGS, UPDATE_BUGS } from './statefulset.ts';
import { API_SERVER_BUGS, STORE_BUGS } from './store.ts';
import { VOLUME_BUGS } from './volumes.ts';

export { type PlantedBug, withBug } from './bug.ts';

/** All bugs that `tools/planted-bugs.mjs` plants, one at a time. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  ...ORDER_BUGS,
  ...UPDATE_BUGS,
  ...CLAIM_BUGS,
  ...STORE_BUGS,
  ...API_SERVER_BUGS,
  ...CLIENT_BUGS,
  ...NODE_AGENT_BUGS,
  ...SCHEDULER_BUGS,
  ...VOLUME_BUGS,
  ...GARBAGE_COLLECTOR_BUGS,
  ...SERVICE_BUGS,
  ...DISRUPTION_BUGS,
  ...AROUND_BUGS,
];
