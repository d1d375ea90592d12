import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { FieldErrors } from './field-errors.ts';
import type { KubeObject } from './object.ts';
import type { StructInfo } from './types.ts';

/** A mutable working copy; strategies change it in place, the server freezes it when it is stored. */
// biome-ignore lint/suspicious/noExplicitAny: bodies are structurally checked before a strategy sees them
export type Draft = { apiVersion: string; kind: string; metadata: any; [field: string]: any };

export type FeatureGates = Readonly<Record<string, boolean>>;

export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What a strategy may know of its surroundings. */
export interface StrategyContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly gates: FeatureGates;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** Reads another object of the committed state (StorageClass of a claim, Namespace ...); null when absent. */
  lookup(resource: string, group: string, namespace: string, name: string): KubeObject | null;
}

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';
export const ALL_VERBS: readonly Verb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];

/** DNS-1123 subdomain, DNS-1123 label, path segment (api.md 4.2 SD, L, P), or a validator of its own. */
export type NameRule = 'subdomain' | 'label' | 'path' | ((name: string) => readonly string[]);

/** Table column; `cell` is evaluated on the object as stored, with `now` for ages. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly priority?: number;
  readonly description?: string;
  readonly cell: (object: KubeObject, now: number) => string | number | boolean | null;
}

export interface RowCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** What one endpoint (main, status, another subresource) takes from a request and how it judges it. */
export interface UpdateStrategy {
  /** Carries over from `old` what this endpoint does not own; bumps generation where the kind has one. */
  prepare?(draft: Draft, old: KubeObject, context: StrategyContext): void;
  validate?(object: KubeObject, old: KubeObject, errors: FieldErrors, context: StrategyContext): void;
  warnings?(object: KubeObject, old: KubeObject, context: StrategyContext): readonly string[];
}

export interface CreateStrategy {
  prepare?(draft: Draft, context: StrategyContext): void;
  validate?(object: KubeObject, errors: FieldErrors, context: StrategyContext): void;
  warnings?(object: KubeObject, context: StrategyContext): readonly string[];
}

/** The same stored object served under a second group-version (HPA v1/v2, events). */
export interface SecondVersion {
  /** `group/version/plural` of the definition that stores it. */
  readonly storedAs: string;
  toStored(object: Draft): Draft;
  fromStored(object: KubeObject): Draft;
}

/** `/scale` of a kind: where replicas and the selector stand. */
export interface ScaleMapping {
  readonly specReplicas: (object: KubeObject) => number;
  readonly statusReplicas: (object: KubeObject) => number;
  /** Selector in its text form. */
  readonly selector: (object: KubeObject) => string;
  readonly setReplicas: (draft: Draft, replicas: number) => void;
}

/**
 * One kind: one file in `src/api/` exports one of these, and `src/api/index.ts` lists it. Discovery, OpenAPI, decoding,
 * patching, tables and storage follow from it. What is left out has the default of the majority:
 * all verbs, subdomain names, unconditional updates allowed, no create on update, no generation.
 */
export interface KindDefinition {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly namespaced: boolean;
  readonly struct: StructInfo;
  readonly verbs?: readonly Verb[];
  /** False: answers only (reviews), nothing is stored. */
  readonly persisted?: boolean;
  readonly nameRule?: NameRule;
  readonly generation?: boolean;
  /** An update without resourceVersion is accepted (default true). */
  readonly unconditionalUpdate?: boolean;
  readonly createOnUpdate?: boolean;
  /**
   * How its validation of an update looks at the metadata, after the registry has: as a `change`, by `itself`. Default:
   * both, as kinds do whose validation of an update includes that of a create.
   */
  readonly metadataOnUpdate?: readonly ('change' | 'itself')[];
  /** DELETE answers the object instead of a Status. */
  readonly returnsDeleted?: boolean;
  /** Create keeps the status sent (Node); otherwise it is dropped before `create.prepare`. */
  readonly keepsStatusOnCreate?: boolean;
  readonly defaultPropagation?: 'Background' | 'Orphan';
  /** Fills defaults of this version in place; runs after every decode, also of patches. */
  readonly defaults?: (draft: Draft) => void;
  /** Field drops after gates and the like belong in `prepare`. */
  readonly create?: CreateStrategy;
  readonly update?: UpdateStrategy;
  /** Present: the kind has `/status`. `{}` takes only status from the request, and keeps spec. */
  readonly status?: UpdateStrategy;
  readonly scale?: ScaleMapping;
  /** Further subresources by name that only the apiserver can carry out (log, exec, binding, eviction, token ...). */
  readonly subresources?: Readonly<Record<string, SubresourceInfo>>;
  readonly columns?: readonly Column[];
  /** Annotations that are made of fields when an object is shown; the metadata in rows of a Table lacks them. */
  readonly derivedAnnotations?: readonly string[];
  readonly rowConditions?: (object: KubeObject) => readonly RowCondition[];
  /** Field selector keys beside metadata.name and metadata.namespace, with their values. */
  readonly selectableFields?: Readonly<Record<string, (object: KubeObject) => string>>;
  /** Paths an endpoint never owns in managedFields, as [`status`] or [`metadata`, `labels`]. Default: main status, status spec. */
  readonly resetFields?: Readonly<Record<string, readonly (readonly string[])[]>>;
  readonly secondVersion?: SecondVersion;
  /** Graceful deletion (Pod): seconds of grace for this request, or null to remove at once. */
  readonly graceSeconds?: (object: KubeObject, requested: number | undefined) => number;
  /** `Warning` header of every request of a deprecated kind. */
  readonly deprecation?: string;
}

export interface SubresourceInfo {
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
  /** Structure of the request body, where it is another kind than the parent. */
  readonly struct?: StructInfo;
  /** An UpdateStrategy where the subresource is an update of the parent (ephemeralcontainers, resize, finalize, approval). */
  readonly strategy?: UpdateStrategy;
}
