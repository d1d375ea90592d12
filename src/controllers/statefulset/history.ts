import type { Client } from '../../client/client.ts';
import type { Informer } from '../../client/informer.ts';
import { controllerOf } from '../../client/meta.ts';
import { CONTROLLER_REVISIONS } from '../../client/resources.ts';
import type { WriteTracker } from '../../client/write-tracker.ts';
import { isStatus } from '../../schema/status.ts';
import { BY_CONTROLLER, controllerReference, ORPHANS } from '../framework/owners.ts';
import { selects } from '../framework/selector.ts';
import { decideRevision, holdsTemplate, newRevision, sortRevisions, superfluousRevisions } from './revisions.ts';
import { type ControllerRevision, STATEFUL_SET, type StatefulSet } from './types.ts';
import { keyOfSet } from './writes.ts';

export interface ResolvedRevisions {
  readonly current: ControllerRevision;
  readonly update: ControllerRevision;
  readonly collisionCount: number;
}

/** The revisions of sets: adopting, resolving, truncating (statefulset.md 1.3). */
export class History {
  readonly #client: Client;
  readonly #revisions: Informer<ControllerRevision>;
  readonly #tracker: WriteTracker;

  constructor(client: Client, revisions: Informer<ControllerRevision>, tracker: WriteTracker) {
    this.#client = client;
    this.#revisions = revisions;
    this.#tracker = tracker;
  }

  /** Owned by the set or by nobody, with labels its selector matches; in order. */
  list(set: StatefulSet): ControllerRevision[] {
    const owned = this.#revisions.byIndex(BY_CONTROLLER, set.metadata.uid ?? '');
    const orphans = this.#revisions.byIndex(ORPHANS, set.metadata.namespace ?? '');
    const matching = [...owned, ...orphans].filter((revision) => selects(set.spec.selector, revision.metadata.labels));
    return matching.length > 1 ? sortRevisions(matching) : matching;
  }

  /** `checkLive` throws when the set must not adopt. */
  async adoptOrphans(set: StatefulSet, checkLive: () => Promise<void>): Promise<void> {
    const orphans = this.list(set).filter((revision) => controllerOf(revision) === undefined);
    if (orphans.length === 0) return;
    try {
      await checkLive();
    } catch (error) {
      throw new Error(`can't adopt ControllerRevisions: ${error instanceof Error ? error.message : error}`);
    }
    for (const orphan of orphans) {
      const patch = {
        metadata: {
          ownerReferences: [...(orphan.metadata.ownerReferences ?? []), controllerReference(set, STATEFUL_SET)],
          uid: orphan.metadata.uid,
        },
      };
      this.#record(set, await this.#client.patch(this.#target(set), orphan.metadata.name ?? '', 'strategic', patch));
    }
  }

  /** The current and update revision, made or renumbered where needed. */
  async resolve(set: StatefulSet, sorted: readonly ControllerRevision[]): Promise<ResolvedRevisions> {
    const firstCount = set.status?.collisionCount ?? 0;
    const decision = decideRevision(set, sorted);
    let update: ControllerRevision;
    let collisionCount = firstCount;
    if (decision.kind === 'use') {
      update = decision.revision;
    } else if (decision.kind === 'renumber') {
      const renumbered = { ...decision.revision, revision: decision.number };
      update = this.#record(set, await this.#client.update(this.#target(set), renumbered));
    } else {
      ({ revision: update, collisionCount } = await this.#create(set, decision.number, firstCount));
    }
    const current = sorted.find((revision) => revision.metadata.name === set.status?.currentRevision) ?? update;
    return { current, update, collisionCount };
  }

  /** `live`: names that must stay. */
  async truncate(set: StatefulSet, sorted: readonly ControllerRevision[], live: ReadonlySet<string>): Promise<void> {
    for (const revision of superfluousRevisions(set, sorted, live)) {
      try {
        await this.#client.delete(this.#target(set), revision.metadata.name ?? '');
      } catch (error) {
        if (!isStatus(error, 'NotFound')) throw error;
      }
      this.#tracker.recordDelete(keyOfSet(set), this.#revisions, revision);
    }
  }

  async #create(
    set: StatefulSet,
    number: number,
    firstCount: number,
  ): Promise<{ revision: ControllerRevision; collisionCount: number }> {
    for (let count = firstCount; ; count++) {
      const wanted = newRevision(set, number, firstCount, count);
      try {
        const created = await this.#client.create<ControllerRevision>(this.#target(set), wanted);
        return { revision: this.#record(set, created), collisionCount: count };
      } catch (error) {
        if (!isStatus(error, 'AlreadyExists')) throw error;
        const taken = await this.#client.get<ControllerRevision>(this.#target(set), wanted.metadata.name ?? '');
        if (holdsTemplate(taken, set)) return { revision: taken, collisionCount: count };
      }
    }
  }

  #record(set: StatefulSet, revision: ControllerRevision): ControllerRevision {
    this.#tracker.record(keyOfSet(set), this.#revisions, revision);
    return revision;
  }

  #target(set: StatefulSet) {
    return { ...CONTROLLER_REVISIONS, namespace: set.metadata.namespace! };
  }
}
