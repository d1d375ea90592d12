import type { PlantedBug } from './bug.ts';

const ENDPOINTS = 'src/controllers/endpointslice/endpoints.ts';

export const SERVICE_BUGS: readonly PlantedBug[] = [
  {
    id: 'unready-published',
    title: 'members that are not ready are published',
    file: ENDPOINTS,
    search: 'const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);',
    replace: 'const ready = true;',
    breaks: 'S17',
    note: 'any start of a member shows it',
  },
  {
    id: 'leaving-published',
    title: 'members that are terminating are published as ready',
    file: ENDPOINTS,
    search: 'const terminating = isTerminating(pod);',
    replace: 'const terminating = false;',
    breaks: 'S17',
    note: 'needs members that take time to stop',
  },
  {
    id: 'names-not-refreshed',
    title: 'DNS goes on answering with the endpoints it knew first',
    file: 'src/dns/zone.ts',
    search: 'if (entry !== undefined) entry.names = null;',
    replace: '',
    breaks: 'S17',
    note: 'needs a name asked for before and after a change',
  },
  {
    id: 'names-of-unready',
    title: 'DNS answers with endpoints that are not ready',
    file: 'src/dns/service-names.ts',
    search: 'if (endpoint.conditions?.ready === false) continue;',
    replace: '',
    breaks: 'S17',
    note: 'any start of a member shows it',
  },
];
