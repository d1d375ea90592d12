import type { StructInfo } from '../schema/types.ts';
import type { CustomKind } from './custom-resources/custom-kind.ts';

/** What a body is decoded as: the kind of the resource, or another one on a subresource (Scale, Binding, Eviction). */
export class BodyKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Custom kinds decode themselves. */
  readonly custom: CustomKind | null;
  readonly #structure: () => StructInfo;

  /** `structure` is asked for when a body comes: start-up pays for none. */
  constructor(
    { group, version, kind }: { readonly group: string; readonly version: string; readonly kind: string },
    structure: () => StructInfo,
    custom: CustomKind | null = null,
  ) {
    this.group = group;
    this.version = version;
    this.kind = kind;
    this.custom = custom;
    this.#structure = structure;
  }

  get struct(): StructInfo {
    return this.#structure();
  }
}
