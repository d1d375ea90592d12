import type { PlantedBug } from './bug.ts';

const AGENT = 'src/node/agent.ts';
const ADOPT = 'src/node/pod/adopt.ts';
const WORKER = 'src/node/pod/worker.ts';
const STRAYS = 'src/node/strays.ts';
const POD_CLAIMS = 'src/node/volumes/pod-claims.ts';
const STATUS_WRITER = 'src/node/status-writer.ts';

export const NODE_AGENT_BUGS: readonly PlantedBug[] = [
  {
    id: 'second-start-after-restart',
    title: 'an agent that restarted starts what runs already',
    file: ADOPT,
    search: 'record.state = newest;',
    replace: '',
    breaks: 'S1',
    note: 'needs an agent that dies while its containers run on',
  },
  {
    id: 'strays-kept',
    title: 'what runs for pods that are gone from the API is left running',
    file: STRAYS,
    search: 'await runtime.removeSandbox(uid).catch(() => undefined);',
    replace: '',
    breaks: 'S1',
    note: 'needs a pod deleted by force while its agent was down',
  },
  {
    id: 'force-deleted-kept-running',
    title: 'the containers of a pod removed by force run on',
    file: WORKER,
    search: "else if (this.stage !== 'ending') this.#end(deletionGraceOf(this.pod));",
    replace: '',
    breaks: 'S1',
    note: 'needs a forced deletion of a running member',
  },
  {
    id: 'same-name-not-waited-for',
    title: 'a pod starts while the one of the same name before it is still stopping',
    file: AGENT,
    search: 'if (others === undefined || others.length === 1) this.#release(worker);',
    replace: 'this.#release(worker);',
    breaks: 'S1',
    note: 'needs a forced deletion, and the next member on the same node',
  },
  {
    id: 'deletion-confirmed-early',
    title: 'the agent confirms a deletion before the containers have stopped',
    file: STATUS_WRITER,
    search: 'const ended = worker.cleaned && deleted;',
    replace: 'const ended = deleted;',
    breaks: 'S1',
    note: 'needs members that take time to stop',
  },
  {
    id: 'confirmation-without-uid',
    title: 'the confirmation of a deletion does not say which pod it means',
    file: STATUS_WRITER,
    search: '{ gracePeriodSeconds: 0, preconditions: { uid: worker.uid } }',
    replace: '{ gracePeriodSeconds: 0 }',
    breaks: 'S16',
    note: 'needs a confirmation that is late or repeated, after the member was made again',
  },
  {
    id: 'grace-cut-short',
    title: 'containers are killed without their grace',
    file: 'src/node/pod/stop-containers.ts',
    search: 'const state = await host.runtime.stopContainer(id, rest);',
    replace: 'const state = await host.runtime.stopContainer(id, 0);',
    breaks: 'S16',
    note: 'needs members that take time to stop',
  },
  {
    id: 'exit-unnoticed',
    title: 'the agent does not hear of containers that exit',
    file: AGENT,
    search: 'else void worker.exited(state);',
    replace: 'else void worker;',
    breaks: 'L1',
    note: 'needs a container that crashes',
  },
  {
    id: 'ready-though-down',
    title: 'a pod stays ready while its container is down',
    file: 'src/node/status/conditions.ts',
    search: 'const unready = relevant.filter((status) => !status.ready).map((status) => status.name);',
    replace: 'const unready: string[] = [];',
    breaks: 'S6',
    note: 'needs a container that is not ready, or crashes',
  },
  {
    id: 'claim-in-deletion-mounted',
    title: 'a pod starts on a claim that is being deleted',
    file: POD_CLAIMS,
    search: "if (claim.metadata.deletionTimestamp !== undefined) throw failed(name, key, 'PVC is being deleted');",
    replace: '',
    breaks: 'S3',
    note: 'needs a claim deleted between scheduling and start',
  },
  {
    id: 'unbound-claim-mounted',
    title: 'a pod starts before its claims are bound',
    file: POD_CLAIMS,
    search: "if (claim.status?.phase !== 'Bound' || !claim.spec.volumeName)",
    replace: 'if (!claim.spec.volumeName)',
    breaks: 'S3',
    note: 'needs a node that looks between the two writes that bind a claim',
  },
  {
    id: 'adoption-forgets-changes',
    title: 'an agent that starts again does not tell the runtime what has changed about the pods it finds',
    file: ADOPT,
    search: 'host.runtime.podChanged?.(worker.pod);',
    replace: '',
    breaks: 'L1',
    note: 'a bug this simulator found: seed 110 of its first day',
  },
];
