import { deepEqual } from '../../base/json.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { StoreEvent } from '../../store/store.ts';

const NEVER_MATERIAL = ['core/events/', 'events.k8s.io/events/', 'coordination.k8s.io/leases/'];

/** False for what is written in a world at rest too: signs of life and events. */
export function isMaterial(event: StoreEvent<KubeObject>): boolean {
  const { key, previous, entry } = event;
  if (NEVER_MATERIAL.some((prefix) => key.startsWith(prefix))) return false;
  if (!key.startsWith('core/nodes/') || event.type === 'delete' || previous === null) return true;
  return !isEqualButForHeartbeats(previous.value, entry.value);
}

type Condition = Readonly<Record<string, unknown>>;

function isEqualButForHeartbeats(a: KubeObject, b: KubeObject): boolean {
  if (!deepEqual(a.spec, b.spec) || !deepEqual(a.metadata.labels, b.metadata.labels)) return false;
  const { conditions: left = [], ...rest } = (a.status ?? {}) as { readonly conditions?: readonly Condition[] };
  const { conditions: right = [], ...others } = (b.status ?? {}) as { readonly conditions?: readonly Condition[] };
  return (
    left.length === right.length &&
    deepEqual(rest, others) &&
    left.every((condition, i) => {
      const other = right[i]!;
      return deepEqual({ ...condition, lastHeartbeatTime: '' }, { ...other, lastHeartbeatTime: '' });
    })
  );
}
