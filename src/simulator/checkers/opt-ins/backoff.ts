import { parseGoDuration, parseTime } from '../../../base/time.ts';
import type { KubeObject } from '../../../schema/object.ts';
import type { Checker, CheckerDefinition } from '../checker.ts';
import { annotationOf, indexOf, isFinished, ordinalOf, partitionOf, podKey, REVISION_LABEL } from '../facts.ts';

const OPT_IN_BACKOFF = 'perdure.dev/ordinal-backoff';
const FAILURES = 'perdure.dev/ordinal-failures';

/** `10s..5m` in ms; null when it cannot be read. */
function rangeOf(set: KubeObject): readonly [number, number] | null {
  const match = /^(.+)\.\.(.+)$/.exec(annotationOf(set, OPT_IN_BACKOFF) ?? '');
  if (match === null) return null;
  try {
    return [parseGoDuration(match[1]!.trim()), parseGoDuration(match[2]!.trim())];
  } catch {
    return null;
  }
}

/** When the last container of the pod ended, where its status says so. */
function endOf(pod: KubeObject): number {
  const ends = (pod.status?.containerStatuses ?? []).map(
    (status: { state?: { terminated?: { finishedAt?: string } } }) => parseTime(status.state?.terminated?.finishedAt),
  );
  return Math.max(Number.NEGATIVE_INFINITY, ...ends.filter((end: number) => !Number.isNaN(end)));
}

/** Opt-in ordinal-backoff: a member that failed after failures stays until its time has come. */
export const BACKOFF: CheckerDefinition = {
  id: 'O3',
  title: 'a member that fails again is not made anew before its backoff is over',
  create({ history, decisions, evaluated, violated }): Checker {
    return {
      on(entry) {
        if (entry.kind !== 'call' || entry.call.verb !== 'delete' || entry.call.target.resource !== 'pods') return;
        const decision = decisions.ofPod(entry);
        if (decision === null) return;
        const { set, nowMs } = decision;
        const range = rangeOf(set);
        const pod = history.now(podKey(set.metadata.namespace ?? '', entry.call.name));
        if (range === null || pod === null || !isFinished(pod)) return;
        const index = indexOf(set, ordinalOf(pod));
        const isWanted = decisions.updateRevisions(set).has(pod.metadata.labels?.[REVISION_LABEL] ?? '');
        const before = Number(annotationOf(pod, FAILURES) ?? 0);
        const end = endOf(pod);
        const lived = end - parseTime(pod.metadata.creationTimestamp);
        // Another revision, a row that ended, or times nobody can go by: it may go at once.
        if (index < partitionOf(set) || !isWanted || before < 1 || !(lived < 2 * range[1])) return;
        const delay = Math.min(range[1], range[0] * 2 ** (before - 1));
        const early = end + delay - nowMs;
        if (early > 2 * delay) return;
        evaluated();
        if (early > 0)
          violated(`${set.metadata.name} took ${pod.metadata.name} away ${early} ms before its ${delay} ms were over`);
      },
    };
  },
};
