import type { PersistentVolumeClaim, Pod } from '../framework/objects.ts';

interface ClaimTemplate {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: object;
}

/** What one generic ephemeral volume of a pod needs. */
export type EphemeralStep =
  | { readonly kind: 'create'; readonly volume: string; readonly claim: object }
  /** There is a claim of that name which is not the pod's. */
  | { readonly kind: 'conflict'; readonly volume: string; readonly message: string };

export const ephemeralClaimName = (pod: Pod, volume: string): string => `${pod.metadata.name}-${volume}`;

const isOver = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp !== undefined || status?.phase === 'Succeeded' || status?.phase === 'Failed';

function newClaim(pod: Pod, volume: string, { metadata = {}, spec }: ClaimTemplate): object {
  const { name, uid } = pod.metadata;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: ephemeralClaimName(pod, volume),
      ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
      ...(metadata.annotations === undefined ? {} : { annotations: metadata.annotations }),
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid, controller: true, blockOwnerDeletion: true }],
    },
    spec,
  };
}

/** The claims that a pod's generic ephemeral volumes lack (KEP-1698). Pure. */
export function decideEphemeral(
  pod: Pod,
  claim: (name: string) => PersistentVolumeClaim | undefined,
): readonly EphemeralStep[] {
  if (isOver(pod)) return [];
  const steps: EphemeralStep[] = [];
  for (const { name: volume, ephemeral } of pod.spec.volumes ?? []) {
    const template = (ephemeral as { readonly volumeClaimTemplate?: ClaimTemplate } | undefined)?.volumeClaimTemplate;
    if (template === undefined) continue;
    const name = ephemeralClaimName(pod, volume);
    const found = claim(name);
    if (found === undefined) {
      steps.push({ kind: 'create', volume, claim: newClaim(pod, volume, template) });
    } else if (!found.metadata.ownerReferences?.some(({ uid, controller }) => controller && uid === pod.metadata.uid)) {
      const { namespace } = pod.metadata;
      const message = `PVC ${namespace}/${name} was not created for pod ${namespace}/${pod.metadata.name} (pod is not owner)`;
      steps.push({ kind: 'conflict', volume, message });
    }
  }
  return steps;
}
