import type { Pod } from './objects.ts';
import { isFinished, isPodReady, isTerminating } from './pods.ts';

/** Whether anything changed that services see of a pod. */
export function podNetworkChanged(pod: Pod, previous: Pod): boolean {
  return (
    pod.metadata.labels !== previous.metadata.labels ||
    pod.status?.podIP !== previous.status?.podIP ||
    pod.status?.podIPs?.length !== previous.status?.podIPs?.length ||
    pod.spec.nodeName !== previous.spec.nodeName ||
    isPodReady(pod) !== isPodReady(previous) ||
    isTerminating(pod) !== isTerminating(previous) ||
    isFinished(pod) !== isFinished(previous)
  );
}
