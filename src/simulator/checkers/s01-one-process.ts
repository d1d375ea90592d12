import type { ContainerFact } from '../observe/journal.ts';
import type { Checker, CheckerContext, CheckerDefinition } from './checker.ts';
import type { CallEntry } from './decisions.ts';
import { Excuses, isForcedDelete } from './excuses.ts';
import { isFinished, memberName, podKey } from './facts.ts';

/** At most one: judged where processes start and end, not by what the API says of them. */
class OneProcess implements Checker {
  readonly #context: CheckerContext;
  readonly #excuses: Excuses;
  /** What runs, by `namespace/pod` and id. */
  readonly #running = new Map<string, Map<string, ContainerFact>>();

  constructor(context: CheckerContext) {
    this.#context = context;
    this.#excuses = new Excuses(context.history);
  }

  on(entry: Parameters<NonNullable<Checker['on']>>[0]): void {
    this.#excuses.on(entry);
    if (entry.kind === 'started') this.#started(entry.container);
    else if (entry.kind === 'exited') this.#running.get(nameOf(entry.container))?.delete(entry.container.id);
    else if (entry.kind === 'call' && entry.call.program.startsWith('kubelet/')) this.#reported(entry);
    else if (entry.kind === 'call' && entry.call.part === 'pod-gc') this.#givenUp(entry);
  }

  /** At rest nothing runs that the API does not know. */
  settled(): void {
    for (const running of this.#running.values()) {
      for (const fact of running.values()) {
        this.#context.evaluated();
        const pod = this.#context.history.now(podKey(fact.namespace, fact.pod));
        if (pod?.metadata.uid === fact.podUid && pod.spec.nodeName === fact.node) continue;
        this.#context.violated(`${said(fact)} runs on, and the API knows no such pod there`);
      }
    }
  }

  /** The collector removes a pod that nobody confirmed: only where its machine was given up. */
  #givenUp(entry: CallEntry): void {
    const { history, evaluated, violated } = this.#context;
    const { namespace = '' } = entry.call.target;
    const pod = history.now(podKey(namespace, entry.call.name));
    if (!isForcedDelete(entry) || pod === null || pod.metadata.uid !== entry.call.options?.preconditions?.uid) return;
    evaluated();
    if (this.#excuses.nodeGivenUp(pod) !== undefined) return;
    for (const fact of this.#running.get(`${namespace}/${entry.call.name}`)?.values() ?? []) {
      if (fact.podUid === pod.metadata.uid)
        violated(`the pod collector removed ${said(fact)}, which runs on a node that is there`);
    }
  }

  #started(fact: ContainerFact): void {
    if (memberName(fact.pod) === null) return;
    const name = nameOf(fact);
    let running = this.#running.get(name);
    if (running === undefined) {
      running = new Map();
      this.#running.set(name, running);
    }
    this.#context.evaluated();
    for (const other of running.values()) {
      const twice = other.podUid === fact.podUid && (other.container === fact.container || other.node !== fact.node);
      // Pods of one name on one machine have one agent, which has no excuse.
      const apart = other.node !== fact.node && (this.#excused(other) || this.#excused(fact));
      if (twice || (other.podUid !== fact.podUid && !apart)) {
        this.#context.violated(`${said(fact)} started while ${said(other)} ran`);
      }
    }
    running.set(fact.id, fact);
  }

  #excused(fact: ContainerFact): boolean {
    return this.#excuses.of(fact.podUid) !== undefined;
  }

  /** An agent gives the name free, or says that all has ended: then nothing of the pod may run on its machine. */
  #reported(entry: CallEntry): void {
    const { call } = entry;
    if (call.target.resource !== 'pods') return;
    const [uid, what] = isForcedDelete(entry)
      ? [call.options?.preconditions?.uid, 'confirmed the end of']
      : // biome-ignore lint/suspicious/noExplicitAny: a pod as sent
        call.subresource === 'status' && isFinished(call.body as any)
        ? // biome-ignore lint/suspicious/noExplicitAny: as above
          [(call.body as any).metadata.uid, 'reported the end of']
        : [undefined, ''];
    if (uid === undefined || memberName(call.name) === null) return;
    this.#context.evaluated();
    const node = call.program.slice('kubelet/'.length).replace(/#.*$/, '');
    for (const fact of this.#running.get(`${call.target.namespace}/${call.name}`)?.values() ?? []) {
      if (fact.podUid === uid && fact.node === node)
        this.#context.violated(`${call.program} ${what} ${said(fact)}, which runs`);
    }
  }
}

const nameOf = ({ namespace, pod }: ContainerFact): string => `${namespace}/${pod}`;
const said = (fact: ContainerFact): string =>
  `container ${fact.container} #${fact.attempt} of ${nameOf(fact)} (${fact.podUid}) on ${fact.node}`;

export const S1: CheckerDefinition = {
  id: 'S1',
  title: 'at most one set of processes for each set and ordinal',
  create: (context) => new OneProcess(context),
};
