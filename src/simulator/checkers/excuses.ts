import type { KubeObject } from '../../schema/object.ts';
import type { ObjectHistory } from '../observe/history.ts';
import type { JournalEntry } from '../observe/journal.ts';
import type { CallEntry, WriteEntry } from './decisions.ts';
import { nodeKey } from './facts.ts';

const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

/**
 * Pods whose objects went although nobody had seen their processes end. Upstream gives up at most one there, and says so: a user
 * deleted with grace 0 (or the pod asks for no grace itself), the Node object was deleted, or the node was declared out of
 * service. A pod whose own agent confirmed the end is never among them.
 */
export class Excuses {
  readonly #history: ObjectHistory;
  readonly #excused = new Map<string, string>();
  /** Uids whose agent said that they have ended. */
  readonly #confirmed = new Set<string>();
  /** Keys of pods a user deleted by force, with the uid they had then. */
  readonly #forced = new Set<string>();
  /** Pods of nodes that fenced themselves: nothing of them runs, and nobody has said so. */
  readonly #fenced = new Set<string>();

  constructor(history: ObjectHistory) {
    this.#history = history;
  }

  on(entry: JournalEntry): void {
    if (entry.kind === 'call') this.#called(entry);
    else if (entry.kind === 'write' && entry.event.type === 'delete' && entry.event.key.startsWith('core/pods/')) {
      this.#gone(entry);
    }
  }

  /** Why the pod may still run although its object is gone; undefined when it must not. */
  of(podUid: string): string | undefined {
    return this.#excused.get(podUid);
  }

  /** Its node fenced itself and was given up. That is no excuse for a process, but nobody unmounts anything there. */
  isFenced(podUid: string): boolean {
    return this.#fenced.has(podUid);
  }

  #called({ call }: CallEntry): void {
    if (!isForcedDelete({ call })) return;
    const uid = this.#history.now(`core/pods/${call.target.namespace}/${call.name}`)?.metadata.uid ?? '';
    if (call.program.startsWith('kubelet/')) this.#confirmed.add(call.options?.preconditions?.uid ?? uid);
    else if (call.part === '') this.#forced.add(uid);
    else if (call.part === 'node-give-up') this.#fenced.add(call.options?.preconditions?.uid ?? uid);
  }

  #gone({ event }: WriteEntry): void {
    const pod = (event.previous ?? event.entry).value;
    const uid = pod.metadata.uid ?? '';
    if (this.#confirmed.has(uid)) return;
    const why = this.#forced.has(uid)
      ? 'a user deleted it by force'
      : pod.spec.terminationGracePeriodSeconds === 0
        ? 'it asks for no grace'
        : this.nodeGivenUp(pod);
    if (why !== undefined) this.#excused.set(uid, why);
  }

  /**
   * Why nobody need wait for the node of the pod: deleted or declared out of service since the pod was made, or before and not
   * back then: a scheduler behind the times may bind to it, and it may be back when the pod is removed for that.
   */
  nodeGivenUp(pod: KubeObject): string | undefined {
    const node: string | undefined = pod.spec.nodeName;
    if (node === undefined) return undefined;
    const born = this.#history.versions(keyOf(pod)).findLast(({ object }, at, all) => {
      const before = at === 0 ? null : all[at - 1]!.object;
      return object?.metadata.uid === pod.metadata.uid && before?.metadata.uid !== object?.metadata.uid;
    });
    const versions = this.#history.versions(nodeKey(node));
    const atBirth = versions.findLastIndex(({ revision }) => revision <= (born?.revision ?? 0));
    const states = versions.slice(Math.max(0, atBirth)).map(({ object }) => object);
    if (states.includes(null)) return `node ${node} was deleted`;
    return states.some(isOutOfService) ? `node ${node} was declared out of service` : undefined;
  }
}

/** A delete that leaves no time to confirm anything. */
export function isForcedDelete({ call }: Pick<CallEntry, 'call'>): boolean {
  const { verb, target, subresource, options, body } = call;
  if (target.resource !== 'pods' || target.group !== '') return false;
  if (verb === 'delete') return options?.gracePeriodSeconds === 0;
  // biome-ignore lint/suspicious/noExplicitAny: an Eviction as sent
  return subresource === 'eviction' && (body as any)?.deleteOptions?.gracePeriodSeconds === 0;
}

function isOutOfService(node: KubeObject | null): boolean {
  return (node?.spec?.taints ?? []).some((taint: { key: string }) => taint.key === OUT_OF_SERVICE);
}

const keyOf = ({ metadata }: KubeObject): string => `core/pods/${metadata.namespace}/${metadata.name}`;
