import { deepEqual, isRecord } from '../../base/json.ts';
import { humanDuration, parseTime } from '../../base/time.ts';
import { decodeObject } from '../../schema/decode.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Column, Draft, KindDefinition, ScaleMapping, UpdateStrategy } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { structOf } from '../../schema/structure.ts';
import { type ServedKind, serveKind } from '../registry.ts';
import type { CustomKind } from './custom-kind.ts';
import { fieldsOf, jsonPath } from './json-path.ts';
import { fillDefaults, prune } from './prune.ts';
import { hasRules, validateRules } from './rules.ts';
import type { Schema } from './schema.ts';
import { customStruct } from './structure.ts';
import { validateSchema } from './validate.ts';

interface Version {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema?: { readonly openAPIV3Schema?: Schema };
  readonly subresources?: {
    readonly status?: object;
    readonly scale?: {
      readonly specReplicasPath: string;
      readonly statusReplicasPath: string;
      readonly labelSelectorPath?: string;
    };
  };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

interface PrinterColumn {
  readonly name: string;
  readonly type: Column['type'];
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly jsonPath: string;
}

const OPEN: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const AGE: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

function cellOf(column: PrinterColumn): Column['cell'] {
  const read = jsonPath(column.jsonPath);
  return (object, now) => {
    const found = read(object);
    if (found.length === 0) return null;
    const [value] = found;
    switch (column.type) {
      case 'integer':
      case 'number':
        return typeof value === 'number' ? value : null;
      case 'boolean':
        return typeof value === 'boolean' ? value : null;
      case 'date': {
        const time = typeof value === 'string' ? parseTime(value) : Number.NaN;
        return Number.isNaN(time) ? '<invalid>' : humanDuration(now - time);
      }
      default:
        return found.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join(',');
    }
  };
}

function columnsOf(version: Version): readonly Column[] {
  const name: Column = { name: 'Name', type: 'string', format: 'name', cell: (object) => object.metadata.name ?? '' };
  const more = version.additionalPrinterColumns ?? [AGE];
  return [
    name,
    ...more.map(({ jsonPath: path, ...column }) => ({ ...column, cell: cellOf({ ...column, jsonPath: path }) })),
  ];
}

function readNumber(path: string | undefined): (object: KubeObject) => number {
  if (path === undefined) return () => 0;
  const read = jsonPath(path);
  return (object) => {
    const [value] = read(object);
    return typeof value === 'number' ? value : 0;
  };
}

function scaleOf(version: Version): ScaleMapping | undefined {
  const scale = version.subresources?.scale;
  if (scale === undefined) return undefined;
  const steps = fieldsOf(scale.specReplicasPath);
  const selector = scale.labelSelectorPath === undefined ? null : jsonPath(scale.labelSelectorPath);
  return {
    specReplicas: readNumber(scale.specReplicasPath),
    statusReplicas: readNumber(scale.statusReplicasPath),
    selector: (object) => {
      const value = selector?.(object)[0];
      return typeof value === 'string' ? value : '';
    },
    setReplicas: (draft, replicas) => {
      let place: Record<string, unknown> = draft;
      for (const step of steps.slice(0, -1)) {
        if (!isRecord(place[step])) place[step] = {};
        place = place[step] as Record<string, unknown>;
      }
      place[steps.at(-1)!] = replicas;
    },
  };
}

function selectableOf(version: Version): KindDefinition['selectableFields'] {
  const fields = version.selectableFields ?? [];
  return Object.fromEntries(
    fields.map(({ jsonPath: path }) => {
      const read = jsonPath(path);
      return [path.replace(/^\./, ''), (object: KubeObject) => String(read(object)[0] ?? '')];
    }),
  );
}

/** Decodes, prunes and defaults one version. */
function customKind(schema: Schema): CustomKind {
  return {
    openApiSchema: schema as Readonly<Record<string, unknown>>,
    decode(json) {
      const unknown: string[] = [];
      const object = prune(json, schema, '', unknown, true) as Draft;
      const metadata = decodeObject(structOf(OBJECT_META), isRecord(json.metadata) ? json.metadata : {});
      object.metadata = metadata.object;
      unknown.push(...metadata.unknown.map((path) => `metadata.${path}`));
      fillDefaults(object, schema);
      return { object, unknown };
    },
  };
}

/** The value as the schema sees it: metadata is checked elsewhere. */
function body(object: KubeObject): Record<string, unknown> {
  const { apiVersion, kind, metadata, ...rest } = object;
  return { ...rest, apiVersion, kind, metadata: { name: metadata.name } };
}

function withoutMetadataRules(schema: Schema): Schema {
  const { apiVersion: _a, kind: _k, metadata: _m, ...properties } = schema.properties ?? {};
  return { ...schema, properties };
}

function strategies(schema: Schema, hasStatus: boolean): Pick<KindDefinition, 'create' | 'update' | 'status'> {
  const checked = withoutMetadataRules(schema);
  const ruled = hasRules(checked);
  const check = (object: KubeObject, old: KubeObject | undefined, errors: FieldErrors): void => {
    const before = errors.list.length;
    validateSchema(body(object), checked, '', errors);
    if (ruled && errors.list.length === before) {
      validateRules(body(object), old === undefined ? undefined : body(old), checked, '', errors);
    }
  };
  const update: UpdateStrategy = {
    prepare: (draft, old) => bumpGeneration(draft, old, hasStatus),
    validate: (object, old, errors) => check(object, old, errors),
  };
  return {
    create: { validate: (object, errors) => check(object, undefined, errors) },
    update,
    ...(hasStatus ? { status: { prepare: keepMetadata, validate: update.validate! } } : {}),
  };
}

/** Any change outside metadata counts, of status only where there is no status subresource. */
function bumpGeneration(draft: Draft, old: KubeObject, hasStatus: boolean): void {
  for (const key of new Set([...Object.keys(draft), ...Object.keys(old)])) {
    if (key === 'metadata' || key === 'kind' || key === 'apiVersion' || (hasStatus && key === 'status')) continue;
    if (deepEqual(draft[key], old[key])) continue;
    draft.metadata.generation = (old.metadata.generation ?? 0) + 1;
    return;
  }
}

/** `/status` of a custom kind takes nothing of metadata. */
function keepMetadata(draft: Draft, old: KubeObject): void {
  const { managedFields } = draft.metadata;
  draft.metadata = { ...old.metadata, ...(managedFields === undefined ? {} : { managedFields }) };
}

function definitionOf(crd: KubeObject, version: Version): { definition: KindDefinition; custom: CustomKind } {
  const { group, names, scope } = crd.spec;
  const schema = version.schema?.openAPIV3Schema ?? OPEN;
  const hasStatus = version.subresources?.status !== undefined;
  const scale = scaleOf(version);
  const warning = version.deprecationWarning ?? `${group}/${version.name} ${names.kind} is deprecated`;
  const definition: KindDefinition = {
    group,
    version: version.name,
    kind: names.kind,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced: scope === 'Namespaced',
    struct: customStruct(`${group}.${version.name}.${names.kind}`, schema),
    generation: true,
    unconditionalUpdate: false,
    ...strategies(schema, hasStatus),
    ...(scale === undefined ? {} : { scale }),
    columns: columnsOf(version),
    selectableFields: selectableOf(version) ?? {},
    resetFields: { main: hasStatus ? [['status']] : [], status: [['metadata'], ['spec']] },
    ...(version.deprecated === true ? { deprecation: warning } : {}),
  };
  return { definition, custom: customKind(schema) };
}

/** Everything a CustomResourceDefinition serves; the stored version first. */
export function kindsOf(crd: KubeObject): readonly ServedKind[] {
  const versions: readonly Version[] = crd.spec.versions ?? [];
  const storage = versions.find((version) => version.storage) ?? versions[0];
  if (storage === undefined) return [];
  const made = definitionOf(crd, storage);
  const stored = serveKind(made.definition, null, made.custom);
  const others = versions
    .filter((version) => version.served && version !== storage)
    .map((version) => {
      const other = definitionOf(crd, version);
      return serveKind(other.definition, stored, other.custom);
    });
  return storage.served ? [stored, ...others] : others;
}
