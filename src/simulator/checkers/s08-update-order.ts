import type { KubeObject } from '../../schema/object.ts';
import type { JournalEntry } from '../observe/journal.ts';
import type { Checker, CheckerContext, CheckerDefinition } from './checker.ts';
import type { CallEntry, Decision } from './decisions.ts';
import {
  annotationOf,
  controllerRef,
  indexOf,
  isMember,
  isTerminating,
  OPT_IN_COUNTING,
  OPT_IN_STUCK,
  ordinalOf,
  ordinalsOf,
  partitionOf,
  REVISION_LABEL,
  replicasOf,
} from './facts.ts';
import { type UpdateDelete, updateDelete } from './update-deletes.ts';

const revisionOf = (pod: KubeObject): string => pod.metadata.labels?.[REVISION_LABEL] ?? '';

/** Which member an update takes next, and at which revision members come back. */
class UpdateOrder implements Checker {
  readonly #context: CheckerContext;

  constructor(context: CheckerContext) {
    this.#context = context;
  }

  on(entry: JournalEntry): void {
    if (entry.kind !== 'call') return;
    if (entry.call.target.resource === 'statefulsets' && entry.call.subresource === 'status') this.#promoted(entry);
    if (entry.call.target.resource !== 'pods') return;
    if (entry.call.verb === 'create') this.#created(entry);
    const update = updateDelete(this.#context.decisions, entry);
    if (update !== null) this.#deleted(update);
  }

  #deleted({ decision, name, index }: UpdateDelete): void {
    const { decisions, evaluated, violated } = this.#context;
    const { set } = decision;
    const update = decisions.updateRevisions(set);
    evaluated();
    if (index < partitionOf(set)) {
      violated(`${name}, below the partition ${partitionOf(set)} of ${set.metadata.name}, was deleted for an update`);
      return;
    }
    // Opt-ins that replace, before its turn, a member that gives nothing.
    const outOfTurn = [OPT_IN_STUCK, OPT_IN_COUNTING].some((name) => annotationOf(set, name) !== undefined);
    const above = ordinalsOf(set).slice(index + 1);
    const why = new Set<string>();
    const allowed = decision.sometime((pods) => {
      const victim = pods.get(name);
      const old = above.find((ordinal) => {
        const one = pods.get(`${set.metadata.name}-${ordinal}`);
        if (decision.pass.deleted.has(`${set.metadata.name}-${ordinal}`)) return false;
        return one !== undefined && isMember(set, one) && !isTerminating(one) && !update.has(revisionOf(one));
      });
      const against =
        victim !== undefined && update.has(revisionOf(victim))
          ? `it is at the update revision ${revisionOf(victim)} already`
          : victim !== undefined && isTerminating(victim)
            ? 'it is terminating already'
            : old !== undefined && !outOfTurn
              ? `ordinal ${old} above it is old and still there`
              : null;
      if (against !== null) why.add(against);
      return against === null;
    });
    if (!allowed) violated(`${set.metadata.name} deleted ${name} for an update although ${[...why].join('; ')}`);
  }

  /** The update revision becomes the current one, at which members below the partition come back: when all have it. */
  #promoted(entry: CallEntry): void {
    const { decisions, evaluated, violated } = this.#context;
    const decision = decisions.of(entry, entry.call.name);
    if (decision === null) return;
    const { set } = decision;
    const status = (entry.call.body as KubeObject).status ?? {};
    const before: string = set.status?.currentRevision ?? '';
    if (status.currentRevision === before || before === '' || this.#isLost(decision, before)) return;
    evaluated();
    const wanted = replicasOf(set);
    const { replicas = 0, readyReplicas = 0, updatedReplicas = 0 } = status;
    const complete = replicas === wanted && readyReplicas === wanted && updatedReplicas === wanted;
    if (complete && set.spec.updateStrategy?.type !== 'OnDelete') return;
    violated(
      `the current revision of ${set.metadata.name} went from ${before} to ${status.currentRevision} with ${replicas} replicas, ` +
        `${readyReplicas} ready and ${updatedReplicas} updated of ${wanted}`,
    );
  }

  #created(entry: CallEntry): void {
    const { decisions, evaluated, violated } = this.#context;
    const decision = decisions.ofPod(entry);
    const pod = entry.call.body as KubeObject;
    if (decision === null || controllerRef(pod)?.uid !== decision.set.metadata.uid) return;
    const { set } = decision;
    const index = indexOf(set, ordinalOf(pod));
    if (index < 0) return;
    evaluated();
    const [names, whose] = this.#wanted(decision, index);
    if (names.has(revisionOf(pod))) return;
    violated(
      `${set.metadata.name} made ${pod.metadata.name} (index ${index}, partition ${partitionOf(set)}) at revision ` +
        `${revisionOf(pod)} instead of the ${whose} one, ${[...names].join(' or ')}`,
    );
  }

  /** Revisions a missing member may come back at. */
  #wanted(decision: Decision, index: number): [ReadonlySet<string>, string] {
    const { set } = decision;
    const { type = 'RollingUpdate', rollingUpdate } = set.spec.updateStrategy ?? {};
    const kept: number =
      rollingUpdate === undefined ? (set.status?.currentReplicas ?? 0) : (rollingUpdate.partition ?? 0);
    const update = this.#context.decisions.updateRevisions(set);
    if ((type !== 'RollingUpdate' && rollingUpdate === undefined) || index >= kept) return [update, 'update'];
    const current: string = set.status?.currentRevision ?? '';
    // A current revision somebody deleted cannot be made again: the update revision stands in for it.
    const lost = current === '' || this.#isLost(decision, current);
    return [new Set([...(current === '' ? [] : [current]), ...(lost ? update : [])]), 'current'];
  }

  /** True when the set may not have found the revision among its own. */
  #isLost({ set, states }: Decision, revision: string): boolean {
    const known = states('controllerrevisions', `apps/controllerrevisions/${set.metadata.namespace}/${revision}`);
    return known.some((state) => state === null || isForeign(set, state));
  }
}

/** A revision that the set does not count as its own. */
function isForeign(set: KubeObject, revision: KubeObject): boolean {
  const owner = controllerRef(revision);
  return owner !== undefined && owner.uid !== set.metadata.uid;
}

export const S8: CheckerDefinition = {
  id: 'S8',
  title: 'updates go from the highest index down to the partition; below it members come back as they were',
  create: (context) => new UpdateOrder(context),
};
