import { compareText } from '../../base/json.ts';
import { structOf } from '../../schema/structure.ts';
import type { FieldInfo, StructInfo, TypeRef } from '../../schema/types.ts';
import type { Json } from './json.ts';

const CORE = 'io.k8s.api.core.v1.';

/** Where the types the server works with have a field of v1 at another place: the field, and the one it comes after. */
const AFTER: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  PodSpec: [
    ['setHostnameAsFQDN', 'subdomain'],
    ['preemptionPolicy', 'priority'],
    ['overhead', 'runtimeClassName'],
  ],
  PodSecurityContext: [['fsGroupChangePolicy', 'fsGroup']],
  Volume: [['quobyte', 'rbd']],
  PersistentVolumeSpec: [
    ['quobyte', 'rbd'],
    ['flexVolume', 'iscsi'],
  ],
};
/** What a v1 pod has in its spec, and the server's own in the security context. */
const OF_SECURITY_CONTEXT = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers'];
const NOT_IN_POD_SPEC: ReadonlySet<string> = new Set([...OF_SECURITY_CONTEXT, 'serviceAccount']);

const layouts = new Map<string, readonly FieldInfo[]>();

function layoutOf(struct: StructInfo): readonly FieldInfo[] {
  const known = layouts.get(struct.name);
  if (known !== undefined) return known;
  const name = struct.name.slice(CORE.length);
  let fields = [...struct.fields];
  for (const [moved, before] of AFTER[name] ?? []) {
    const field = struct.byName.get(moved)!;
    fields = fields.filter((each) => each !== field);
    fields.splice(fields.indexOf(struct.byName.get(before)!) + 1, 0, field);
  }
  if (name === 'PodSpec') fields = fields.filter((field) => !NOT_IN_POD_SPEC.has(field.name));
  if (name === 'PodSecurityContext') {
    const spec = structOf(`${CORE}PodSpec`);
    fields.unshift(...OF_SECURITY_CONTEXT.map((field) => spec.byName.get(field)!));
  }
  layouts.set(struct.name, fields);
  return fields;
}

/** JSON as Go writes it. */
function text(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function block(open: string, close: string, items: readonly string[], indent: string): string {
  if (items.length === 0) return open + close;
  return `${open}\n${items.map((item) => `${indent} ${item}`).join(',\n')}\n${indent}${close}`;
}

const ZERO: Readonly<Record<string, string>> = {
  string: '""',
  boolean: 'false',
  int32: '0',
  int64: '0',
  float64: '0',
  quantity: '"0"',
  intOrString: '0',
};

/** Fields as `"name": value`; those of types outside core have their JSON names and rules, those of core none. */
function members(struct: StructInfo, value: Json, indent: string): string[] {
  const plain = struct.name.startsWith(CORE);
  const source = struct.name === `${CORE}PodSpec` ? withHostFields(value) : value;
  return (plain ? layoutOf(struct) : struct.fields).flatMap((field) => {
    const inner = source?.[field.name];
    if (!plain && inner === undefined && field.omitEmpty) return [];
    // Its metadata is embedded.
    if (
      struct.name === `${CORE}PersistentVolumeClaimTemplate` &&
      field.type.kind === 'struct' &&
      field.name === 'metadata'
    )
      return members(field.type.struct, inner, indent);
    return [`${text(plain ? field.go : field.name)}: ${shown(field.type, inner, field.pointer, `${indent} `)}`];
  });
}

function withHostFields(spec: Json): Json {
  const securityContext = { ...spec?.securityContext };
  for (const name of OF_SECURITY_CONTEXT) if (spec?.[name] !== undefined) securityContext[name] = spec[name];
  return { ...spec, securityContext };
}

function shown(type: TypeRef, value: Json, pointer: boolean, indent: string): string {
  const absent = value === undefined || value === null;
  if (absent && (pointer || type.kind === 'list' || type.kind === 'map')) return 'null';
  if (type.kind === 'struct') return block('{', '}', members(type.struct, value, indent), indent);
  if (type.kind === 'list') {
    const items = (value as readonly Json[]).map((item) => shown(type.element, item, false, `${indent} `));
    return block('[', ']', items, indent);
  }
  if (type.kind === 'map') {
    const keys = Object.keys(value).sort(compareText);
    const items = keys.map((key) => `${text(key)}: ${shown(type.value, value[key], false, `${indent} `)}`);
    return block('{', '}', items, indent);
  }
  return absent ? (ZERO[type.scalar] ?? 'null') : text(value);
}

/**
 * A value of a core type as Go prints its own, unversioned type as indented JSON: every field, with Go's name, in the
 * order of that type, null or zero where there is none. `only`: the fields of this embedded struct.
 */
export function internalForm(definitionName: string, value: Json, only?: string): string {
  const struct = structOf(definitionName);
  if (only === undefined) return shown({ kind: 'struct', struct }, value, false, '');
  const fields = layoutOf(struct).filter((field) => field.embeddedGo.includes(only));
  const items = fields.map(
    (field) => `${text(field.go)}: ${shown(field.type, value?.[field.name], field.pointer, ' ')}`,
  );
  return block('{', '}', items, '');
}

/** The same as one value, for errors that print a whole struct as the thing that is invalid. */
export function internalValue(definitionName: string, value: Json): unknown {
  return JSON.parse(internalForm(definitionName, value));
}
