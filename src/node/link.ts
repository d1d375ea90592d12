import type { Client } from '../client/client.ts';
import type { EventRecorder } from '../client/events.ts';
import type { KubeObject } from '../schema/object.ts';
import type { PodListener, PodSource } from './pod-router.ts';

/** The way between one node and the API server. Cut, requests fail and nothing is heard. */
export class Link {
  readonly #node: string;
  readonly #pods: PodSource;
  #listener: PodListener | null = null;
  /** Pods the agent was told of, by uid. */
  #told = new Map<string, KubeObject>();
  #cut = false;
  readonly client: Client;
  readonly pods: PodSource = { listen: (node, listener) => this.#listen(node, listener) };

  constructor(node: string, client: Client, pods: PodSource) {
    this.#node = node;
    this.#pods = pods;
    this.client = this.#over(client);
  }

  get isCut(): boolean {
    return this.#cut;
  }

  cut(): void {
    this.#cut = true;
  }

  /** The agent is told of what happened to its pods meanwhile. */
  mend(): void {
    this.#cut = false;
    const listener = this.#listener;
    if (listener === null) return;
    const before = this.#told;
    this.#told = new Map();
    this.#unlisten();
    this.#listen(this.#node, listener);
    for (const [uid, pod] of before) if (!this.#told.has(uid)) listener.podGone(pod);
  }

  /** Events of a node that is cut off are lost. */
  recorder(recorder: EventRecorder): EventRecorder {
    return {
      event: (...event) => {
        if (!this.#cut) recorder.event(...event);
      },
    };
  }

  #unlisten: () => void = () => {};

  #listen(node: string, listener: PodListener): () => void {
    this.#listener = listener;
    this.#unlisten = this.#pods.listen(node, {
      podSet: (pod) => {
        if (this.#cut) return;
        this.#told.set(pod.metadata.uid ?? '', pod);
        listener.podSet(pod);
      },
      podGone: (pod) => {
        if (this.#cut) return;
        this.#told.delete(pod.metadata.uid ?? '');
        listener.podGone(pod);
      },
    });
    return () => {
      this.#unlisten();
      this.#listener = null;
    };
  }

  #over(client: Client): Client {
    const reach = async <T>(call: () => Promise<T>): Promise<T> => {
      if (this.#cut) throw new Error(`node ${this.#node} is cut off: no route to the API server`);
      return call();
    };
    return {
      get: (...call) => reach(() => client.get(...call)),
      list: (...call) => reach(() => client.list(...call)),
      create: (...call) => reach(() => client.create(...call)),
      createSub: (...call) => reach(() => client.createSub(...call)),
      update: (...call) => reach(() => client.update(...call)),
      patch: (...call) => reach(() => client.patch(...call)),
      delete: (...call) => reach(() => client.delete(...call)),
      watch: (...call) => client.watch(...call),
    };
  }
}
