import { parseTime } from '../../../base/time.ts';
import type { PodView } from '../../../node/runtimes/runtime.ts';
import { behaviourOf, SIMULATE } from '../../../node/runtimes/simulated.ts';
import type { KubeObject } from '../../../schema/object.ts';
import type { World } from '../../world/world.ts';
import { type Conduct, CRASHING, NEVER_READY, pullFails, REVISION } from '../conduct.ts';
import { isCrashing, isReady } from '../members.ts';

/** A pod that is not ready so soon after its start may only be starting. */
const STARTING_MS = 120_000;
const PULL_FAILED = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName'];

interface ContainerStatus {
  readonly name: string;
  readonly restartCount?: number;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
}

const statusesOf = (pod: KubeObject): readonly ContainerStatus[] => pod.status?.containerStatuses ?? [];

/** How the pod misbehaves by its status; null for one that is well, or has only just started. */
function misconductOf(pod: KubeObject, nowMs: number): Readonly<Record<string, string>> | null {
  if (isReady(pod) || !pod.spec?.nodeName) return null;
  const waiting = statusesOf(pod).flatMap(({ state }) => (state?.waiting === undefined ? [] : [state.waiting]));
  const pull = waiting.find(({ reason = '' }) => PULL_FAILED.includes(reason));
  if (pull !== undefined) return pullFails(pull.message ?? 'the image could not be pulled');
  if (isCrashing(pod)) return CRASHING;
  const startedMs = parseTime(pod.status?.startTime);
  return pod.status?.phase === 'Running' && nowMs - startedMs > STARTING_MS ? NEVER_READY : null;
}

/** Members that misbehave go on doing so until they are made from another revision. */
export function learn(conduct: Conduct, pod: KubeObject, nowMs: number): void {
  const match = /^(.+)-(\d+)$/.exec(pod.metadata.name ?? '');
  const annotations = misconductOf(pod, nowMs);
  if (annotations === null || match === null) return;
  const set = `${pod.metadata.namespace}/${match[1]}`;
  const revision = pod.metadata.labels?.[REVISION] ?? '';
  conduct.misbehave({ set, ordinal: Number(match[2]), of: { revision }, annotations });
}

/** Whether its containers run, so that its agent has to find them running. */
export const runs = (pod: KubeObject): boolean => pod.status?.phase === 'Running' && !isCrashing(pod);

/** Starts the containers of a pod that ran before; resolves once they are as ready as they will be. */
export async function start(world: World, conduct: Conduct, pod: KubeObject): Promise<void> {
  const machine = world.machines.get(pod.spec?.nodeName ?? '');
  const { uid = '', name = '', namespace = '' } = pod.metadata;
  if (machine === undefined || !machine.on) return;
  const { runtime } = machine;
  const view = withoutWaits(pod);
  await runtime.createSandbox({
    uid,
    namespace,
    name,
    node: machine.name,
    hostname: name,
    hostNetwork: pod.spec?.hostNetwork === true,
    directory: '',
    dns: { nameservers: [], searches: [], options: [] },
    pod: view,
  });
  const restarts = new Map(statusesOf(pod).map((status) => [status.name, status.restartCount ?? 0]));
  const containers: readonly { name: string; image: string }[] = [
    ...(pod.spec?.initContainers ?? []),
    ...(pod.spec?.containers ?? []),
  ];
  for (const container of containers) {
    await runtime.startContainer({
      podUid: uid,
      name: container.name,
      attempt: restarts.get(container.name) ?? 0,
      image: await runtime.pullImage(container.image, 'IfNotPresent'),
      command: [],
      args: [],
      env: [],
      mounts: [],
      supplementalGroups: [],
      readOnlyRoot: false,
      privileged: false,
      tty: false,
      stdin: false,
      limits: {},
      logPath: '',
      terminationLogPath: '',
      terminationMessagePath: '',
    });
  }
  await new Promise<void>((resolve) => void world.clock.setTimer(readyAfterMs(conduct, view), resolve));
}

function readyAfterMs(conduct: Conduct, pod: PodView): number {
  const annotations = { ...pod.metadata.annotations, ...conduct.annotations(pod) };
  const inConduct = { ...pod, metadata: { ...pod.metadata, annotations } };
  const containers: readonly { name: string }[] = pod.spec?.containers ?? [];
  return Math.max(0, ...containers.map(({ name }) => behaviourOf(inConduct, name, false).readyAfter));
}

/** Init containers that waited for others have waited already. */
function withoutWaits(pod: KubeObject): PodView {
  const initContainers = (pod.spec?.initContainers ?? []).map(
    ({ command: _c, args: _a, ...container }: { command?: unknown; args?: unknown }) => container,
  );
  const annotations = { ...pod.metadata.annotations, [`${SIMULATE}init-duration`]: '0s' };
  return { ...pod, metadata: { ...pod.metadata, annotations }, spec: { ...pod.spec, initContainers } };
}
