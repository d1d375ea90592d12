import { Readable } from 'node:stream';
import type { NodeEndpoint } from '../apiserver/streaming/node-endpoint.ts';
import type { Clock } from '../base/clock.ts';
import type { KubeObject } from '../schema/object.ts';
import { badRequest, internalError } from '../schema/status.ts';
import type { FileSystem } from './files.ts';
import { readLog } from './logs/read.ts';
import { type ContainerRecord, isRunning } from './pod/container-record.ts';
import type { PodWorker } from './pod/worker.ts';
import type { Runtime } from './runtimes/runtime.ts';

export interface EndpointOptions {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly files: FileSystem | null;
  logDirectory(pod: KubeObject): string;
  worker(pod: KubeObject): PodWorker | undefined;
}

/** What `kubectl logs` is told of a container that has not run yet (node.md 6.4). */
function notStarted(pod: KubeObject, record: ContainerRecord): Error {
  const fallback = (pod.spec.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating';
  const reason = record.waiting?.reason ?? fallback;
  const where = `container "${record.name}" in pod "${pod.metadata.name}"`;
  if (reason === 'ErrImagePull') return badRequest(`${where} is waiting to start: image can't be pulled`);
  if (reason === 'ImagePullBackOff')
    return badRequest(`${where} is waiting to start: trying and failing to pull image`);
  return badRequest(`${where} is waiting to start: ${reason}`);
}

/** Logs and streams of one node's pods: what the API server asks a node for. */
export function createEndpoint(options: EndpointOptions): Omit<NodeEndpoint, 'page'> {
  const { runtime, clock, files } = options;

  function recordOf(pod: KubeObject, container: string): ContainerRecord {
    const record = options.worker(pod)?.record(container);
    if (record === undefined) throw badRequest(`container ${container} is not valid for pod ${pod.metadata.name}`);
    return record;
  }
  function runningId(pod: KubeObject, container: string): string {
    const record = recordOf(pod, container);
    if (!isRunning(record)) throw internalError(`unable to upgrade connection: container not found ("${container}")`);
    return record.state!.id;
  }

  return {
    async logs(pod, container, wanted) {
      const record = recordOf(pod, container);
      if (wanted.previous && record.last === null) {
        throw badRequest(`previous terminated container "${container}" in pod "${pod.metadata.name}" not found`);
      }
      if (!wanted.previous && record.state === null && record.last === null) throw notStarted(pod, record);
      // A container that waits to be started again shows what its last instance said.
      const attempt = wanted.previous ? record.attempt - 1 : record.attempt;
      if (files === null) return Readable.from([]);
      const { state } = record;
      const live = !wanted.previous && state !== null && state.phase === 'running';
      return readLog(
        {
          files,
          path: `${options.logDirectory(pod)}/${container}/${Math.max(0, attempt)}.log`,
          now: clock.now(),
          onEnd: live ? (ended) => onExit(record, state.id, ended) : null,
        },
        wanted,
      );
    },
    exec: async (pod, container, command, streams) => runtime.exec(runningId(pod, container), command, streams),
    attach: async (pod, container, streams) => runtime.attach(runningId(pod, container), streams),
    connect: async (pod, port) => {
      if (options.worker(pod) === undefined) throw badRequest(`pod ${pod.metadata.name} is not running on this node`);
      return runtime.connect(pod.metadata.uid ?? '', port);
    },
  };
}

function onExit(record: ContainerRecord, id: string, ended: () => void): () => void {
  if (record.state?.id !== id || !isRunning(record)) {
    ended();
    return () => {};
  }
  record.exitListeners ??= new Set();
  record.exitListeners.add(ended);
  return () => record.exitListeners?.delete(ended);
}
