import { createHash } from 'node:crypto';
import type { KindDefinition } from '../../schema/kind.ts';
import { groupVersion } from '../../schema/object.ts';
import { type Group, groupsOf } from './groups.ts';
import { singularOf, storageVersionHash, subresourcesOf, verbsOf } from './resources.ts';

const nonEmpty = <K extends string>(name: K, list: readonly string[] | undefined): { [key in K]?: readonly string[] } =>
  (list === undefined || list.length === 0 ? {} : { [name]: list }) as { [key in K]?: readonly string[] };

/** metav1.APIVersions of `/api`. */
export function apiVersions(serverAddress: string): object {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  };
}

function groupDocument(group: Group): { readonly name: string } {
  const versions = group.versions.map(({ version }) => ({ groupVersion: groupVersion(group.name, version), version }));
  return { name: group.name, versions, preferredVersion: versions[0] } as { readonly name: string };
}

/** metav1.APIGroupList of `/apis`. */
export function apiGroupList(kinds: readonly KindDefinition[]): object {
  const groups = groupsOf(kinds).filter(({ name }) => name !== '');
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupDocument) };
}

/** metav1.APIGroup of `/apis/<group>`, null when the group is not served. */
export function apiGroup(kinds: readonly KindDefinition[], name: string): object | null {
  const group = groupsOf(kinds).find((each) => each.name === name);
  return group === undefined ? null : { kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(group) };
}

/** metav1.APIResourceList of `/api/v1` or `/apis/<group>/<version>`, null when it is not served. */
export function apiResourceList(kinds: readonly KindDefinition[], group: string, version: string): object | null {
  const found = groupsOf(kinds)
    .find((each) => each.name === group)
    ?.versions.find((each) => each.version === version);
  if (found === undefined) return null;
  const resources = found.kinds.flatMap((kind) => {
    const hash = storageVersionHash(kind);
    const common = { namespaced: kind.namespaced, kind: kind.kind };
    return [
      {
        name: kind.plural,
        singularName: singularOf(kind),
        ...common,
        verbs: verbsOf(kind),
        ...nonEmpty('shortNames', kind.shortNames),
        ...nonEmpty('categories', kind.categories),
        ...(hash === undefined ? {} : { storageVersionHash: hash }),
      },
      ...subresourcesOf(kind).map((sub) => ({
        name: `${kind.plural}/${sub.name}`,
        singularName: '',
        namespaced: kind.namespaced,
        ...(sub.version === '' ? {} : { group: sub.group, version: sub.version }),
        kind: sub.kind,
        verbs: sub.verbs,
      })),
    ];
  });
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: groupVersion(group, version), resources };
}

function aggregatedResource(kind: KindDefinition): object {
  const subresources = subresourcesOf(kind).map(({ name, kind: subKind, group, version, verbs }) => ({
    subresource: name,
    responseKind: { group, version, kind: subKind },
    verbs,
  }));
  return {
    resource: kind.plural,
    responseKind: { group: '', version: '', kind: kind.kind },
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singularOf(kind),
    verbs: verbsOf(kind),
    ...nonEmpty('shortNames', kind.shortNames),
    ...nonEmpty('categories', kind.categories),
    ...(subresources.length === 0 ? {} : { subresources }),
  };
}

/** A discovery document with its entity tag, ready to be sent. */
export interface TaggedDocument {
  readonly bytes: Buffer;
  /** Quoted upper-case SHA-512. */
  readonly etag: string;
}

/** apidiscovery.k8s.io/v2 APIGroupDiscoveryList: the core group for `/api`, all others for `/apis`. */
export function aggregatedDiscovery(kinds: readonly KindDefinition[], which: 'core' | 'groups'): TaggedDocument {
  const groups = groupsOf(kinds).filter(({ name }) => (name === '') === (which === 'core'));
  const document = {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map((group) => ({
      metadata: group.name === '' ? {} : { name: group.name },
      versions: group.versions.map(({ version, kinds: members }) => ({
        version,
        resources: members.map(aggregatedResource),
        freshness: 'Current',
      })),
    })),
  };
  const bytes = Buffer.from(JSON.stringify(document));
  return { bytes, etag: `"${createHash('sha512').update(bytes).digest('hex').toUpperCase()}"` };
}
