import { amountsOf } from '../../api/shared/pod-requests.ts';
import { formatQuantity, quantityOf, quantityValue } from '../../base/quantity.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { FileSystem } from '../files.ts';

/** Bytes and inodes of a pod on its node's disk; claims are not part of it. */
export interface LocalUsage {
  readonly bytes: number;
  readonly inodes: number;
}

export interface PodStorage {
  /** By the name of the volume. */
  readonly emptyDirs: ReadonlyMap<string, LocalUsage>;
  /** Logs, by the name of the container. */
  readonly containers: ReadonlyMap<string, LocalUsage>;
  readonly total: LocalUsage;
}

type EmptyDir = { readonly medium?: string; readonly sizeLimit?: string };

function emptyDirsOf(pod: KubeObject): [string, EmptyDir][] {
  return (pod.spec.volumes ?? []).flatMap((volume: { name: string; emptyDir?: EmptyDir }) =>
    volume.emptyDir === undefined ? [] : [[volume.name, volume.emptyDir]],
  );
}

const limitOf = (container: { resources?: { limits?: Record<string, unknown> } }): number =>
  amountsOf(container.resources?.limits).ephemeral;

/** Whether anything of a pod's local storage is limited: only then it is worth a look. */
export function hasStorageLimits(pod: KubeObject): boolean {
  if (emptyDirsOf(pod).some(([, { sizeLimit }]) => sizeLimit !== undefined)) return true;
  return (pod.spec.containers ?? []).some((container: object) => limitOf(container) > 0);
}

/** Adds up what is below a path. What disappears meanwhile is left out. */
async function usageBelow(files: FileSystem, path: string): Promise<LocalUsage> {
  const info = await files.info(path).catch(() => null);
  if (info === null) return { bytes: 0, inodes: 0 };
  let { size: bytes } = info;
  let inodes = 1;
  if (info.kind !== 'directory') return { bytes, inodes };
  for (const name of await files.list(path).catch(() => [])) {
    const below = await usageBelow(files, `${path}/${name}`);
    bytes += below.bytes;
    inodes += below.inodes;
  }
  return { bytes, inodes };
}

/** What a pod's logs and emptyDirs take; `directory` is the pod's, `logs` that of its logs. */
export async function podStorage(
  files: FileSystem,
  pod: KubeObject,
  { directory, logs }: { readonly directory: string; readonly logs: string },
): Promise<PodStorage> {
  const emptyDirs = new Map<string, LocalUsage>();
  const containers = new Map<string, LocalUsage>();
  for (const [name] of emptyDirsOf(pod)) emptyDirs.set(name, await usageBelow(files, `${directory}/volumes/${name}`));
  for (const { name } of pod.spec.containers ?? []) containers.set(name, await usageBelow(files, `${logs}/${name}`));
  const all = [...emptyDirs.values(), ...containers.values()];
  const sum = (of: keyof LocalUsage): number => all.reduce((total, one) => total + one[of], 0);
  return { emptyDirs, containers, total: { bytes: sum('bytes'), inodes: sum('inodes') } };
}

/** Why a pod has to go for what it wrote itself, in upstream's words; null when it is within its limits (node.md 5.5). */
export function overLimit(pod: KubeObject, storage: PodStorage): string | null {
  for (const [name, { sizeLimit }] of emptyDirsOf(pod)) {
    const used = storage.emptyDirs.get(name)?.bytes ?? 0;
    if (sizeLimit !== undefined && used > quantityValue(sizeLimit))
      return `Usage of EmptyDir volume "${name}" exceeds the limit "${sizeLimit}". `;
  }
  let limits = 0;
  for (const container of pod.spec.containers ?? []) {
    const limit = limitOf(container);
    limits += limit;
    if (limit > 0 && (storage.containers.get(container.name)?.bytes ?? 0) > limit)
      return `Container ${container.name} exceeded its local ephemeral storage limit "${container.resources.limits['ephemeral-storage']}". `;
  }
  const allLimited = (pod.spec.containers ?? []).every((container: object) => limitOf(container) > 0);
  if (allLimited && storage.total.bytes > limits)
    return `Pod ephemeral local storage usage exceeds the total limit of containers ${textOf(limits)}. `;
  return null;
}

function textOf(bytes: number): string {
  return formatQuantity(quantityOf(bytes, 'BinarySI'));
}
