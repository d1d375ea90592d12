import type { PersistentVolumeClaim, Pod, Volume } from '../framework/objects.ts';
import { controllerReference } from '../framework/owners.ts';
import { claimName, memberOf, ordinalOf, podName } from './names.ts';
import { grownSpec } from './opt-ins/claim-growth.ts';
import {
  POD_INDEX_LABEL,
  POD_NAME_LABEL,
  type PodTemplate,
  REVISION_LABEL,
  STATEFUL_SET,
  type StatefulSet,
} from './types.ts';

/** The claims of one member, as they would be created (statefulset.md 1.4). */
export function claimsOf(set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template) => {
    const { name = '', labels, annotations, finalizers } = template.metadata;
    const { status: _, ...rest } = template;
    return {
      ...rest,
      spec: grownSpec(set, template),
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: claimName(set, name, ordinal),
        ...(set.metadata.namespace === undefined ? {} : { namespace: set.metadata.namespace }),
        labels: { ...labels, ...set.spec.selector.matchLabels },
        ...(annotations === undefined ? {} : { annotations }),
        ...(finalizers === undefined ? {} : { finalizers }),
      },
    };
  });
}

/** Claim volumes stand in for template volumes of the same name. */
function withClaimVolumes(set: StatefulSet, ordinal: number, volumes: readonly Volume[] | undefined): Volume[] {
  const templates = set.spec.volumeClaimTemplates ?? [];
  const names = new Set(templates.map((template) => template.metadata.name ?? ''));
  return [
    ...[...names].map((name) => ({
      name,
      persistentVolumeClaim: { claimName: claimName(set, name, ordinal), readOnly: false },
    })),
    ...(volumes ?? []).filter((volume) => !names.has(volume.name)),
  ];
}

/** A new member from the template of a revision. */
export function newPod(set: StatefulSet, template: PodTemplate, revision: string, ordinal: number): Pod {
  const name = podName(set, ordinal);
  const { labels, annotations, finalizers } = template.metadata ?? {};
  const volumes = withClaimVolumes(set, ordinal, template.spec.volumes);
  const { volumes: _, subdomain: __, ...spec } = template.spec;
  const subdomain = set.spec.serviceName ?? '';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      generateName: `${set.metadata.name}-`,
      ...(set.metadata.namespace === undefined ? {} : { namespace: set.metadata.namespace }),
      labels: {
        ...labels,
        [POD_NAME_LABEL]: name,
        [POD_INDEX_LABEL]: String(ordinal),
        [REVISION_LABEL]: revision,
      },
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerReference(set, STATEFUL_SET)],
    },
    spec: {
      ...spec,
      hostname: name,
      ...(subdomain === '' ? {} : { subdomain }),
      ...(volumes.length === 0 ? {} : { volumes }),
    },
  };
}

export function identityMatches(set: StatefulSet, pod: Pod): boolean {
  const name = pod.metadata.name ?? '';
  const { parent, ordinal } = memberOf(name);
  return (
    ordinal >= 0 &&
    parent === set.metadata.name &&
    name === podName(set, ordinal) &&
    pod.metadata.namespace === set.metadata.namespace &&
    pod.metadata.labels?.[POD_NAME_LABEL] === name
  );
}

export function storageMatches(set: StatefulSet, pod: Pod): boolean {
  const templates = set.spec.volumeClaimTemplates;
  if (templates === undefined || templates.length === 0) return true;
  const ordinal = ordinalOf(pod);
  if (ordinal < 0) return false;
  return templates.every(({ metadata }) => {
    const volume = pod.spec.volumes?.find((candidate) => candidate.name === metadata.name);
    return volume?.persistentVolumeClaim?.claimName === claimName(set, metadata.name ?? '', ordinal);
  });
}

/** The pod with its name, labels and volumes put right. The server refuses the volumes; that is reported as it is. */
export function repairedPod(set: StatefulSet, pod: Pod): Pod {
  const ordinal = ordinalOf(pod);
  const identity = identityMatches(set, pod);
  const storage = storageMatches(set, pod);
  const name = podName(set, ordinal);
  return {
    ...pod,
    metadata: identity
      ? pod.metadata
      : {
          ...pod.metadata,
          name,
          labels: { ...pod.metadata.labels, [POD_NAME_LABEL]: name, [POD_INDEX_LABEL]: String(ordinal) },
        },
    spec: storage ? pod.spec : { ...pod.spec, volumes: withClaimVolumes(set, ordinal, pod.spec.volumes) },
  };
}
