import { optInsOf } from '../../../api/apps/stateful-set-opt-ins.ts';
import type { EventRecorder } from '../../../client/events.ts';
import type { StatefulSet } from '../types.ts';

/** Tells of annotations that cannot be read, once per set and problem: a Warning event `InvalidAnnotation`. */
export class AnnotationProblems {
  readonly #recorder: EventRecorder;
  readonly #told = new Map<string, readonly string[]>();

  constructor(recorder: EventRecorder) {
    this.#recorder = recorder;
  }

  report(set: StatefulSet): void {
    const uid = set.metadata.uid ?? '';
    const { problems } = optInsOf(set);
    if (problems.length === 0) {
      if (this.#told.size > 0) this.#told.delete(uid);
      return;
    }
    const told = this.#told.get(uid) ?? [];
    for (const problem of problems) {
      if (!told.includes(problem)) this.#recorder.event(set, 'Warning', 'InvalidAnnotation', problem);
    }
    this.#told.set(uid, problems);
  }

  forget(uid: string): void {
    this.#told.delete(uid);
  }
}
