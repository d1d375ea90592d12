import { GIVEN_UP, isFencedPod } from '../../api/shared/self-fencing.ts';
import type { ContainerFact, JournalEntry } from '../observe/journal.ts';
import type { Checker, CheckerContext, CheckerDefinition } from './checker.ts';
import type { CallEntry, WriteEntry } from './decisions.ts';
import { podKey } from './facts.ts';

const LEASES = 'coordination.k8s.io/leases/kube-node-lease/';

/** Nodes that fence themselves: when they are given up nothing that writes runs there any more (docs/decisions/0018). */
class SelfFencing implements Checker {
  readonly #context: CheckerContext;
  /** What runs, by node and id. */
  readonly #running = new Map<string, Map<string, ContainerFact>>();

  constructor(context: CheckerContext) {
    this.#context = context;
  }

  on(entry: JournalEntry): void {
    if (entry.kind === 'started') this.#on(entry.container.node).set(entry.container.id, entry.container);
    else if (entry.kind === 'exited') this.#on(entry.container.node).delete(entry.container.id);
    else if (entry.kind === 'write' && entry.event.key.startsWith(LEASES)) this.#leaseWritten(entry);
    else if (entry.kind === 'call' && entry.call.part === 'node-give-up') this.#removed(entry);
  }

  #on(node: string): Map<string, ContainerFact> {
    let running = this.#running.get(node);
    if (running === undefined) {
      running = new Map();
      this.#running.set(node, running);
    }
    return running;
  }

  /** From the moment the mark is there others may be started in their place. */
  #leaseWritten({ event }: WriteEntry): void {
    const { evaluated, violated } = this.#context;
    const had = event.previous?.value.metadata.annotations?.[GIVEN_UP];
    const has = event.entry.value.metadata.annotations?.[GIVEN_UP];
    if (event.type === 'delete' || has === undefined || had !== undefined) return;
    evaluated();
    const node = event.entry.value.metadata.name ?? '';
    for (const fact of this.#on(node).values()) {
      if (this.#isFenced(fact)) violated(`node ${node} is given up while ${fact.pod} (${fact.podUid}) runs there`);
    }
  }

  /** As the API has it: whatever was released, and has no claim, may run on. */
  #isFenced({ namespace, pod, podUid }: ContainerFact): boolean {
    const now = this.#context.history.now(podKey(namespace, pod));
    return now?.metadata.uid === podUid && isFencedPod(now);
  }

  #removed({ call }: CallEntry): void {
    const { history, evaluated, violated } = this.#context;
    if (call.verb !== 'delete' || call.target.resource !== 'pods') return;
    evaluated();
    const now = history.now(podKey(call.target.namespace ?? '', call.name));
    const { uid, resourceVersion } = call.options?.preconditions ?? {};
    // What is refused does no harm.
    if (now === null || now.metadata.uid !== uid || now.metadata.resourceVersion !== resourceVersion) return;
    for (const fact of this.#on(now.spec.nodeName ?? '').values()) {
      if (fact.podUid === uid) violated(`${call.name} (${uid}) is given up while it runs on ${fact.node}`);
    }
  }
}

export const V3: CheckerDefinition = {
  id: 'V3',
  title: 'a node that fences itself is given up when nothing that writes runs there any more',
  create: (context) => new SelfFencing(context),
};
