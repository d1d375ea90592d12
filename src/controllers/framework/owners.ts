import type { KubeObject, OwnerReference } from '../../schema/object.ts';

export interface OwnerKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** An owner reference with controller and blockOwnerDeletion set, as controllers put it on what they make. */
export function controllerReference(owner: KubeObject, kind: OwnerKind = owner): OwnerReference {
  return {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Index value: the uid of the controlling owner, none without one. */
export const BY_CONTROLLER = 'controller-uid';
/** Index value: the namespace, of objects without a controlling owner. */
export const ORPHANS = 'orphans';

export function controllerUidIndex(object: KubeObject): readonly string[] {
  for (const owner of object.metadata.ownerReferences ?? NONE) if (owner.controller === true) return [owner.uid];
  return NO_VALUES;
}

export function orphanIndex(object: KubeObject): readonly string[] {
  for (const owner of object.metadata.ownerReferences ?? NONE) if (owner.controller === true) return NO_VALUES;
  return [object.metadata.namespace ?? ''];
}

const NONE: readonly OwnerReference[] = [];
const NO_VALUES: readonly string[] = [];
