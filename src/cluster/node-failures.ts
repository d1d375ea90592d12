import { failureOf, NODE_FAILURE, type NodeFailure } from '../api/shared/node-failure.ts';
import type { EventRecorder } from '../client/events.ts';
import type { InformerFactory } from '../client/informer-factory.ts';
import { NODES } from '../client/resources.ts';
import type { AgentManager } from '../node/agent-manager.ts';
import type { KubeObject } from '../schema/object.ts';

export interface NodeFailuresOptions {
  readonly manager: AgentManager;
  readonly informers: InformerFactory;
  readonly recorder: EventRecorder;
  /** Starts the agent of a node of our own, by its name; resolves once it is registered. */
  readonly launch: (name: string) => Promise<unknown>;
  readonly onError: (node: string, error: unknown) => void;
}

type State = 'on' | NodeFailure;

const SAYS: Readonly<Record<State, string>> = {
  'power-off': 'the node has no power',
  'cut-off': 'the node cannot reach the API server; what runs on it runs on',
  on: 'the node is on again, and reaches the API server',
};

/**
 * Plays failures of our own nodes as the annotation `perdure.dev/failure` of their Node asks for. Whoever deletes the Node of
 * a failed machine does not repair it: it is away until a Node of that name is there again without the annotation.
 */
export class NodeFailures {
  readonly #o: NodeFailuresOptions;
  readonly #states = new Map<string, State>();
  readonly #busy = new Set<string>();
  readonly #unlisten: () => void;

  constructor(options: NodeFailuresOptions) {
    this.#o = options;
    const look = (node: KubeObject): void => {
      const name = node.metadata.name ?? '';
      if (this.#states.has(name)) void this.#settle(name);
    };
    this.#unlisten = options.informers.informer(NODES).on({
      add: look,
      update: (node, previous) => {
        if (node.metadata.annotations?.[NODE_FAILURE] !== previous.metadata.annotations?.[NODE_FAILURE]) look(node);
      },
    });
  }

  /** Starts a node of our own, unless its power was cut before. Throws what stands against it. */
  async start(name: string): Promise<void> {
    const wanted = this.#wanted(name) ?? 'on';
    if (wanted !== 'power-off') await this.#o.launch(name);
    this.#states.set(name, wanted === 'power-off' ? wanted : 'on');
    await this.#settle(name);
  }

  stop(): void {
    this.#unlisten();
    this.#states.clear();
  }

  /** Undefined: there is no such Node. */
  #wanted(name: string): State | undefined {
    const node = this.#o.informers.informer(NODES).get(undefined, name);
    return node === undefined ? undefined : (failureOf(node) ?? 'on');
  }

  /** One change after the other, until the node is as it should be. */
  async #settle(name: string): Promise<void> {
    if (this.#busy.has(name)) return;
    this.#busy.add(name);
    try {
      for (;;) {
        const state = this.#states.get(name);
        const wanted = this.#wanted(name);
        if (state === undefined || wanted === undefined || wanted === state) return;
        await this.#change(name, state, wanted);
        this.#states.set(name, wanted);
        this.#tell(name, wanted);
      }
    } catch (error) {
      this.#o.onError(name, error);
    } finally {
      this.#busy.delete(name);
    }
  }

  async #change(name: string, from: State, to: State): Promise<void> {
    const { manager, launch } = this.#o;
    if (to === 'power-off') return manager.powerOff(name);
    if (from === 'power-off') await launch(name);
    manager.cutOff(name, to === 'cut-off');
  }

  #tell(name: string, state: State): void {
    const node = this.#o.informers.informer(NODES).get(undefined, name);
    if (node === undefined) return;
    const reason = state === 'on' ? 'FailureEnded' : 'FailurePlayed';
    const why = state === 'on' ? `${NODE_FAILURE} was taken off` : `${NODE_FAILURE} is ${state}`;
    this.#o.recorder.event(node, state === 'on' ? 'Normal' : 'Warning', reason, `${why}: ${SAYS[state]}`);
  }
}
