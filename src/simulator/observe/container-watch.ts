import type { ContainerSpec, ContainerState, Runtime } from '../../node/runtimes/runtime.ts';
import type { ContainerFact, Journal } from './journal.ts';

/** Tells the journal what truly starts and ends on a machine, whoever looks after it at the moment. */
export class ContainerWatch {
  /** The runtime to be used instead of the one that is watched. */
  readonly runtime: Runtime;
  readonly #node: string;
  readonly #journal: Journal;
  /** Starts the runtime is busy with, and exits it told of before it had answered them. */
  #starting = 0;
  readonly #early = new Map<string, { readonly exitCode: number; readonly why: string }>();
  readonly #running = new Map<string, ContainerFact>();
  readonly #mounts = new Map<string, { readonly pod: string; readonly claims: readonly string[] }>();

  constructor(node: string, runtime: Runtime, journal: Journal) {
    this.#node = node;
    this.#journal = journal;
    const seen = (state: ContainerState, why: string): void => this.#exited(state.id, state.exitCode ?? 0, why);
    const methods: Partial<Runtime> = {
      start: (onExit, onProbe) =>
        runtime.start((state) => {
          seen(state, state.reason ?? '');
          onExit(state);
        }, onProbe),
      createSandbox: async (spec) => {
        const sandbox = await runtime.createSandbox(spec);
        this.#pods.set(spec.uid, { namespace: spec.namespace, name: spec.name, pod: spec.pod });
        return sandbox;
      },
      startContainer: async (spec) => {
        this.#starting++;
        try {
          const state = await runtime.startContainer(spec);
          this.#started(spec, state);
          return state;
        } finally {
          if (--this.#starting === 0) this.#early.clear();
        }
      },
      stopContainer: async (id, graceMs) => {
        const state = await runtime.stopContainer(id, graceMs);
        seen(state, state.reason ?? '');
        return state;
      },
      // An agent that could not register gives up and begins anew; the machine goes on, and its watchdog too.
      close: async () => {},
      removeSandbox: async (uid) => {
        await runtime.removeSandbox(uid);
        for (const fact of [...this.#running.values()]) if (fact.podUid === uid) this.#exited(fact.id, 137, 'removed');
        // What a restarted agent finds of a pod that is gone it removes without a teardown of its volumes.
        this.unmounted(uid);
        this.#pods.delete(uid);
      },
    };
    this.runtime = new Proxy(runtime, {
      get(target, property) {
        const own = (methods as Record<string | symbol, unknown>)[property];
        if (own !== undefined) return own;
        const value = Reflect.get(target, property, target) as unknown;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  // biome-ignore lint/suspicious/noExplicitAny: pods as stored
  readonly #pods = new Map<string, { namespace: string; name: string; pod: any }>();

  /** A pod (`namespace/name`) has these claims mounted here, with the volumes behind them as the node knows them. */
  mounted(podUid: string, pod: string, claims: readonly string[], volumes: readonly string[]): void {
    if (this.#mounts.has(podUid)) return;
    this.#mounts.set(podUid, { pod, claims });
    if (claims.length > 0) this.#journal.add({ kind: 'mounted', node: this.#node, podUid, pod, claims, volumes });
  }

  unmounted(podUid: string): void {
    const mount = this.#mounts.get(podUid);
    if (mount === undefined) return;
    this.#mounts.delete(podUid);
    const { pod, claims } = mount;
    if (claims.length > 0) this.#journal.add({ kind: 'unmounted', node: this.#node, podUid, pod, claims });
  }

  /** The agent is gone: of what it had mounted for pods that did not begin yet nobody knows any more. */
  agentGone(): void {
    for (const podUid of [...this.#mounts.keys()]) if (!this.#pods.has(podUid)) this.unmounted(podUid);
  }

  /** One of the containers that run here, counted round and round; null when none does. */
  nth(turn: number): string | null {
    const ids = [...this.#running.keys()];
    return ids[turn % ids.length] ?? null;
  }

  /** The machine lost its power: whatever ran runs no more, whatever was mounted is mounted no more. */
  lost(): void {
    for (const id of [...this.#running.keys()]) this.#exited(id, 255, 'power lost');
    for (const podUid of [...this.#mounts.keys()]) this.unmounted(podUid);
  }

  #started(spec: ContainerSpec, state: ContainerState): void {
    if (state.phase !== 'running' || this.#running.has(state.id)) return;
    const pod = this.#pods.get(spec.podUid);
    const fact: ContainerFact = {
      node: this.#node,
      podUid: spec.podUid,
      namespace: pod?.namespace ?? '',
      pod: pod?.name ?? '',
      container: spec.name,
      id: state.id,
      init: (pod?.pod.spec.initContainers ?? []).some((container: { name: string }) => container.name === spec.name),
      attempt: spec.attempt,
      claims: this.#mounts.get(spec.podUid)?.claims ?? [],
    };
    this.#running.set(state.id, fact);
    this.#journal.add({ kind: 'started', container: fact });
    const early = this.#early.get(state.id);
    if (early !== undefined) this.#exited(state.id, early.exitCode, early.why);
  }

  #exited(id: string, exitCode: number, why: string): void {
    const fact = this.#running.get(id);
    if (fact === undefined) {
      if (this.#starting > 0) this.#early.set(id, { exitCode, why });
      return;
    }
    this.#running.delete(id);
    this.#journal.add({ kind: 'exited', container: fact, exitCode, why });
  }
}
