import type { Column, KindDefinition, RowCondition } from './kind.ts';
import type { KubeObject, ObjectMeta } from './object.ts';

/** Which form of the object a row carries (`includeObject`). */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

export interface PartialObjectMetadata {
  readonly kind: 'PartialObjectMetadata';
  readonly apiVersion: string;
  readonly metadata: ObjectMeta;
}

export interface TableRow {
  readonly cells: readonly (string | number | boolean | null)[];
  readonly conditions?: readonly RowCondition[];
  readonly object: KubeObject | PartialObjectMetadata | null;
}

/** Metadata of the list or object a Table shows. */
export interface TableMeta {
  readonly resourceVersion?: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** meta.k8s.io Table. All columns are always there; clients hide those of a priority above 0. */
export interface Table {
  readonly kind: 'Table';
  readonly apiVersion: string;
  readonly metadata: TableMeta;
  /** Null in all but the first event of a watch. */
  readonly columnDefinitions: readonly ColumnDefinition[] | null;
  readonly rows: readonly TableRow[];
}

/** Columns of kinds that bring none. */
const DEFAULT_COLUMNS: readonly Column[] = [
  {
    name: 'Name',
    type: 'string',
    format: 'name',
    description: 'Name of the object, unique within its namespace.',
    cell: (object) => object.metadata.name ?? '',
  },
  {
    name: 'Created At',
    type: 'date',
    description: 'The time the server took the object in, in RFC 3339 form and UTC.',
    cell: (object) => object.metadata.creationTimestamp ?? null,
  },
];

/** What a kind says about its tables. */
export type TableKind = Pick<KindDefinition, 'columns' | 'rowConditions' | 'derivedAnnotations'>;

const definitions = new WeakMap<readonly Column[], readonly ColumnDefinition[]>();

/** Column definitions of a kind, all five keys present. */
export function columnDefinitions(kind: TableKind): readonly ColumnDefinition[] {
  const columns = kind.columns ?? DEFAULT_COLUMNS;
  const hit = definitions.get(columns);
  if (hit !== undefined) return hit;
  // Never empty: upstream describes every column, and clients may show it.
  const list = columns.map(({ name, type, format = '', description = name, priority = 0 }) => ({
    name,
    type,
    format,
    description,
    priority,
  }));
  definitions.set(columns, list);
  return list;
}

/** Metadata only. */
export function partialObjectMetadata(object: KubeObject, version = 'v1'): PartialObjectMetadata {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata };
}

/** Metadata as stored: upstream makes rows before it makes annotations of fields. */
function withoutDerived(object: KubeObject, derived: readonly string[] | undefined): KubeObject {
  const annotations = object.metadata.annotations;
  if (derived === undefined || annotations === undefined || !derived.some((key) => key in annotations)) return object;
  const kept = Object.fromEntries(Object.entries(annotations).filter(([key]) => !derived.includes(key)));
  const { annotations: _, ...metadata } = object.metadata;
  return { ...object, metadata: Object.keys(kept).length === 0 ? metadata : { ...metadata, annotations: kept } };
}

/** One row: cells in column order, ages relative to `now` (milliseconds). */
export function tableRow(
  kind: TableKind,
  object: KubeObject,
  now: number,
  includeObject: IncludeObject | string,
  version = 'v1',
): TableRow {
  const conditions = kind.rowConditions?.(object) ?? [];
  const shown =
    includeObject === 'None'
      ? null
      : includeObject === 'Object'
        ? object
        : partialObjectMetadata(withoutDerived(object, kind.derivedAnnotations), version);
  return {
    cells: (kind.columns ?? DEFAULT_COLUMNS).map((column) => column.cell(object, now)),
    ...(conditions.length === 0 ? {} : { conditions }),
    object: shown,
  };
}

/**
 * Objects as a Table (api.md 7). `metadata` is that of the list, or holds the resourceVersion of a single object;
 * left out, a table of one object shows the object's.
 */
export function toTable(
  kind: TableKind,
  objects: readonly KubeObject[],
  now: number,
  includeObject: IncludeObject | string = 'Metadata',
  metadata?: TableMeta,
  version = 'v1',
): Table {
  const only = objects.length === 1 ? objects[0]?.metadata.resourceVersion : undefined;
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: metadata ?? (only === undefined ? {} : { resourceVersion: only }),
    columnDefinitions: columnDefinitions(kind),
    rows: objects.map((object) => tableRow(kind, object, now, includeObject, version)),
  };
}
