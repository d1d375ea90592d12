import type { KindDefinition } from '../schema/kind.ts';
import { groupVersion } from '../schema/object.ts';
import type { Subject } from '../schema/status.ts';
import { BodyKind } from './body-kind.ts';
import type { CustomKind } from './custom-resources/custom-kind.ts';

/** A kind as the server serves it: its definition and what is derived from it once. */
export interface ServedKind {
  readonly definition: KindDefinition;
  readonly apiVersion: string;
  /** Plural and group, as errors name it. */
  readonly subject: Subject;
  /** Store prefix of the collection: `apps/statefulsets/`. */
  readonly prefix: string;
  /** What every stored object starts with: `{"kind":"Pod","apiVersion":"v1",`. List items leave it off. */
  readonly head: string;
  /** The kind whose objects are stored; the kind itself, unless it is a second version. */
  readonly stored: ServedKind;
  readonly singular: string;
  /** As what bodies of its requests are decoded. */
  readonly body: BodyKind;
  /** Of a CustomResourceDefinition; null for built-in kinds. */
  readonly custom: CustomKind | null;
}

/** `core` for the core group. */
export function storePrefix(group: string, plural: string): string {
  return `${group === '' ? 'core' : group}/${plural}/`;
}

export function serveKind(
  definition: KindDefinition,
  stored: ServedKind | null,
  custom: CustomKind | null,
): ServedKind {
  const apiVersion = groupVersion(definition.group, definition.version);
  const kind: Omit<ServedKind, 'stored'> & { stored?: ServedKind } = {
    definition,
    apiVersion,
    subject: { group: definition.group, resource: definition.plural },
    prefix: stored?.prefix ?? storePrefix(definition.group, definition.plural),
    head: `{"kind":${JSON.stringify(definition.kind)},"apiVersion":${JSON.stringify(apiVersion)},`,
    singular: definition.singular ?? definition.kind.toLowerCase(),
    body: new BodyKind(definition, () => definition.struct, custom),
    custom,
  };
  kind.stored = stored ?? (kind as ServedKind);
  return kind as ServedKind;
}

const id = (group: string, version: string, plural: string): string => `${group}/${version}/${plural}`;

/** Every kind served, built in or custom, found by group, version and plural. */
export class KindRegistry {
  readonly #kinds = new Map<string, ServedKind>();
  /** Grows with every change: what is derived from all kinds (discovery, OpenAPI) is rebuilt when it has. */
  generation = 0;
  readonly #listeners = new Set<() => void>();

  constructor(definitions: readonly KindDefinition[]) {
    for (const definition of definitions) if (definition.secondVersion === undefined) this.#add(definition, null);
    for (const definition of definitions) {
      if (definition.secondVersion === undefined) continue;
      const stored = this.#kinds.get(definition.secondVersion.storedAs);
      if (stored === undefined)
        throw new Error(`${definition.kind}: nothing is stored as ${definition.secondVersion.storedAs}`);
      this.#add(definition, stored);
    }
  }

  #add(definition: KindDefinition, stored: ServedKind | null): void {
    this.#kinds.set(id(definition.group, definition.version, definition.plural), serveKind(definition, stored, null));
  }

  find(group: string, version: string, plural: string): ServedKind | null {
    return this.#kinds.get(id(group, version, plural)) ?? null;
  }

  /** The kind that stores objects of this resource, in whatever version. */
  findStored(group: string, plural: string): ServedKind | null {
    for (const kind of this.#kinds.values()) {
      if (kind.definition.group === group && kind.definition.plural === plural && kind.stored === kind) return kind;
    }
    return null;
  }

  findByKind(apiVersion: string, kind: string): ServedKind | null {
    for (const served of this.#kinds.values()) {
      if (served.apiVersion === apiVersion && served.definition.kind === kind) return served;
    }
    return null;
  }

  all(): readonly ServedKind[] {
    return [...this.#kinds.values()];
  }

  hasGroup(group: string): boolean {
    return this.all().some((kind) => kind.definition.group === group);
  }

  hasVersion(group: string, version: string): boolean {
    return this.all().some((kind) => kind.definition.group === group && kind.definition.version === version);
  }

  /** Replaces all versions of one custom resource; an empty list takes it away. */
  setCustom(group: string, plural: string, kinds: readonly ServedKind[]): void {
    for (const [key, kind] of this.#kinds) {
      if (kind.custom !== null && kind.definition.group === group && kind.definition.plural === plural)
        this.#kinds.delete(key);
    }
    for (const kind of kinds) this.#kinds.set(id(group, kind.definition.version, plural), kind);
    this.generation++;
    for (const listener of this.#listeners) listener();
  }

  /** Calls back after kinds came or went. Returns the function that ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}

/** Key of one object. */
export function objectKey(kind: ServedKind, namespace: string, name: string): string {
  return kind.definition.namespaced ? `${kind.prefix}${namespace}/${name}` : kind.prefix + name;
}

/** Prefix of a list: one namespace, or all. */
export function listPrefix(kind: ServedKind, namespace: string): string {
  return kind.definition.namespaced && namespace !== '' ? `${kind.prefix}${namespace}/` : kind.prefix;
}
