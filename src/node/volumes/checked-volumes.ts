import type { KubeObject } from '../../schema/object.ts';
import type { Lookup } from '../lookup.ts';
import { VolumeError, type VolumeManager } from './volume-manager.ts';

const failedSetUp = (volume: string, why: string): VolumeError =>
  new VolumeError(why, `MountVolume.SetUp failed for volume "${volume}" : ${why}`);

interface Reference {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly optional: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: volumes as stored
export function referencesOf(volume: any): Reference[] {
  // biome-ignore lint/suspicious/noExplicitAny: volume sources as stored
  const of = (source: any): Reference[] => [
    ...(source.configMap
      ? [{ kind: 'ConfigMap' as const, name: source.configMap.name, optional: source.configMap.optional === true }]
      : []),
    ...(source.secret
      ? [
          {
            kind: 'Secret' as const,
            name: source.secret.secretName ?? source.secret.name,
            optional: source.secret.optional === true,
          },
        ]
      : []),
  ];
  if (volume.projected) return (volume.projected.sources ?? []).flatMap(of);
  return volume.configMap || volume.secret ? of(volume) : [];
}

/** Throws VolumeError when a ConfigMap or Secret behind a volume is missing. */
// biome-ignore lint/suspicious/noExplicitAny: volumes as stored
export function checkReferences(pod: KubeObject, volume: any, lookup: Lookup): void {
  const namespace = pod.metadata.namespace ?? '';
  for (const { kind, name, optional } of referencesOf(volume)) {
    const found = kind === 'ConfigMap' ? lookup.configMap(namespace, name) : lookup.secret(namespace, name);
    if (found === undefined && !optional) {
      throw failedSetUp(volume.name, `${kind === 'ConfigMap' ? 'configmap' : 'secret'} "${name}" not found`);
    }
  }
}

/** The automatic API access volume of every pod: nothing in a simulated pod reads it. */
const API_ACCESS = /^kube-api-access-[a-z0-9]{5}$/;

/** Volumes of simulated pods: what they refer to must be there; nothing is made. */
export function checkedVolumes(lookup: Lookup): VolumeManager {
  return {
    prepare(pod) {
      for (const volume of pod.spec.volumes ?? []) {
        if (!API_ACCESS.test(volume.name)) checkReferences(pod, volume, lookup);
      }
      return null;
    },
    mounts: async () => [],
    readFile: async () => null,
    teardown: async () => {},
    sourceChanged: () => {},
    stop: () => {},
  };
}
