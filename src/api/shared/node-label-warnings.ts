import type { Json } from './json.ts';

/** Labels of nodes that have another name by now, with what is said of them. */
export const DEPRECATED_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};

/** Of a node selector's term standing at `field`. */
export function nodeTermWarnings(term: Json, field: string, out: string[]): void {
  const expressions: readonly Json[] = term?.matchExpressions ?? [];
  for (let i = 0; i < expressions.length; i++) {
    const key: string = expressions[i].key;
    const text = DEPRECATED_LABELS[key];
    if (text !== undefined) out.push(`${field}.matchExpressions[${i}].key: ${key} is ${text}`);
  }
}

/** Of the labels that a StorageClass allows volumes to be at. */
export function topologyWarnings(topologies: readonly Json[]): readonly string[] {
  const out: string[] = [];
  for (const [i, topology] of topologies.entries()) {
    for (const [j, { key }] of (topology.matchLabelExpressions ?? []).entries()) {
      const text = DEPRECATED_LABELS[key];
      if (text !== undefined) out.push(`allowedTopologies[${i}].matchLabelExpressions[${j}].key: ${text}`);
    }
  }
  return out;
}
