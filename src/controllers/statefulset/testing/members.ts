import type { Pod } from '../../framework/objects.ts';
import { decide } from '../decide.ts';
import { newPod } from '../identity.ts';
import type { Observed } from '../plan.ts';
import type { StatefulSet } from '../types.ts';

/** Objects of a set of three members named `web`, for tests. */
export const NOW = Date.UTC(2026, 0, 1, 12);
export const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main' }] } };

/** `unready` was Ready before; `starting` has never been. */
export type State = 'absent' | 'pending' | 'starting' | 'ready' | 'unready' | 'failed' | 'terminating';
export interface Member {
  readonly state: State;
  readonly revision?: 'A' | 'B' | 'C';
}

export const iso = (ms: number): string => new Date(ms).toISOString();
/** When the pods of `aPod` began. */
export const BORN = NOW - 3_600_000;

export function aSet(
  annotations: Readonly<Record<string, string>>,
  spec: Partial<StatefulSet['spec']> = {},
): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'web', namespace: 'n', uid: 'set-uid', generation: 1, annotations },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template,
      serviceName: 'web',
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      ...spec,
    },
  };
}

export function aPod(set: StatefulSet, ordinal: number, { state, revision = 'A' }: Member): Pod {
  const pod = newPod(set, template, `web-${revision}`, ordinal);
  const phases: Partial<Record<State, string>> = { pending: 'Pending', failed: 'Failed' };
  const ready = state === 'ready' || state === 'terminating';
  const since = iso(state === 'starting' || state === 'pending' ? BORN : NOW - 60_000);
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      uid: `pod-${ordinal}`,
      creationTimestamp: iso(BORN),
      ...(state === 'terminating' ? { deletionTimestamp: iso(NOW + 30_000) } : {}),
    },
    status: {
      phase: phases[state] ?? 'Running',
      startTime: iso(BORN),
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: since }],
    },
  };
}

export function observe(
  set: StatefulSet,
  members: readonly (Member | State)[],
  extra: Partial<Observed> = {},
): Observed {
  const pods = members.flatMap((member, ordinal) => {
    const full = typeof member === 'string' ? { state: member } : member;
    return full.state === 'absent' ? [] : [aPod(set, ordinal, full)];
  });
  return {
    set,
    pods,
    current: { name: 'web-A', template },
    update: { name: 'web-A', template },
    collisionCount: 0,
    claim: () => undefined,
    maxUnavailable: false,
    ...extra,
  };
}

/** `create web-0 | delete web-2` per batch. */
export function written(observed: Observed, now = NOW): string[] {
  return decide(observed, now).batches.map((units) =>
    units.map((unit) => unit.map((action) => `${action.kind} ${action.pod.metadata.name}`).join(' + ')).join(' | '),
  );
}
