import type { KubeObject } from '../../schema/object.ts';
import type { JournalEntry } from '../observe/journal.ts';
import type { Checker, CheckerContext, CheckerDefinition } from './checker.ts';
import type { CallEntry, Decision, WriteEntry } from './decisions.ts';
import {
  controllerRef,
  described,
  isAvailable,
  isMember,
  isReady,
  isTerminating,
  mayBeMember,
  podKey,
  REVISION_LABEL,
} from './facts.ts';

/** Counters as the status has them (statefulset.md 1.2). */
interface Counts {
  readonly replicas: number;
  readonly ready: number;
  readonly available: number;
  readonly current: number;
  readonly updated: number;
}

function countsOf(status: KubeObject['status']): Counts {
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0, currentReplicas = 0 } = status ?? {};
  return {
    replicas,
    ready: readyReplicas,
    available: availableReplicas,
    current: currentReplicas,
    updated: status?.updatedReplicas ?? 0,
  };
}

function count(set: KubeObject, members: readonly KubeObject[], status: KubeObject['status'], nowMs: number): Counts {
  let [replicas, ready, available, current, updated] = [0, 0, 0, 0, 0];
  for (const pod of members) {
    const phase: string = pod.status?.phase ?? '';
    if (phase === '') continue;
    replicas++;
    if (phase === 'Running' && isReady(pod)) {
      ready++;
      if (isAvailable(set, pod, nowMs)) available++;
    }
    if (isTerminating(pod)) continue;
    const revision = pod.metadata.labels?.[REVISION_LABEL];
    if (revision === status?.currentRevision) current++;
    if (revision === status?.updateRevision) updated++;
  }
  return { replicas, ready, available, current, updated };
}

const said = ({ replicas, ready, available, current, updated }: Counts): string =>
  `${replicas}/${ready}/${available}/${current}/${updated}`;

/** What a set says of itself. */
class Status implements Checker {
  readonly #context: CheckerContext;

  constructor(context: CheckerContext) {
    this.#context = context;
  }

  on(entry: JournalEntry): void {
    if (entry.kind === 'write') this.#written(entry);
    else if (entry.kind === 'call' && entry.call.subresource === 'status') this.#called(entry);
  }

  #written({ event }: WriteEntry): void {
    if (event.type === 'delete' || !event.key.startsWith('apps/statefulsets/')) return;
    const set = event.entry.value;
    const before = event.previous?.value;
    if (before?.status === set.status || set.status === undefined) return;
    const { evaluated, violated } = this.#context;
    evaluated();
    const { observedGeneration = 0 } = set.status;
    const then: number = before?.metadata.uid === set.metadata.uid ? (before?.status?.observedGeneration ?? 0) : 0;
    if (observedGeneration > (set.metadata.generation ?? 0)) {
      violated(`${described(set)} has observed generation ${observedGeneration} and is at ${set.metadata.generation}`);
    }
    if (observedGeneration < then) {
      violated(`the observed generation of ${described(set)} fell from ${then} to ${observedGeneration}`);
    }
    const counts = countsOf(set.status);
    const { replicas, ready, available, current, updated } = counts;
    if (Math.max(ready, current, updated) > replicas || available > ready || Math.min(...Object.values(counts)) < 0) {
      violated(`${described(set)} counts ${said(counts)}`);
    }
  }

  /** A status as the controller sends it, against the pods it can have seen. */
  #called(entry: CallEntry): void {
    const { target, name, verb, body } = entry.call;
    if (target.resource !== 'statefulsets' || verb !== 'update') return;
    const decision = this.#context.decisions.of(entry, name);
    if (decision === null) return;
    const { evaluated, violated, decisions } = this.#context;
    const { set } = decision;
    const { status } = body as KubeObject;
    evaluated();
    if (status.observedGeneration !== set.metadata.generation) {
      violated(
        `${set.metadata.name} looked at generation ${set.metadata.generation} and says ${status.observedGeneration}`,
      );
    }
    if (!decisions.updateRevisions(set).has(status.updateRevision)) {
      violated(`${set.metadata.name} says that its template is in revision ${status.updateRevision}`);
    }
    const counts = new Set<string>();
    const right = decision.sometime((pods) => {
      for (const members of this.#membersOf(set, [...pods.values()])) {
        const least = count(set, members, status, decision.pass.nowMs);
        const most = count(set, members, status, decision.nowMs);
        counts.add(said(least));
        if (agrees(countsOf(status), least, most, decision)) return true;
      }
      return false;
    });
    if (right) return;
    violated(
      `${set.metadata.name} counts ${said(countsOf(status))} (replicas, ready, available, current, updated), and had ${[...counts].join(' or ')}`,
    );
  }

  /** Who counts: the set's own pods, without those it is about to adopt, or with them as they are or were when that was answered. */
  #membersOf(set: KubeObject, pods: readonly KubeObject[]): readonly (readonly KubeObject[])[] {
    const own = pods.filter((pod) => isMember(set, pod));
    const adopted = pods.filter(
      (pod) => controllerRef(pod) === undefined && mayBeMember(set, pod) && !isTerminating(pod),
    );
    if (adopted.length === 0 || isTerminating(set)) return [own];
    const later = adopted.map((pod) => this.#statesSince(pod));
    const most = Math.max(...later.map((states) => states.length));
    const choices = Array.from({ length: most }, (_, at) => later.map((states) => states[at] ?? states.at(-1)!));
    return [own, ...choices.map((choice) => [...own, ...choice])];
  }

  /** A pod as it is known, and as it has been since. */
  #statesSince(pod: KubeObject): readonly KubeObject[] {
    const { namespace = '', name = '', resourceVersion } = pod.metadata;
    const versions = this.#context.history.versions(podKey(namespace, name));
    const later = versions.filter(({ revision }) => revision > Number(resourceVersion));
    return [pod, ...later.flatMap(({ object }) => object ?? [])];
  }
}

function agrees(counts: Counts, least: Counts, most: Counts, { pass }: Decision): boolean {
  return (
    counts.replicas === least.replicas &&
    counts.ready === least.ready &&
    counts.updated === least.updated &&
    counts.available >= Math.min(least.available, most.available) &&
    counts.available <= Math.max(least.available, most.available) &&
    // Each member deleted for an update is taken off, whatever its revision.
    counts.current <= least.current &&
    counts.current >= Math.max(0, least.current - pass.deleted.size)
  );
}

export const S12: CheckerDefinition = {
  id: 'S12',
  title: 'status counts the pods that were seen; the observed generation is never ahead and never falls',
  create: (context) => new Status(context),
};
