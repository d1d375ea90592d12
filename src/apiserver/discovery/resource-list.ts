import { createHash } from 'node:crypto';
import { ALL_VERBS, type SubresourceInfo } from '../../schema/kind.ts';
import type { ServedKind } from '../registry.ts';

const STATUS_VERBS = ['get', 'patch', 'update'];

/** Every subresource of a kind, status and scale included, sorted by name. */
export function subresourcesOf(kind: ServedKind): readonly (readonly [string, SubresourceInfo])[] {
  const { definition } = kind;
  const all: Record<string, SubresourceInfo> = { ...definition.subresources };
  if (definition.status !== undefined) all.status = { kind: definition.kind, verbs: STATUS_VERBS };
  if (definition.scale !== undefined) {
    all.scale = { kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: STATUS_VERBS };
  }
  return Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
}

export function verbsOf(kind: ServedKind): readonly string[] {
  return kind.definition.verbs ?? ALL_VERBS;
}

/** Kinds that upstream still stores in an older version, which shows in their hash. */
const STORED_AS: Readonly<Record<string, string>> = {
  CustomResourceDefinition: 'v1beta1',
  MutatingAdmissionPolicy: 'v1beta1',
  MutatingAdmissionPolicyBinding: 'v1beta1',
};

/** First 8 bytes of the SHA-256 of `group/version/Kind` of the stored version. */
function storageVersionHash(kind: ServedKind): string {
  const { group, kind: name } = kind.stored.definition;
  const version = STORED_AS[name] ?? kind.stored.definition.version;
  return createHash('sha256').update(`${group}/${version}/${name}`).digest().subarray(0, 8).toString('base64');
}

function own(kind: ServedKind): Record<string, unknown> {
  const { definition } = kind;
  const { shortNames = [], categories = [] } = definition;
  const persisted = definition.persisted !== false && verbsOf(kind).includes('create');
  return {
    name: definition.plural,
    singularName: kind.singular,
    namespaced: definition.namespaced,
    kind: definition.kind,
    verbs: [...verbsOf(kind)].sort(),
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(persisted ? { storageVersionHash: storageVersionHash(kind) } : {}),
  };
}

function below(kind: ServedKind): Record<string, unknown>[] {
  const { definition } = kind;
  return subresourcesOf(kind).map(([name, info]) => ({
    name: `${definition.plural}/${name}`,
    singularName: '',
    namespaced: definition.namespaced,
    ...(info.group === undefined ? {} : { group: info.group, version: info.version }),
    kind: info.kind,
    verbs: [...info.verbs].sort(),
  }));
}

const byPlural = (a: ServedKind, b: ServedKind): number => (a.definition.plural < b.definition.plural ? -1 : 1);

/** `APIResourceList` of one group-version (api.md 2). */
export function apiResourceList(groupVersion: string, kinds: readonly ServedKind[]): object {
  const resources = [...kinds].sort(byPlural).flatMap((kind) => [own(kind), ...below(kind)]);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}

/** One version of `APIGroupDiscoveryList`. */
export function aggregatedVersion(version: string, kinds: readonly ServedKind[]): object {
  return { version, resources: [...kinds].sort(byPlural).map(aggregated), freshness: 'Current' };
}

const kindRef = (kind: string, group = '', version = ''): object => ({ group, version, kind });

function aggregated(kind: ServedKind): object {
  const { definition } = kind;
  const { shortNames = [], categories = [] } = definition;
  const subresources = subresourcesOf(kind).map(([name, info]) => ({
    subresource: name,
    responseKind: kindRef(info.kind, info.group, info.version),
    verbs: [...info.verbs].sort(),
  }));
  return {
    resource: definition.plural,
    responseKind: kindRef(definition.kind),
    scope: definition.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: [...verbsOf(kind)].sort(),
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(subresources.length === 0 ? {} : { subresources }),
  };
}
