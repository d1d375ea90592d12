import type { KindDefinition } from '../../schema/kind.ts';

/** Priority of the built-in groups as `/apis` lists them (api.md 2); groups of custom resources have 1000. */
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

const VERSION = /^v(\d+)(?:(alpha|beta)(\d+))?$/;
const STAGE: Readonly<Record<string, number>> = { alpha: 0, beta: 1 };

/** Kubernetes version order, most preferred first: v2, v1, v1beta1, v1alpha1, then others by name. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [VERSION.exec(a), VERSION.exec(b)];
  if (x === null || y === null) return x === y ? (a < b ? -1 : 1) : x === null ? 1 : -1;
  const rank = (match: RegExpExecArray): number[] => [
    STAGE[match[2] ?? ''] ?? 2,
    Number(match[1]),
    Number(match[3] ?? 0),
  ];
  const [left, right] = [rank(x), rank(y)];
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return right[i]! - left[i]!;
  return 0;
}

/** One group with its versions, most preferred first, and the kinds of each, by plural. */
export interface Group {
  readonly name: string;
  readonly versions: readonly { readonly version: string; readonly kinds: readonly KindDefinition[] }[];
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Takes the list of kinds apart into groups, in the order of `/apis`; core is the one named ''. */
export function groupsOf(kinds: readonly KindDefinition[]): Group[] {
  const groups = new Map<string, Map<string, KindDefinition[]>>();
  for (const kind of kinds) {
    const versions = groups.get(kind.group) ?? new Map<string, KindDefinition[]>();
    groups.set(kind.group, versions);
    versions.set(kind.version, [...(versions.get(kind.version) ?? []), kind]);
  }
  const priority = (name: string): number => PRIORITY[name] ?? CUSTOM_PRIORITY;
  return [...groups]
    .map(([name, versions]) => ({
      name,
      versions: [...versions]
        .sort(([a], [b]) => compareVersions(a, b))
        .map(([version, members]) => ({ version, kinds: members.sort((a, b) => byText(a.plural, b.plural)) })),
    }))
    .sort((a, b) => priority(b.name) - priority(a.name) || byText(a.name, b.name));
}
