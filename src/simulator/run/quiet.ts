import type { KubeObject } from '../../schema/object.ts';
import type { StoreEvent } from '../../store/store.ts';

const NEVER_MATERIAL = ['core/events/', 'events.k8s.io/events/', 'coordination.k8s.io/leases/'];

/** False for what is written in a world at rest too: signs of life and events. */
export function isMaterial(event: StoreEvent<KubeObject>): boolean {
  const { key, previous, entry } = event;
  if (NEVER_MATERIAL.some((prefix) => key.startsWith(prefix))) return false;
  if (!key.startsWith('core/nodes/') || event.type === 'delete' || previous === null) return true;
  return withoutHeartbeats(previous.value) !== withoutHeartbeats(entry.value);
}

function withoutHeartbeats(node: KubeObject): string {
  const conditions = (node.status?.conditions ?? []).map((condition: { lastHeartbeatTime?: string }) => ({
    ...condition,
    lastHeartbeatTime: '',
  }));
  return JSON.stringify([node.spec, node.metadata.labels, { ...node.status, conditions }]);
}
