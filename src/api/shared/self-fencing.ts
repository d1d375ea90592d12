import type { KubeObject } from '../../schema/object.ts';

/**
 * On a Node, `true`: its agent stops the members it runs when it cannot renew its lease. On that node's Lease, a number:
 * that many seconds after the renewal nothing of them runs any more; only this promise, made by the agent itself, is acted on.
 */
export const SELF_FENCING = 'perdure.dev/self-fencing';
/** On a Lease: since when the node's members are being given up. Only its agent takes it off, once nothing of them runs. */
export const GIVEN_UP = 'perdure.dev/given-up';
/** Taint of a node whose members were given up, until it is back. */
export const SELF_FENCED = 'perdure.dev/self-fenced';

/** A name that a StatefulSet gives to its members. */
const MEMBER_NAME = /-\d+$/;

/**
 * Pods of which two must never run: members of a StatefulSet, whoever may become one while its node is silent and cannot
 * hear of it (no controller, and the name of a member: a set adopts it), and whoever writes to a claim.
 */
// biome-ignore lint/suspicious/noExplicitAny: a pod as stored
export function isFencedPod(pod: { readonly metadata: KubeObject['metadata']; readonly spec?: any }): boolean {
  const owners = (pod.metadata.ownerReferences ?? []) as readonly {
    readonly kind: string;
    readonly controller?: boolean;
  }[];
  const controller = owners.find((owner) => owner.controller === true);
  if (controller === undefined ? MEMBER_NAME.test(pod.metadata.name ?? '') : controller.kind === 'StatefulSet')
    return true;
  const volumes = (pod.spec?.volumes ?? []) as readonly { persistentVolumeClaim?: object; ephemeral?: object }[];
  return volumes.some(({ persistentVolumeClaim, ephemeral }) => persistentVolumeClaim ?? ephemeral);
}

/** Milliseconds after a renewal within which the node promises to have stopped its members; null: it promises nothing. */
export function promiseOf(lease: KubeObject): number | null {
  const seconds = Number(lease.metadata.annotations?.[SELF_FENCING]);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null;
}

export const isGivenUp = (lease: KubeObject): boolean => lease.metadata.annotations?.[GIVEN_UP] !== undefined;
