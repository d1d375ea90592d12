import { controllerOf } from '../../../client/meta.ts';
import type { KubeObject } from '../../../schema/object.ts';
import type { Pod, StatefulSet } from '../observed.ts';
import type { World } from '../world.ts';

/** The set that controls a pod, if it was observed. */
export function setOf(pod: Pod, world: World): StatefulSet | undefined {
  const owner = controllerOf(pod);
  if (owner?.kind !== 'StatefulSet') return undefined;
  const set = world.statefulSet(pod.metadata.namespace ?? '', owner.name);
  return set?.metadata.uid === owner.uid ? set : undefined;
}

export const isOwnedBy = (object: KubeObject, owner: StatefulSet): boolean =>
  controllerOf(object)?.uid === owner.metadata.uid;

const NAME = /^(.*)-(\d+)$/;

/** Ordinal of a pod name of a set; -1 when the name is not one of its. */
export function ordinalIn(set: StatefulSet, podName: string): number {
  const match = NAME.exec(podName);
  return match !== null && match[1] === set.metadata.name ? Number(match[2]) : -1;
}

/** The set, template and ordinal a claim name stands for, `<template>-<set>-<ordinal>`; undefined when no observed set makes such a claim. */
export function memberOfClaim(
  namespace: string,
  claim: string,
  world: World,
): { readonly set: StatefulSet; readonly ordinal: number; readonly pod: string } | undefined {
  const match = NAME.exec(claim);
  if (match === null) return undefined;
  for (const set of world.observed.statefulSets) {
    if (set.metadata.namespace !== namespace) continue;
    for (const template of set.spec.volumeClaimTemplates ?? [])
      if (match[1] === `${template.metadata.name}-${set.metadata.name}`)
        return { set, ordinal: Number(match[2]), pod: `${set.metadata.name}-${match[2]}` };
  }
  return undefined;
}
