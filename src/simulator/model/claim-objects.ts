import type { PersistentVolumeClaim } from '../../controllers/framework/objects.ts';
import type { OwnerReference } from '../../schema/object.ts';
import { CLAIM_TEMPLATE, MOST_ORDINALS, memo, SET_UID } from './objects.ts';
import { type ClaimRef, type ClaimState, claimState } from './world.ts';

const claims = new Map<number, PersistentVolumeClaim>();

/** The claim of this state at this ordinal. Same arguments, same object. */
export function claimObject(state: ClaimState, ordinal: number): PersistentVolumeClaim {
  return memo(claims, state.id * MOST_ORDINALS + ordinal, () => makeClaim(state, ordinal));
}

function makeClaim(state: ClaimState, ordinal: number): PersistentVolumeClaim {
  return {
    ...CLAIM_TEMPLATE,
    metadata: {
      name: `data-web-${ordinal}`,
      namespace: 'n',
      uid: `claim-${ordinal}`,
      ownerReferences: state.refs.map((ref) => claimReference(ref, ordinal)),
      ...(state.deleting ? { deletionTimestamp: '2026-01-01T11:59:00Z' } : {}),
    },
  };
}

function claimReference(ref: ClaimRef, ordinal: number): OwnerReference {
  const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', blockOwnerDeletion: true };
  const pod = { apiVersion: 'v1', kind: 'Pod', name: `web-${ordinal}`, blockOwnerDeletion: true };
  const other = { apiVersion: 'example.com/v1', kind: 'Database', name: 'db', uid: 'db-uid' };
  switch (ref) {
    case 'set':
      return { ...set, uid: SET_UID, controller: true };
    case 'set-loose':
      return { ...set, uid: SET_UID };
    case 'pod':
      return { ...pod, uid: `pod-${ordinal}`, controller: true };
    case 'pod-loose':
      return { ...pod, uid: `pod-${ordinal}` };
    case 'old-set':
      return { ...set, uid: 'earlier-set-uid', controller: true };
    case 'old-pod':
      return { ...pod, uid: `earlier-pod-${ordinal}`, controller: true };
    case 'foreign':
      return { ...other, controller: true };
    case 'foreign-loose':
      return other;
  }
}

/** The inverse of `claimObject`. */
export function claimStateOf(claim: PersistentVolumeClaim): ClaimState {
  const refs = (claim.metadata.ownerReferences ?? []).map(({ kind, uid, controller }): ClaimRef => {
    const loose = controller === true ? '' : '-loose';
    if (kind === 'Database') return `foreign${loose}` as const;
    const name = kind === 'Pod' ? 'pod' : 'set';
    if (uid.startsWith('earlier')) return `old-${name}` as const;
    return `${name}${loose}` as const;
  });
  return claimState(refs, claim.metadata.deletionTimestamp !== undefined);
}
