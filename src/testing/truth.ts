import type { ObjectHistory } from '../simulator/observe/history.ts';
import type { ContainerFact, JournalEntry } from '../simulator/observe/journal.ts';
import type { World } from '../simulator/world/world.ts';

interface Mount {
  readonly node: string;
  readonly pod: string;
}

const nameOf = ({ namespace, pod }: ContainerFact): string => `${namespace}/${pod}`;

/** What truly runs on the machines, and every breach of at-most-one; neither asks the API what it believes. */
export class Truth {
  readonly doubles: string[] = [];
  readonly #history: ObjectHistory;
  /** By id of the runtime. */
  readonly #running = new Map<string, ContainerFact>();
  /** By claim (`namespace/name`), then by uid of the pod that runs with it. */
  readonly #writers = new Map<string, Map<string, Mount>>();
  readonly #exits = new Map<string, { readonly code: number; readonly at: number }>();
  readonly #now: () => number;

  constructor({ journal, history, clock }: World) {
    this.#history = history;
    this.#now = () => clock.now();
    journal.on((entry) => this.#on(entry));
  }

  runningOn(node: string): readonly string[] {
    const here = [...this.#running.values()].filter((fact) => fact.node === node);
    return [...new Set(here.map(nameOf))].sort();
  }

  lastExit(namespace: string, pod: string): { readonly code: number; readonly at: number } | null {
    return this.#exits.get(`${namespace}/${pod}`) ?? null;
  }

  #on(entry: JournalEntry): void {
    if (entry.kind === 'started') this.#started(entry.container);
    else if (entry.kind === 'exited') {
      const { container, exitCode } = entry;
      this.#running.delete(container.id);
      if (![...this.#running.values()].some(({ podUid }) => podUid === container.podUid)) this.#stopped(container);
      if (!container.init) this.#exits.set(nameOf(container), { code: exitCode, at: this.#now() });
    }
  }

  #started(fact: ContainerFact): void {
    for (const other of this.#running.values()) {
      if (nameOf(other) !== nameOf(fact)) continue;
      if (other.podUid === fact.podUid && other.container !== fact.container) continue;
      this.doubles.push(`${this.#at()} ${nameOf(fact)} started on ${fact.node} while it ran on ${other.node}`);
    }
    this.#running.set(fact.id, fact);
    for (const claim of fact.claims) this.#writes(`${fact.namespace}/${claim}`, fact);
  }

  #writes(claim: string, fact: ContainerFact): void {
    const writers = this.#writers.get(claim) ?? new Map<string, Mount>();
    this.#writers.set(claim, writers);
    const modes: readonly string[] = this.#history.now(`core/persistentvolumeclaims/${claim}`)?.spec.accessModes ?? [];
    const single = modes.every((mode) => mode === 'ReadWriteOnce' || mode === 'ReadWriteOncePod');
    for (const other of writers.values()) {
      if (single && other.node !== fact.node)
        this.doubles.push(
          `${this.#at()} ${nameOf(fact)} on ${fact.node} writes to claim ${claim} while ${other.pod} does on ${other.node}`,
        );
    }
    writers.set(fact.podUid, { node: fact.node, pod: nameOf(fact) });
  }

  #stopped({ namespace, claims, podUid }: ContainerFact): void {
    for (const claim of claims) this.#writers.get(`${namespace}/${claim}`)?.delete(podUid);
  }

  #at(): string {
    return new Date(this.#now()).toISOString();
  }
}
