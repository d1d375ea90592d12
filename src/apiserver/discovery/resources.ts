import { createHash } from 'node:crypto';
import { ALL_VERBS, type KindDefinition } from '../../schema/kind.ts';

/** One row of discovery: a resource or a subresource of one. */
export interface DiscoveredSubresource {
  readonly name: string;
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  readonly verbs: readonly string[];
}

const READ_WRITE = ['get', 'patch', 'update'];

/** Subresources of a kind by name: status and scale follow from its definition, the others are listed in it. */
export function subresourcesOf(kind: KindDefinition): DiscoveredSubresource[] {
  const own = { kind: kind.kind, group: '', version: '', verbs: READ_WRITE };
  return [
    ...(kind.status === undefined ? [] : [{ ...own, name: 'status' }]),
    ...(kind.scale === undefined
      ? []
      : [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: READ_WRITE }]),
    ...Object.entries(kind.subresources ?? {})
      .filter(
        ([name]) =>
          !(name === 'status' && kind.status !== undefined) && !(name === 'scale' && kind.scale !== undefined),
      )
      .map(([name, info]) => ({
        name,
        kind: info.kind,
        group: info.group ?? '',
        version: info.version ?? '',
        verbs: [...info.verbs].sort(),
      })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function verbsOf(kind: KindDefinition): readonly string[] {
  return [...(kind.verbs ?? ALL_VERBS)].sort();
}

export function singularOf(kind: KindDefinition): string {
  return kind.singular ?? kind.kind.toLowerCase();
}

/** Clients tell by it whether two group-versions are stored alike: hash of the version that is stored. */
export function storageVersionHash(kind: KindDefinition): string | undefined {
  if (kind.persisted === false || (kind.verbs !== undefined && !kind.verbs.includes('create'))) return undefined;
  const [group, version] =
    kind.secondVersion === undefined
      ? [kind.group, kind.version]
      : (kind.secondVersion.storedAs.split('/') as [string, string]);
  return createHash('sha256').update(`${group}/${version}/${kind.kind}`).digest().subarray(0, 8).toString('base64');
}
