import type { KubeObject } from '../../schema/object.ts';
import type { JournalEntry } from '../observe/journal.ts';
import type { Checker, CheckerContext, CheckerDefinition } from './checker.ts';
import { described, nodeKey, podKey } from './facts.ts';

/** What a controller may be behind, and a request under way. */
const LATE_MS = 60_000;
/** Timers may be a moment early. */
const MOMENT_MS = 1_000;

interface Taint {
  readonly key: string;
  readonly effect: string;
}

interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly effect?: string;
  readonly tolerationSeconds?: number;
}

/** Pods leave nodes that fell silent after the time they tolerate that, not before (node.md 9.2). */
class TaintEvictions implements Checker {
  readonly #context: CheckerContext;

  constructor(context: CheckerContext) {
    this.#context = context;
  }

  on(entry: JournalEntry): void {
    if (entry.kind !== 'call' || entry.call.part !== 'taint-eviction' || entry.call.verb !== 'delete') return;
    const { history, evaluated, violated } = this.#context;
    const { call, atMs } = entry;
    const pod = history.now(podKey(call.target.namespace ?? '', call.name));
    if (pod === null || pod.metadata.uid !== call.options?.preconditions?.uid) return;
    evaluated();
    const node: string = pod.spec.nodeName ?? '';
    const since = this.#taintedSince(node, atMs);
    const due = [...since].some(([key, ms]) => atMs - ms + MOMENT_MS >= toleratedMs(pod, key));
    if (!due)
      violated(`${described(pod)} was evicted from ${node}, whose taints it still tolerates: ${[...since.keys()]}`);
  }

  /** NoExecute taints of a node, of now or of late, and when each run of them began. */
  #taintedSince(node: string, atMs: number): ReadonlyMap<string, number> {
    const began = new Map<string, number>();
    const ended = new Map<string, number>();
    for (const version of this.#context.history.versions(nodeKey(node))) {
      const keys = executing(version.object);
      for (const key of keys) {
        // One taint in place of another goes on as the same trouble.
        const others = [...began.keys()].filter((one) => !ended.has(one) || ended.get(one) === version.atMs);
        if (!began.has(key) || ended.has(key)) {
          began.set(key, Math.min(version.atMs, ...others.map((one) => began.get(one) ?? version.atMs)));
        }
        ended.delete(key);
      }
      for (const key of began.keys()) if (!keys.includes(key) && !ended.has(key)) ended.set(key, version.atMs);
    }
    return new Map([...began].filter(([key]) => atMs - (ended.get(key) ?? atMs) <= LATE_MS));
  }
}

const executing = (node: KubeObject | null): readonly string[] =>
  (node?.spec?.taints ?? []).filter(({ effect }: Taint) => effect === 'NoExecute').map(({ key }: Taint) => key);

function toleratedMs(pod: KubeObject, key: string): number {
  const tolerations: readonly Toleration[] = pod.spec.tolerations ?? [];
  const used = tolerations.filter(
    (one) => (one.key === undefined || one.key === key) && (one.effect === undefined || one.effect === 'NoExecute'),
  );
  if (used.length === 0) return 0;
  return Math.min(...used.map(({ tolerationSeconds }) => (tolerationSeconds ?? Number.POSITIVE_INFINITY) * 1000));
}

export const V6: CheckerDefinition = {
  id: 'V6',
  title: 'a pod leaves a node that fell silent after the time it tolerates that',
  create: (context) => new TaintEvictions(context),
};
