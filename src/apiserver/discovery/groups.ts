import type { KindRegistry, ServedKind } from '../registry.ts';

/** Priority of groups in `/apis`, as upstream's aggregation layer registers them (api.md 2). */
const PRIORITY: Readonly<Record<string, number>> = {
  'apiregistration.k8s.io': 18000,
  apps: 17800,
  'events.k8s.io': 17750,
  'authentication.k8s.io': 17700,
  'authorization.k8s.io': 17600,
  autoscaling: 17500,
  batch: 17400,
  'certificates.k8s.io': 17300,
  'networking.k8s.io': 17200,
  policy: 17100,
  'rbac.authorization.k8s.io': 17000,
  'storage.k8s.io': 16800,
  'apiextensions.k8s.io': 16700,
  'admissionregistration.k8s.io': 16700,
  'scheduling.k8s.io': 16600,
  'coordination.k8s.io': 16500,
  'node.k8s.io': 16300,
  'discovery.k8s.io': 16200,
  'resource.k8s.io': 16200,
  'flowcontrol.apiserver.k8s.io': 16100,
};
const CUSTOM_PRIORITY = 1000;

export interface ServedVersion {
  readonly version: string;
  readonly kinds: readonly ServedKind[];
}

export interface ServedGroup {
  readonly name: string;
  /** Preferred first. */
  readonly versions: readonly ServedVersion[];
}

/** Kubernetes version order: v2 before v1 before v1beta1 before v1alpha1, then the rest by name. */
export function compareVersions(a: string, b: string): number {
  const rank = (text: string): readonly number[] | null => {
    const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(text);
    if (match === null) return null;
    return [match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0, Number(match[1]), Number(match[3] ?? 0)];
  };
  const left = rank(a);
  const right = rank(b);
  if (left === null || right === null) return left === right ? (a < b ? -1 : 1) : left === null ? 1 : -1;
  for (let i = 0; i < 3; i++) if (left[i] !== right[i]) return right[i]! - left[i]!;
  return 0;
}

/** All groups in the order of `/apis`; the core group (name '') is first. */
export function servedGroups(registry: KindRegistry): readonly ServedGroup[] {
  const groups = new Map<string, Map<string, ServedKind[]>>();
  for (const kind of registry.all()) {
    const { group, version } = kind.definition;
    const versions = groups.get(group) ?? new Map<string, ServedKind[]>();
    groups.set(group, versions);
    const kinds = versions.get(version) ?? [];
    versions.set(version, kinds);
    kinds.push(kind);
  }
  const priority = (name: string): number =>
    name === '' ? Number.MAX_SAFE_INTEGER : (PRIORITY[name] ?? CUSTOM_PRIORITY);
  return [...groups]
    .map(([name, versions]) => ({
      name,
      versions: [...versions]
        .map(([version, kinds]) => ({ version, kinds }))
        .sort((a, b) => compareVersions(a.version, b.version)),
    }))
    .sort((a, b) => priority(b.name) - priority(a.name) || (a.name < b.name ? -1 : 1));
}
