import { type Clock, sleep } from '../base/clock.ts';
import type { Client, Target } from '../client/client.ts';
import { controllerOf, keyOf } from '../client/meta.ts';
import { NODES, PODS } from '../client/resources.ts';
import type { KubeObject } from '../schema/object.ts';
import { isStatus, StatusError } from '../schema/status.ts';

/** As the flags of `kubectl drain`. */
export interface DrainOptions {
  /** Also pods that nothing makes anew. */
  readonly force?: boolean;
  /** Also pods whose emptyDir is lost with them. */
  readonly deleteEmptyDirData?: boolean;
  /** Milliseconds of the cluster's clock; default: no limit. */
  readonly timeoutMs?: number;
}

/** What kubectl does after a budget refused, and to see whether a pod is gone. */
const RETRY_MS = 5_000;
const POLL_MS = 1_000;

const isFinished = (pod: KubeObject): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/** Why kubectl would not touch the pod without a flag; null: it would. Pods of DaemonSets and mirror pods are passed over before. */
function objection(pod: KubeObject, { force = false, deleteEmptyDirData = false }: DrainOptions): string | null {
  if (isFinished(pod)) return null;
  if (!force && controllerOf(pod) === undefined)
    return `cannot delete Pods that declare no controller (use force to override): ${keyOf(pod)}`;
  const local = (pod.spec.volumes ?? []).some((volume: { emptyDir?: object }) => volume.emptyDir !== undefined);
  if (local && !deleteEmptyDirData)
    return `cannot delete Pods with local storage (use deleteEmptyDirData to override): ${keyOf(pod)}`;
  return null;
}

const isPassedOver = (pod: KubeObject): boolean =>
  controllerOf(pod)?.kind === 'DaemonSet' || pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;

/** Sets `spec.unschedulable`, as `kubectl cordon` and `uncordon` do. */
export async function cordon(client: Client, node: string, unschedulable: boolean): Promise<void> {
  await client.patch(NODES, node, 'strategic', { spec: { unschedulable: unschedulable ? true : null } });
}

/** `kubectl drain --ignore-daemonsets`: cordons, evicts all pods at once, and waits until each of them is gone. */
export async function drain(client: Client, clock: Clock, node: string, options: DrainOptions): Promise<void> {
  await cordon(client, node, true);
  const { items } = await client.list<KubeObject>(PODS, { fieldSelector: `spec.nodeName=${node}` });
  const pods = items.filter((pod) => !isPassedOver(pod));
  const objections = pods.flatMap((pod) => objection(pod, options) ?? []);
  if (objections.length > 0) throw new Error(`drain ${node}: ${objections.join('; ')}`);
  const until = clock.monotonic() + (options.timeoutMs ?? Number.POSITIVE_INFINITY);
  const left = (await Promise.all(pods.map((pod) => remove(client, clock, pod, until)))).filter(
    (text) => text !== null,
  );
  if (left.length > 0) throw new Error(`drain ${node}: not done in ${options.timeoutMs} ms: ${left.join('; ')}`);
}

/** Null once the pod is gone, or what kept it when time was up. */
async function remove(client: Client, clock: Clock, pod: KubeObject, until: number): Promise<string | null> {
  const target: Target = { ...PODS, namespace: pod.metadata.namespace ?? '' };
  const name = pod.metadata.name ?? '';
  let kept = `${keyOf(pod)} is still terminating`;
  let evicted = false;
  for (;;) {
    if (!evicted) {
      const refusal = await evict(client, target, name);
      evicted = refusal === null;
      if (refusal !== null) kept = `${keyOf(pod)}: ${refusal}`;
    }
    if (evicted && (await isGone(client, target, pod))) return null;
    const pause = evicted ? POLL_MS : RETRY_MS;
    if (clock.monotonic() + pause > until) return evicted ? `${keyOf(pod)} is still terminating` : kept;
    await sleep(clock, pause);
  }
}

/** Null when the server took it; else what a budget said (429). */
async function evict(client: Client, target: Target, name: string): Promise<string | null> {
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: target.namespace } };
  try {
    await client.createSub(target, name, 'eviction', eviction);
    return null;
  } catch (error) {
    if (isStatus(error, 'NotFound')) return null;
    if (error instanceof StatusError && error.code === 429) return error.message;
    throw error;
  }
}

async function isGone(client: Client, target: Target, pod: KubeObject): Promise<boolean> {
  try {
    const now = await client.get<KubeObject>(target, pod.metadata.name ?? '');
    return now.metadata.uid !== pod.metadata.uid;
  } catch (error) {
    if (isStatus(error, 'NotFound')) return true;
    throw error;
  }
}
