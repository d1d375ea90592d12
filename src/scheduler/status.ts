import { rfc3339 } from '../base/time.ts';
import type { Client, Target } from '../client/client.ts';
import type { KubeObject } from '../schema/object.ts';
import type { PodInfo } from './pod-info.ts';

export const podsIn = (namespace: string): Target => ({ group: '', version: 'v1', resource: 'pods', namespace });

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

const conditionOf = (pod: KubeObject, type: string): Condition | undefined =>
  (pod.status?.conditions ?? []).find((condition: Condition) => condition.type === type);

/** Writes PodScheduled=False, and the nomination if given, when they say something new. */
export async function writeUnscheduled(
  client: Client,
  pod: PodInfo,
  reason: 'Unschedulable' | 'SchedulerError',
  message: string,
  nominated: string | undefined,
  now: number,
): Promise<void> {
  const known = conditionOf(pod.pod, 'PodScheduled');
  const same = known?.status === 'False' && known.reason === reason && known.message === message;
  const renominated = nominated !== undefined && nominated !== (pod.pod.status?.nominatedNodeName ?? '');
  if (same && !renominated) return;
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    observedGeneration: pod.pod.metadata.generation,
    lastProbeTime: null,
    lastTransitionTime: known?.status === 'False' ? known.lastTransitionTime : rfc3339(now),
    reason,
    message,
  };
  await client.patch(
    podsIn(pod.namespace),
    pod.name,
    'strategic',
    {
      metadata: { uid: pod.uid },
      status: {
        conditions: [condition],
        ...(renominated ? { nominatedNodeName: nominated === '' ? null : nominated } : {}),
      },
    },
    'status',
  );
}

/** Marks a victim of preemption before it is deleted. */
export async function markPreempted(client: Client, victim: PodInfo, scheduler: string, now: number): Promise<void> {
  await client.patch(
    podsIn(victim.namespace),
    victim.name,
    'strategic',
    {
      metadata: { uid: victim.uid },
      status: {
        conditions: [
          {
            type: 'DisruptionTarget',
            status: 'True',
            observedGeneration: victim.pod.metadata.generation,
            lastTransitionTime: rfc3339(now),
            reason: 'PreemptionByScheduler',
            message: `${scheduler}: preempting to accommodate a higher priority pod`,
          },
        ],
      },
    },
    'status',
  );
}
