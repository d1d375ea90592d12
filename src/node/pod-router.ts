import type { Informer } from '../client/informer.ts';
import type { InformerFactory } from '../client/informer-factory.ts';
import { PODS } from '../client/resources.ts';
import type { KubeObject } from '../schema/object.ts';

const BY_NODE = 'spec.nodeName';

/** Hears of the pods of one node. */
export interface PodListener {
  podSet(pod: KubeObject): void;
  podGone(pod: KubeObject): void;
}

/** Where an agent hears of its pods. */
export interface PodSource {
  /** Pods already known are told at once. Returns the function that stops it. */
  listen(node: string, listener: PodListener): () => void;
}

/** Hands pods to the agents of their nodes: one handler on one shared informer, however many nodes there are. */
export class PodRouter implements PodSource {
  readonly #informer: Informer;
  readonly #listeners = new Map<string, PodListener>();
  readonly #stop: () => void;

  constructor(informers: InformerFactory) {
    this.#informer = informers.informer(PODS);
    this.#informer.addIndex(BY_NODE, (pod) => (pod.spec?.nodeName ? [pod.spec.nodeName] : []));
    const set = (pod: KubeObject): void => this.#listeners.get(pod.spec?.nodeName ?? '')?.podSet(pod);
    this.#stop = this.#informer.on({
      add: set,
      update: set,
      delete: (pod) => this.#listeners.get(pod.spec?.nodeName ?? '')?.podGone(pod),
    });
  }

  /** Pods already known are told at once. Returns the function that stops it. */
  listen(node: string, listener: PodListener): () => void {
    this.#listeners.set(node, listener);
    for (const pod of this.pods(node)) listener.podSet(pod);
    return () => {
      if (this.#listeners.get(node) === listener) this.#listeners.delete(node);
    };
  }

  pods(node: string): readonly KubeObject[] {
    return this.#informer.byIndex(BY_NODE, node);
  }

  /** The pod as last heard of. */
  pod(namespace: string, name: string): KubeObject | undefined {
    return this.#informer.get(namespace, name);
  }

  stop(): void {
    this.#stop();
  }
}
