import type { Informer } from '../../client/informer.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Pod } from './objects.ts';
import { selectsEqual } from './selector.ts';

type Labels = Readonly<Record<string, string>>;

interface Selecting extends KubeObject {
  readonly spec: { readonly selector?: Labels; readonly type?: string };
}

const BY_LABEL = 'label';
const BY_SELECTOR = 'service-selector';

/**
 * Finds the pods of a service and the services of a pod without scanning a namespace: both are indexed by one label
 * pair of the selector, the longest, which as a rule is the most telling.
 */
export class ServicePods<S extends Selecting> {
  readonly #pods: Informer<Pod>;
  readonly #services: Informer<S>;

  constructor(pods: Informer<Pod>, services: Informer<S>) {
    this.#pods = pods;
    this.#services = services;
    pods.addIndex(BY_LABEL, (pod) => pairs(pod.metadata.namespace, pod.metadata.labels));
    services.addIndex(BY_SELECTOR, (service) => {
      const pair = telling(service);
      return pair === undefined ? [] : [pair];
    });
  }

  podsOf(service: S): Pod[] {
    const pair = telling(service);
    if (pair === undefined) return [];
    return this.#pods.byIndex(BY_LABEL, pair).filter((pod) => selectsEqual(service.spec.selector, pod.metadata.labels));
  }

  servicesOf(pod: Pod): S[] {
    const found: S[] = [];
    for (const pair of pairs(pod.metadata.namespace, pod.metadata.labels)) {
      for (const service of this.#services.byIndex(BY_SELECTOR, pair)) {
        if (selectsEqual(service.spec.selector, pod.metadata.labels)) found.push(service);
      }
    }
    return found;
  }
}

const cached = new WeakMap<Labels, readonly string[]>();
const NONE: readonly string[] = [];

function pairs(namespace: string | undefined, labels: Labels | undefined): readonly string[] {
  if (labels === undefined) return NONE;
  let all = cached.get(labels);
  if (all === undefined) {
    all = Object.entries(labels).map(([key, value]) => `${namespace}/${key}=${value}`);
    cached.set(labels, all);
  }
  return all;
}

function telling(service: Selecting): string | undefined {
  if (service.spec.type === 'ExternalName') return undefined;
  let longest: string | undefined;
  for (const pair of pairs(service.metadata.namespace, service.spec.selector)) {
    if (longest === undefined || pair.length > longest.length) longest = pair;
  }
  return longest;
}
