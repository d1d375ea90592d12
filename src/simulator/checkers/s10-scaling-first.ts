import type { KubeObject } from '../../schema/object.ts';
import type { JournalEntry } from '../observe/journal.ts';
import type { Checker, CheckerContext, CheckerDefinition } from './checker.ts';
import {
  annotationOf,
  controllerRef,
  indexOf,
  isMember,
  isOrdered,
  isTerminating,
  mayBeMember,
  OPT_IN_STUCK,
  ordinalOf,
  ordinalsOf,
} from './facts.ts';
import { type UpdateDelete, updateDelete } from './update-deletes.ts';

/** What must have been done before a member goes for an update. */
class ScalingFirst implements Checker {
  readonly #context: CheckerContext;
  /** Members asked for in the last pass over a set, by its uid. */
  readonly #created = new Map<string, { readonly pass: number; readonly names: Set<string> }>();

  constructor(context: CheckerContext) {
    this.#context = context;
  }

  on(entry: JournalEntry): void {
    if (entry.kind !== 'call' || entry.call.part !== 'statefulset' || entry.call.target.resource !== 'pods') return;
    if (entry.call.verb === 'create') {
      const decision = this.#context.decisions.ofPod(entry);
      const uid = controllerRef(entry.call.body as KubeObject)?.uid;
      if (decision !== null && uid !== undefined) this.#createdIn(uid, decision.pass.sequence).add(entry.call.name);
      return;
    }
    const update = updateDelete(this.#context.decisions, entry);
    if (update !== null) this.#deleted(update);
  }

  #createdIn(uid: string, pass: number): Set<string> {
    let created = this.#created.get(uid);
    if (created?.pass !== pass) {
      created = { pass, names: new Set() };
      this.#created.set(uid, created);
    }
    return created.names;
  }

  #deleted({ decision, name }: UpdateDelete): void {
    const { evaluated, violated } = this.#context;
    const { set, pass } = decision;
    evaluated();
    if (set.spec.updateStrategy?.type === 'OnDelete') {
      violated(`${set.metadata.name} is OnDelete and deleted ${name} for an update`);
      return;
    }
    // A member that holds everything up goes before anything else (O1 judges which may).
    if (isOrdered(set) && annotationOf(set, OPT_IN_STUCK) !== undefined) return;
    const created = this.#createdIn(set.metadata.uid ?? '', pass.sequence);
    const why = new Set<string>();
    const allowed = decision.sometime((pods) => {
      const against = unscaled(set, pods, created, pass.deleted);
      if (against !== null) why.add(against);
      return against === null;
    });
    if (!allowed) violated(`${set.metadata.name} deleted ${name} for an update before scaling: ${[...why].join('; ')}`);
  }
}

/** What is left of scaling, null when nothing is. */
function unscaled(
  set: KubeObject,
  pods: ReadonlyMap<string, KubeObject>,
  created: ReadonlySet<string>,
  deleted: ReadonlySet<string>,
): string | null {
  for (const ordinal of ordinalsOf(set)) {
    const name = `${set.metadata.name}-${ordinal}`;
    const pod = pods.get(name);
    if (pod !== undefined && mayBeMember(set, pod)) continue;
    // Held back until the claim of the pod before it is gone: only an ordered set waits for that.
    const heldBack = !isOrdered(set) && set.spec.persistentVolumeClaimRetentionPolicy?.whenScaled === 'Delete';
    if (!created.has(name) && !heldBack) return `${name} is missing`;
  }
  for (const [name, pod] of pods) {
    if (!isMember(set, pod) || indexOf(set, ordinalOf(pod)) >= 0) continue;
    if (isOrdered(set)) return `surplus ${name} is not gone`;
    if (!isTerminating(pod) && !deleted.has(name)) return `surplus ${name} was left alone`;
  }
  return null;
}

export const S10: CheckerDefinition = {
  id: 'S10',
  title: 'scaling comes before updating; OnDelete never deletes for an update',
  create: (context) => new ScalingFirst(context),
};
