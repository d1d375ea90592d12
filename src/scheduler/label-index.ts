import type { PodInfo } from './pod-info.ts';

const NONE: ReadonlySet<PodInfo> = new Set();

/** Pods by namespace and label, so that counting the members of one application does not look at all pods. */
export class LabelIndex {
  readonly #buckets = new Map<string, Set<PodInfo>>();

  add(pod: PodInfo): void {
    for (const key of keysOf(pod)) {
      const bucket = this.#buckets.get(key);
      if (bucket === undefined) this.#buckets.set(key, new Set([pod]));
      else bucket.add(pod);
    }
  }

  remove(pod: PodInfo): void {
    for (const key of keysOf(pod)) {
      const bucket = this.#buckets.get(key);
      bucket?.delete(pod);
      if (bucket?.size === 0) this.#buckets.delete(key);
    }
  }

  /** Pods of the namespace with the rarest of the labels (all pods when there is none): a superset of those with all. */
  with(namespace: string, labels: Readonly<Record<string, string>>): ReadonlySet<PodInfo> {
    let rarest = this.#buckets.get(namespace) ?? NONE;
    for (const [name, value] of Object.entries(labels)) {
      const bucket = this.#buckets.get(labelKey(namespace, name, value)) ?? NONE;
      if (bucket.size < rarest.size) rarest = bucket;
    }
    return rarest;
  }
}

/** Neither namespaces nor labels contain a line break. */
const labelKey = (namespace: string, name: string, value: string): string => `${namespace}\n${name}\n${value}`;

function keysOf(pod: PodInfo): string[] {
  return [pod.namespace, ...Object.entries(pod.labels).map(([name, value]) => labelKey(pod.namespace, name, value))];
}

const ANY = '';

/** A label that every pod the selector selects carries: what concerns the selector can be found by it. */
export function anchorOf(selector: { readonly matchLabels?: Readonly<Record<string, string>> } | undefined): string {
  for (const [name, value] of Object.entries(selector?.matchLabels ?? {})) return `${name}\n${value}`;
  return ANY;
}

/** Anchors of all selectors that could select a pod with these labels. */
export function anchorsOf(labels: Readonly<Record<string, string>>): string[] {
  const anchors = [ANY];
  for (const name in labels) anchors.push(`${name}\n${labels[name]}`);
  return anchors;
}
