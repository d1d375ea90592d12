import type { KubeObject } from '../../schema/object.ts';

/** Where a persistent volume is on its node, whose data directory is given. */
export function volumePath({ metadata, spec }: KubeObject, directory: string): string {
  const given: string | undefined = spec.local?.path ?? spec.hostPath?.path ?? spec.csi?.volumeAttributes?.path;
  return given ?? `${directory}/volumes/${metadata.name}`;
}
