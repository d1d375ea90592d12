import type { KindDefinition } from '../schema/kind.ts';
import { structOf } from '../schema/structure.ts';
import type { StructInfo } from '../schema/types.ts';

/** A definition that names its structure instead of holding it. */
export type KindSource = Omit<KindDefinition, 'struct'> & {
  /** OpenAPI definition name; by default made from group, version and kind. */
  readonly structName?: string;
};

const PACKAGES: Readonly<Record<string, string>> = {
  'apiextensions.k8s.io': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  'apiregistration.k8s.io': 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
};

/** OpenAPI definition name of a kind: `io.k8s.api.<first part of the group>.<version>.<kind>`. */
export function structNameOf(group: string, version: string, kind: string): string {
  const folder = PACKAGES[group] ?? `io.k8s.api.${group === '' ? 'core' : group.split('.')[0]}`;
  return `${folder}.${version}.${kind}`;
}

/** A structure that is built when it is first asked for, so that start-up pays for none. */
class Structured {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  get struct(): StructInfo {
    return structOf(this.#name);
  }
}

/** Completes a definition. */
export function defineKind(source: KindSource): KindDefinition {
  const { structName, ...rest } = source;
  return Object.assign(new Structured(structName ?? structNameOf(source.group, source.version, source.kind)), rest);
}

/** `group/version` of a kind without behaviour of its own, with what differs from the majority. */
export function genericKind(
  groupVersion: string,
  kind: string,
  plural: string,
  namespaced: boolean,
  rest: Partial<KindSource> = {},
): KindDefinition {
  const slash = groupVersion.indexOf('/');
  const group = slash < 0 ? '' : groupVersion.slice(0, slash);
  return defineKind({ group, version: groupVersion.slice(slash + 1), kind, plural, namespaced, ...rest });
}
