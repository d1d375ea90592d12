import type { Draft } from '../../schema/kind.ts';

/** What a version of a CustomResourceDefinition adds to its KindDefinition. */
export interface CustomKind {
  /** OpenAPI v3 schema of this version. */
  readonly openApiSchema: Readonly<Record<string, unknown>>;
  /** Prunes by the schema and fills its defaults. Throws DecodeError for broken metadata. */
  decode(json: Record<string, unknown>): { readonly object: Draft; readonly unknown: readonly string[] };
}
