import { parseTime } from '../../base/time.ts';
import type { KubeObject, OwnerReference } from '../../schema/object.ts';
import { labelSelectorMatcher } from '../../schema/selectors.ts';

/**
 * What reference/statefulset.md says of sets, pods and claims, read from the objects alone. Written for the checkers and
 * used by nothing else: a checker that asked the controller's own code would share its bugs.
 */

/** Labels the controller puts on what it makes. */
export const REVISION_LABEL = 'controller-revision-hash';
export const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
/** Upstream's API server forces these phases to be gone at once. */
const FINISHED: ReadonlySet<string> = new Set(['Failed', 'Succeeded']);
const RESERVED = 'perdure.dev/reserved-ordinals';
export const OPT_IN_STUCK = 'perdure.dev/stuck-rollout';
export const OPT_IN_COUNTING = 'perdure.dev/max-unavailable-counting';
export const OPT_IN_GROWTH = 'perdure.dev/claim-template-growth';

/** Keys of the history. */
export const podKey = (namespace: string, name: string): string => `core/pods/${namespace}/${name}`;
export const claimKey = (namespace: string, name: string): string => `core/persistentvolumeclaims/${namespace}/${name}`;
export const setKey = (namespace: string, name: string): string => `apps/statefulsets/${namespace}/${name}`;
export const nodeKey = (name: string): string => `core/nodes/${name}`;

/** `web-3` → set `web`, ordinal 3; null for names no set gives. */
export function memberName(name: string): { readonly set: string; readonly ordinal: number } | null {
  const dash = name.lastIndexOf('-');
  const digits = name.slice(dash + 1);
  if (dash <= 0 || !/^[0-9]{1,10}$/.test(digits) || Number(digits) > 0x7fffffff) return null;
  return { set: name.slice(0, dash), ordinal: Number(digits) };
}

export function controllerRefs(object: KubeObject): readonly OwnerReference[] {
  return (object.metadata.ownerReferences ?? []).filter((ref) => ref.controller === true);
}

export const controllerRef = (object: KubeObject): OwnerReference | undefined => controllerRefs(object)[0];

export const isTerminating = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined;
export const isFinished = (pod: KubeObject): boolean => FINISHED.has(pod.status?.phase ?? '');
export const isOrdered = (set: KubeObject): boolean => set.spec.podManagementPolicy !== 'Parallel';

function readyCondition(
  pod: KubeObject,
): { readonly status: string; readonly lastTransitionTime?: string } | undefined {
  return (pod.status?.conditions ?? []).find((condition: { type: string }) => condition.type === 'Ready');
}

export const isReady = (pod: KubeObject): boolean => readyCondition(pod)?.status === 'True';

/** Ready for minReadySeconds of the set, at `nowMs` of whoever judges. */
export function isAvailable(set: KubeObject, pod: KubeObject, nowMs: number): boolean {
  const ready = readyCondition(pod);
  if (ready?.status !== 'True') return false;
  const seconds: number = set.spec.minReadySeconds ?? 0;
  if (seconds === 0) return true;
  return ready.lastTransitionTime !== undefined && parseTime(ready.lastTransitionTime) + seconds * 1000 <= nowMs;
}

/** What an ordered set waits for: Running, available, and not on its way out. */
export function isWell(set: KubeObject, pod: KubeObject, nowMs: number): boolean {
  return pod.status?.phase === 'Running' && !isTerminating(pod) && isAvailable(set, pod, nowMs);
}

/** As the budget of a rolling update counts; the phase plays no part. */
export function isUnavailable(set: KubeObject, pod: KubeObject, nowMs: number): boolean {
  return isTerminating(pod) || !isAvailable(set, pod, nowMs);
}

export const replicasOf = (set: KubeObject): number => set.spec.replicas ?? 1;
export const startOf = (set: KubeObject): number => set.spec.ordinals?.start ?? 0;
export const partitionOf = (set: KubeObject): number => set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
export const annotationOf = (object: KubeObject, name: string): string | undefined =>
  object.metadata.annotations?.[name];

/** Ordinals of the set in order of their index: from `ordinals.start` on, without reserved ones (opt-in). */
export function ordinalsOf(set: KubeObject): readonly number[] {
  const reserved = reservedOrdinals(annotationOf(set, RESERVED) ?? '');
  const ordinals: number[] = [];
  for (let ordinal = startOf(set); ordinals.length < replicasOf(set); ordinal++) {
    if (!reserved.some(([first, last]) => first <= ordinal && ordinal <= last)) ordinals.push(ordinal);
  }
  return ordinals;
}

/** Place of an ordinal in the set, -1 when it is none of its ordinals. */
export const indexOf = (set: KubeObject, ordinal: number): number => ordinalsOf(set).indexOf(ordinal);

/** `1,4-6`; a text that cannot be read reserves nothing. */
function reservedOrdinals(text: string): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  for (const part of text.split(',')) {
    const match = /^\s*([0-9]+)\s*(?:-\s*([0-9]+)\s*)?$/.exec(part);
    if (match === null) return [];
    ranges.push([Number(match[1]), Number(match[2] ?? match[1])]);
  }
  return ranges;
}

/** True when name and labels make the pod one of the set's, whoever owns it. */
export function fitsSet(set: KubeObject, pod: KubeObject): boolean {
  return (
    pod.metadata.namespace === set.metadata.namespace &&
    memberName(pod.metadata.name ?? '')?.set === set.metadata.name &&
    labelSelectorMatcher(set.spec.selector).matches(pod.metadata.labels)
  );
}

/** A member for certain: controlled by this life of the set, and fitting. */
export function isMember(set: KubeObject, pod: KubeObject): boolean {
  return controllerRef(pod)?.uid === set.metadata.uid && fitsSet(set, pod);
}

/** A member, or about to be adopted. */
export function mayBeMember(set: KubeObject, pod: KubeObject): boolean {
  const ref = controllerRef(pod);
  return (ref === undefined || ref.uid === set.metadata.uid) && fitsSet(set, pod);
}

export const ordinalOf = (pod: KubeObject): number => memberName(pod.metadata.name ?? '')?.ordinal ?? -1;

/** Claim names of one ordinal, by the name of their template. */
export function claimNames(set: KubeObject, ordinal: number): ReadonlyMap<string, string> {
  const templates: readonly { readonly metadata: { readonly name: string } }[] = set.spec.volumeClaimTemplates ?? [];
  return new Map(templates.map(({ metadata: { name } }) => [name, `${name}-${set.metadata.name}-${ordinal}`]));
}

/** `namespace/name uid`, for messages. */
export function described(object: KubeObject): string {
  const { namespace, name, uid } = object.metadata;
  return `${object.kind} ${namespace === undefined ? '' : `${namespace}/`}${name} (${uid})`;
}
