import type { JsonRecord } from '../../base/json.ts';
import type { KindDefinition } from '../kind.ts';
import { groupVersion } from '../object.ts';
import { hasStruct, structOf } from '../structure.ts';
import type { StructInfo } from '../types.ts';
import { type Descriptions, described } from './descriptions.ts';
import { groupVersionKind, type OpenApiVersion, referenceTo, scalarDefinition, structSchema } from './schemas.ts';

/** A served kind; `schema` is the OpenAPI schema of a custom one, which has no generated structure. */
export interface OpenApiKind {
  readonly definition: KindDefinition;
  readonly schema?: Readonly<JsonRecord>;
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
/** Every document speaks of these, whatever its kinds. */
const COMMON = [`${META}.DeleteOptions`, `${META}.Status`];
const LIST_META = `${META}.ListMeta`;

/** Definition name of a kind: the struct's, or the group reversed for custom kinds (`com.example.v1.Widget`). */
export function definitionName(kind: OpenApiKind): string {
  const { definition } = kind;
  if (kind.schema === undefined) return definition.struct.name;
  return `${definition.group.split('.').reverse().join('.')}.${definition.version}.${definition.kind}`;
}

/** Collects definitions by name, following references. */
export class Definitions {
  readonly schemas = new Map<string, JsonRecord>();
  private readonly version: OpenApiVersion;
  private readonly descriptions: Descriptions;

  constructor(version: OpenApiVersion, descriptions: Descriptions) {
    this.version = version;
    this.descriptions = descriptions;
    for (const name of COMMON) this.add(name, structOf(name));
  }

  readonly add = (name: string, struct: StructInfo | null): void => {
    if (this.schemas.has(name)) return;
    this.schemas.set(name, {});
    this.schemas.set(
      name,
      struct === null
        ? { ...described(this.descriptions, name), ...scalarDefinition(name, this.version) }
        : structSchema(struct, this.version, this.descriptions, this.add),
    );
  };

  /** The kind, its list, and the bodies of its subresources. */
  addKind(kind: OpenApiKind): void {
    if (kind.schema !== undefined) {
      this.addCustom(kind, kind.schema);
      return;
    }
    const { definition } = kind;
    this.add(definition.struct.name, definition.struct);
    const list = `${definition.struct.name}List`;
    if (hasStruct(list)) this.add(list, structOf(list));
    for (const subresource of Object.values(definition.subresources ?? {})) {
      if (subresource.struct !== undefined) this.add(subresource.struct.name, subresource.struct);
    }
    if (definition.scale !== undefined) this.add(SCALE, structOf(SCALE));
  }

  private addCustom(kind: OpenApiKind, schema: Readonly<JsonRecord>): void {
    const { definition } = kind;
    const name = definitionName(kind);
    const gvk = (suffix: string): JsonRecord[] => [
      groupVersionKind(`${definition.group}/${definition.version}/${definition.kind}${suffix}`),
    ];
    this.add(LIST_META, structOf(LIST_META));
    this.add(OBJECT_META, structOf(OBJECT_META));
    const head = this.headOf(name, OBJECT_META);
    const properties = { ...(schema.properties as JsonRecord | undefined), ...head };
    this.schemas.set(name, { ...schema, type: 'object', properties, 'x-kubernetes-group-version-kind': gvk('') });
    this.schemas.set(`${name}List`, {
      type: 'object',
      required: ['items'],
      properties: {
        items: {
          ...described(this.descriptions, `${name}List`, 'items'),
          type: 'array',
          items: referenceTo(name, this.version),
        },
        ...this.headOf(`${name}List`, LIST_META),
      },
      'x-kubernetes-group-version-kind': gvk('List'),
    });
    if (definition.scale !== undefined) this.add(SCALE, structOf(SCALE));
  }

  /** What every object begins with; `metadata` is the definition of its metadata. */
  private headOf(name: string, metadata: string): JsonRecord {
    const words = (field: string): { description?: string } => described(this.descriptions, name, field);
    const reference = referenceTo(metadata, this.version);
    const about = words('metadata');
    // A reference stands alone in OpenAPI 3.
    const alone = this.version === 2 || about.description === undefined;
    return {
      apiVersion: { ...words('apiVersion'), type: 'string' },
      kind: { ...words('kind'), type: 'string' },
      metadata: alone ? { ...reference, ...about } : { allOf: [reference], ...about },
    };
  }

  /** By name, in order. */
  sorted(): JsonRecord {
    return Object.fromEntries([...this.schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

const OBJECT_META = `${META}.ObjectMeta`;
export const SCALE = 'io.k8s.api.autoscaling.v1.Scale';

/** `api/v1` or `apis/apps/v1`: where a kind is served. */
export function rootOf(definition: KindDefinition): string {
  return `${definition.group === '' ? 'api' : 'apis'}/${groupVersion(definition.group, definition.version)}`;
}
