import { NODES, PODS } from '../../client/resources.ts';
import type { KubeObject } from '../../schema/object.ts';
import { StatusError } from '../../schema/status.ts';
import { present } from '../operations/lookup.ts';
import type { World } from '../world/world.ts';

/** As kubectl does it. */
const RETRY_MS = 5_000;
const LOOK_MS = 1_000;

export interface Drained {
  /** Pods that left, in the order in which they were seen gone. */
  readonly evicted: readonly string[];
  /** Pods that are still there, with what the API answered last. */
  readonly refused: readonly Refusal[];
  /** Pods whose eviction was accepted, and that are still there. */
  readonly left: readonly string[];
}

export interface Refusal {
  readonly pod: string;
  /** What the API said. */
  readonly why: string;
  /** The PodDisruptionBudget it named; '' when it named none. */
  readonly budget: string;
}

const nameOf = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`;

function podsOn(world: World, node: string): readonly KubeObject[] {
  return present(world, 'core/pods').filter(
    ({ spec, metadata }) =>
      spec?.nodeName === node && !metadata.ownerReferences?.some(({ kind }) => kind === 'DaemonSet'),
  );
}

/** Cordons a node and evicts its pods, again and again every 5 s, until it is empty, the time is over or `stopped` says so. */
export async function drain(world: World, node: string, timeoutMs: number, stopped: () => boolean): Promise<Drained> {
  const { clock, client } = world;
  await client.patch(NODES, node, 'merge', { spec: { unschedulable: true } });
  const evicted: string[] = [];
  const refused = new Map<string, Refusal>();
  const deadlineMs = clock.monotonic() + timeoutMs;
  let uids = new Map(podsOn(world, node).map((pod) => [pod.metadata.uid, nameOf(pod)]));
  let nextMs = 0;
  for (;;) {
    const left = podsOn(world, node).filter(({ metadata }) => uids.has(metadata.uid));
    for (const [uid, pod] of uids) if (!left.some(({ metadata }) => metadata.uid === uid)) evicted.push(pod);
    uids = new Map(left.map((pod) => [pod.metadata.uid, nameOf(pod)]));
    if (uids.size === 0 || clock.monotonic() >= deadlineMs || stopped()) break;
    if (clock.monotonic() >= nextMs) {
      nextMs = clock.monotonic() + RETRY_MS;
      for (const pod of left) if (pod.metadata.deletionTimestamp === undefined) await evict(world, pod, refused);
    }
    await new Promise<void>((resolve) => clock.setTimer(LOOK_MS, resolve));
  }
  const left = [...uids.values()];
  return {
    evicted,
    refused: [...refused.values()].filter(({ pod }) => left.includes(pod)),
    left: left.filter((pod) => !refused.has(pod)),
  };
}

async function evict(world: World, pod: KubeObject, refused: Map<string, Refusal>): Promise<void> {
  const { namespace = '', name = '' } = pod.metadata;
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
  try {
    await world.client.createSub({ ...PODS, namespace }, name, 'eviction', eviction);
    refused.delete(nameOf(pod));
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    if (error.reason === 'NotFound') return;
    const cause = error.status.details?.causes?.[0]?.message ?? '';
    const budget = /disruption budget (\S+)/.exec(cause)?.[1] ?? '';
    refused.set(nameOf(pod), { pod: nameOf(pod), why: `${error.message} ${cause}`.trim(), budget });
  }
}
