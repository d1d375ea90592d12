import { compareText } from '../../../base/json.ts';

// biome-ignore lint/suspicious/noExplicitAny: pod specs and containers are structurally checked already
export type Spec = any;

/** Why a pod is not of a level: what it violates, and who does how. */
export interface Finding {
  readonly reason: string;
  readonly detail: string;
}

/** One rule of the pod security standards; null when the pod keeps it. */
export type Check = (spec: Spec, annotations: Readonly<Record<string, string>>) => Finding | null;

/** Init containers first, as upstream visits them. */
export function allContainers(spec: Spec): readonly Spec[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
}

export const quoted = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(', ');

/** `container "a"`, `containers "a", "b"`. */
export function counted(one: string, many: string, names: readonly string[]): string {
  return `${names.length === 1 ? one : many} ${quoted(names)}`;
}

export const containersNamed = (containers: readonly Spec[]): string =>
  counted(
    'container',
    'containers',
    containers.map(({ name }) => name),
  );

export const sorted = (texts: Iterable<string>): readonly string[] => [...new Set(texts)].sort(compareText);

/** Who sets something: the pod, containers, or both; empty when nobody does. */
export function setters(pod: boolean, containers: readonly Spec[]): string {
  const out = pod ? ['pod'] : [];
  if (containers.length > 0) out.push(containersNamed(containers));
  return out.join(' and ');
}

/** The user namespace of such a pod is its own: being root in it means little outside (KEP-127). */
export const hasOwnUsers = (spec: Spec): boolean => spec.hostUsers === false;

const VALID_SECCOMP: readonly string[] = ['Localhost', 'RuntimeDefault'];

/** Those who ask for a seccomp profile that is none. */
export function badSeccomp(spec: Spec): Finding | null {
  const isBad = (context: Spec): boolean =>
    context?.seccompProfile !== undefined && !VALID_SECCOMP.includes(context.seccompProfile.type);
  const bad = allContainers(spec).filter((container) => isBad(container.securityContext));
  const who = setters(isBad(spec.securityContext), bad);
  if (who === '') return null;
  const contexts = [spec, ...bad].map((holder) => holder.securityContext).filter(isBad);
  const types = sorted(contexts.map((context) => context.seccompProfile.type));
  return {
    reason: 'seccompProfile',
    detail: `${who} must not set securityContext.seccompProfile.type to ${quoted(types)}`,
  };
}
