import { matchesNodeTerms } from '../../api/shared/node-selector.ts';
import { compareQuantity } from '../../base/quantity.ts';
import type { KubeObject } from '../../schema/object.ts';
import { labelSelectorMatcher } from '../../schema/selectors.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import type { Listers, World } from '../types.ts';

export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

/** The claims of a pod: those bound, and those that wait for a node (WaitForFirstConsumer). */
export interface PodClaims {
  readonly bound: readonly KubeObject[];
  readonly waiting: readonly KubeObject[];
}

/** What binding a pod's waiting claims on one node takes. */
export interface VolumePlan {
  /** Existing volumes to bind, claim by claim. */
  readonly bind: readonly { readonly claim: KubeObject; readonly volume: KubeObject }[];
  /** Claims to be provisioned on the node. */
  readonly provision: readonly KubeObject[];
}

export type Problem = { readonly problem: string };
export const claimKey = (claim: KubeObject): string => `${claim.metadata.namespace}/${claim.metadata.name}`;

export const isBound = (claim: KubeObject): boolean =>
  Boolean(claim.spec.volumeName) && claim.metadata.annotations?.[BIND_COMPLETED] !== undefined;

const isDelayed = (claim: KubeObject, listers: Listers): boolean =>
  listers.storageClass(claim.spec.storageClassName ?? '')?.volumeBindingMode === 'WaitForFirstConsumer';

/** Sorts a pod's claims, or says why no node can help (node.md 7.2, VolumeBinding prefilter). */
export function claimsOfPod(pod: PodInfo, listers: Listers): PodClaims | Problem {
  const bound: KubeObject[] = [];
  const waiting: KubeObject[] = [];
  for (const volume of pod.pod.spec.volumes ?? []) {
    const ephemeral = volume.ephemeral !== undefined && volume.ephemeral !== null;
    const name = ephemeral ? `${pod.name}-${volume.name}` : volume.persistentVolumeClaim?.claimName;
    if (name === undefined) continue;
    const claim = listers.claim(pod.namespace, name);
    if (claim === undefined) {
      if (ephemeral)
        return { problem: `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"` };
      return { problem: `persistentvolumeclaim "${name}" not found` };
    }
    if (claim.metadata.deletionTimestamp !== undefined)
      return { problem: `persistentvolumeclaim "${name}" is being deleted` };
    if (claim.status?.phase === 'Lost') {
      return {
        problem: `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName}"`,
      };
    }
    if (
      ephemeral &&
      !(claim.metadata.ownerReferences ?? []).some((owner) => owner.uid === pod.uid && owner.controller)
    ) {
      return { problem: `PVC ${pod.namespace}/${name} was not created for pod ${pod.key} (pod is not owner)` };
    }
    if (isBound(claim)) bound.push(claim);
    else if (!claim.spec.volumeName && isDelayed(claim, listers)) waiting.push(claim);
    else return { problem: 'pod has unbound immediate PersistentVolumeClaims' };
  }
  return { bound, waiting };
}

interface TopologyTerm {
  readonly matchLabelExpressions?: readonly { readonly key: string; readonly values?: readonly string[] }[];
}

const provisionsOn = (storageClass: KubeObject, node: NodeInfo): boolean => {
  const topologies: readonly TopologyTerm[] = storageClass.allowedTopologies ?? [];
  const allows = (term: TopologyTerm): boolean =>
    (term.matchLabelExpressions ?? []).every(({ key, values = [] }) => values.includes(node.labels[key] ?? ''));
  return topologies.length === 0 || topologies.some(allows);
};

export const reachable = (volume: KubeObject, node: NodeInfo): boolean => {
  const required = volume.spec.nodeAffinity?.required;
  return !required || matchesNodeTerms(required.nodeSelectorTerms, node);
};

function suits(
  volume: KubeObject,
  claim: KubeObject,
  node: NodeInfo,
  world: World,
  taken: ReadonlySet<string>,
): boolean {
  const name = volume.metadata.name ?? '';
  const assumedFor = world.assumedVolumes.get(name);
  if (taken.has(name) || (assumedFor !== undefined && assumedFor !== claimKey(claim))) return false;
  const ref = volume.spec.claimRef;
  if (volume.metadata.deletionTimestamp !== undefined || !reachable(volume, node)) return false;
  if ((volume.spec.volumeMode ?? 'Filesystem') !== (claim.spec.volumeMode ?? 'Filesystem')) return false;
  if ((volume.spec.volumeAttributesClassName ?? '') !== (claim.spec.volumeAttributesClassName ?? '')) return false;
  if (compareQuantity(volume.spec.capacity?.storage ?? '0', claim.spec.resources?.requests?.storage ?? '0') < 0)
    return false;
  if (ref) {
    const sameName = ref.name === claim.metadata.name && ref.namespace === claim.metadata.namespace;
    return sameName && (!ref.uid || ref.uid === claim.metadata.uid);
  }
  if (volume.status?.phase !== 'Available') return false;
  if ((volume.spec.storageClassName ?? '') !== (claim.spec.storageClassName ?? '')) return false;
  const modes: readonly string[] = volume.spec.accessModes ?? [];
  if (!(claim.spec.accessModes ?? []).every((mode: string) => modes.includes(mode))) return false;
  return !claim.spec.selector || labelSelectorMatcher(claim.spec.selector).matches(volume.metadata.labels ?? {});
}

function better(a: KubeObject, b: KubeObject | null): boolean {
  if (b === null) return true;
  if (Boolean(a.spec.claimRef) !== Boolean(b.spec.claimRef)) return Boolean(a.spec.claimRef);
  return compareQuantity(a.spec.capacity?.storage ?? '0', b.spec.capacity?.storage ?? '0') < 0;
}

/** How the waiting claims get volumes on this node (node.md 7.4): the smallest fitting volume, else a provisioner. */
export function planVolumes(claims: PodClaims, node: NodeInfo, world: World): VolumePlan | Problem {
  const bind: { claim: KubeObject; volume: KubeObject }[] = [];
  const provision: KubeObject[] = [];
  const taken = new Set<string>();
  for (const claim of claims.waiting) {
    const selected = claim.metadata.annotations?.[SELECTED_NODE];
    if (selected !== undefined && selected !== node.name) {
      return { problem: "node(s) didn't find available persistent volumes to bind" };
    }
    let best: KubeObject | null = null;
    if (selected === undefined) {
      for (const volume of world.listers.volumesFor(claim)) {
        if (suits(volume, claim, node, world, taken) && better(volume, best)) best = volume;
      }
    }
    if (best !== null) {
      bind.push({ claim, volume: best });
      taken.add(best.metadata.name ?? '');
      continue;
    }
    const storageClass = world.listers.storageClass(claim.spec.storageClassName ?? '');
    const provisioner = storageClass?.provisioner ?? '';
    if (
      storageClass === undefined ||
      provisioner === '' ||
      provisioner === NO_PROVISIONER ||
      !provisionsOn(storageClass, node)
    ) {
      return { problem: "node(s) didn't find available persistent volumes to bind" };
    }
    provision.push(claim);
  }
  return { bind, provision };
}
