import type { Client, Target, WatchEvent } from '../client/client.ts';
import type { KubeObject } from '../schema/object.ts';
import type { Applied } from './apply.ts';
import type { Output } from './output.ts';

const SETS = { group: 'apps', version: 'v1', resource: 'statefulsets' };
const PODS = { group: '', version: 'v1', resource: 'pods' };

const isReady = (pod: KubeObject): boolean =>
  (pod.status?.conditions ?? []).some(
    (each: { type: string; status: string }) => each.type === 'Ready' && each.status === 'True',
  );

/** All replicas of the observed generation Ready, and none of an older revision left. */
export function setIsReady(set: KubeObject): boolean {
  const wanted = set.spec.replicas ?? 1;
  const status = set.status ?? {};
  return (
    (status.observedGeneration ?? 0) >= (set.metadata.generation ?? 0) &&
    (status.readyReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (set.spec.updateStrategy?.type === 'OnDelete' || status.currentRevision === status.updateRevision)
  );
}

/** Reason a pod is not Ready yet, as short as the STATUS column. */
function obstacle(pod: KubeObject): string | null {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const waiting = statuses.map((each) => each.state?.waiting).find((each) => each?.message !== undefined);
  if (waiting !== undefined) return `${waiting.reason}: ${waiting.message}`;
  const scheduled = (pod.status?.conditions ?? []).find((each: { type: string }) => each.type === 'PodScheduled');
  return scheduled?.status === 'False' ? `${scheduled.reason}: ${scheduled.message}` : null;
}

/** Keeps one list current; calls back with every object, now and later. Lists again when the watch breaks. */
async function follow(client: Client, target: Target, onObject: (object: KubeObject) => void): Promise<() => void> {
  let stop = (): void => {};
  let stopped = false;
  const begin = async (): Promise<void> => {
    const list = await client.list<KubeObject>(target);
    for (const item of list.items) onObject(item);
    if (stopped) return;
    stop = client.watch<KubeObject>(
      target,
      { resourceVersion: list.resourceVersion },
      {
        onEvents(events: readonly WatchEvent<KubeObject>[]) {
          for (const event of events) if (event.type === 'ADDED' || event.type === 'MODIFIED') onObject(event.object);
        },
        onEnd: () => {
          if (!stopped) begin().catch(() => {});
        },
      },
    );
  };
  await begin();
  return () => {
    stopped = true;
    stop();
  };
}

/** Prints each ordinal of the applied sets as it becomes Ready, and what holds one up; resolves when all sets are Ready. */
export async function waitUntilReady(
  client: Client,
  applied: readonly Applied[],
  output: Output,
  elapsedMs: () => number,
): Promise<void> {
  const sets = new Map(
    applied
      .filter(({ target }) => target.resource === 'statefulsets')
      .map(({ object }) => [object.metadata.uid!, object]),
  );
  if (sets.size === 0) return;
  const namespaces = new Set([...sets.values()].map((set) => set.metadata.namespace!));
  const told = new Map<string, string>();
  const tell = (pod: KubeObject): void => {
    const owner = pod.metadata.ownerReferences?.find((reference) => reference.controller)?.uid;
    if (owner === undefined || !sets.has(owner)) return;
    const key = pod.metadata.uid!;
    const state = isReady(pod) ? 'Ready' : (obstacle(pod) ?? '');
    if (state === '' || told.get(key) === state) return;
    told.set(key, state);
    const where = state === 'Ready' ? `  ${pod.status?.podIP ?? ''}  ${pod.spec.nodeName ?? ''}` : '';
    output.line(`${String(Math.round(elapsedMs())).padStart(6)} ms  ${pod.metadata.name}  ${state}${where}`);
  };
  const stops: (() => void)[] = [];
  await new Promise<void>((resolve, reject) => {
    const pending = new Set(sets.keys());
    const settle = (set: KubeObject): void => {
      if (pending.has(set.metadata.uid!) && setIsReady(set)) pending.delete(set.metadata.uid!);
      if (pending.size === 0) resolve();
    };
    for (const namespace of namespaces) {
      const follows = [follow(client, { ...PODS, namespace }, tell), follow(client, { ...SETS, namespace }, settle)];
      for (const each of follows) each.then((stop) => stops.push(stop), reject);
    }
  });
  for (const stop of stops) stop();
}
