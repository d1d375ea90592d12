/**
 * Structure of API types in memory. The facts (names, order, omitempty, protobuf numbers, merge keys, list types)
 * are generated into `src/api/generated/`; this file only gives them a shape. See docs/decisions/0001-structure.md.
 */
export type Scalar =
  | 'string'
  | 'bytes' // base64 string on the wire
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'float64'
  | 'quantity'
  | 'intOrString'
  | 'time' // RFC 3339, seconds
  | 'microTime' // RFC 3339, microseconds
  | 'duration'
  | 'any'; // RawExtension, JSON, FieldsV1: kept as it is

export type TypeRef =
  | { readonly kind: 'scalar'; readonly scalar: Scalar; readonly go: string }
  | { readonly kind: 'struct'; readonly struct: StructInfo }
  | {
      readonly kind: 'list';
      readonly element: TypeRef;
      readonly listType: 'atomic' | 'map' | 'set';
      readonly mapKeys: readonly string[];
      readonly go: string;
      /** Elements are Go pointers: a null element stays null. */
      readonly pointers: boolean;
      /** A named slice that protobuf carries as a message of its own (`ExtraValue`). */
      readonly wrapped: boolean;
    }
  | { readonly kind: 'map'; readonly value: TypeRef; readonly mapType: 'granular' | 'atomic'; readonly go: string };

export interface FieldInfo {
  /** JSON name. */
  readonly name: string;
  /** Go field name (in some decoding errors). */
  readonly go: string;
  readonly type: TypeRef;
  /** Left out of the answer when zero (Go `omitempty`/`omitzero`); otherwise the zero value is written. */
  readonly omitEmpty: boolean;
  /** Go pointer: an explicit zero is kept. */
  readonly pointer: boolean;
  /** Protobuf field number, 0 when the field has none. */
  readonly number: number;
  /** Protobuf numbers of the embedded messages around the field, outermost first; JSON inlines them (`VolumeSource`). */
  readonly embedded: readonly number[];
  /** Go names of the embedded structs around the field (decoding errors name them). */
  readonly embeddedGo: readonly string[];
  /** Strategic merge patch strategies: subset of merge, retainKeys, replace. */
  readonly patchStrategy: readonly string[];
  readonly patchMergeKey: string | null;
  /** Listed as required in OpenAPI. */
  readonly required: boolean;
  /** Schema default, used for list-map keys (ports protocol TCP). */
  readonly default?: unknown;
}

export interface StructInfo {
  /** OpenAPI definition name: `io.k8s.api.core.v1.Pod`. */
  readonly name: string;
  /** Go name as errors print it: `v1.Pod`. */
  readonly go: string;
  /** In Go order; embedded structs are flattened. */
  readonly fields: readonly FieldInfo[];
  readonly byName: ReadonlyMap<string, FieldInfo>;
  /** `x-kubernetes-map-type: atomic` on the struct itself. */
  readonly atomic: boolean;
  /** Kinds it stands for, as `group/version/Kind` (`/v1/Pod`); empty for parts of kinds. */
  readonly kinds: readonly string[];
}
