// Writes src/api/generated/types/*.ts: TypeScript types of the wire shapes, named as in Go, one file a group-version.
import { HEADER } from './write-facts.mjs';

const SCALARS = {
  s: 'string',
  b: 'string',
  t: 'boolean',
  i: 'number',
  l: 'number',
  d: 'number',
  q: 'string',
  x: 'number | string',
  T: 'string',
  M: 'string',
  D: 'string',
  a: 'unknown',
};
const SPECIAL = {
  'v1.FieldsV1': 'Readonly<Record<string, unknown>>',
  'v1.JSONSchemaPropsOrBool': 'JSONSchemaProps | boolean',
  'v1.JSONSchemaPropsOrArray': 'JSONSchemaProps | readonly JSONSchemaProps[]',
  'v1.JSONSchemaPropsOrStringArray': 'JSONSchemaProps | readonly string[]',
};
/** Shapes every layer shares, written by hand in src/schema/object.ts. */
const SHARED = new Set(['ObjectMeta', 'OwnerReference', 'ManagedFieldsEntry']);
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

function packageOf(name) {
  return name.slice(0, name.lastIndexOf('.'));
}
function simpleName(name) {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** `io.k8s.api.apps.v1` is `apps`; the older of two versions keeps its version in the name. */
function fileOf(packageName) {
  const parts = packageName.split('.');
  const [version, group] = [parts.at(-1), parts.at(-2)];
  return group === 'autoscaling' && version === 'v1' ? 'autoscaling-v1' : group;
}

class TypeFile {
  constructor(packageName) {
    this.packageName = packageName;
    this.imports = new Map();
    this.body = [];
  }

  use(structName) {
    const simple = simpleName(structName);
    const shared = packageOf(structName) === META && SHARED.has(simple);
    if (packageOf(structName) === this.packageName && !shared) return simple;
    const from = shared ? '../../../schema/object.ts' : `./${fileOf(packageOf(structName))}.ts`;
    if (!this.imports.has(from)) this.imports.set(from, new Set());
    this.imports.get(from).add(simple);
    return simple;
  }

  type(notation) {
    if (notation.startsWith('*')) return this.type(notation.slice(1));
    if (notation.startsWith('#')) return this.use(notation.slice(1));
    const list = /^\[\]!?(?:<[^>]*>)?(.*)$/.exec(notation);
    if (list !== null) {
      const element = this.type(list[1]);
      return element.includes(' ') ? `readonly (${element})[]` : `readonly ${element}[]`;
    }
    const map = /^\{\}(?:<[^>]*>)?(.*)$/.exec(notation);
    if (map !== null) return `Readonly<Record<string, ${this.type(map[1])}>>`;
    const go = /<(.*)>/.exec(notation)?.[1];
    return SPECIAL[go] ?? SCALARS[notation[0]];
  }

  /** Always there in an answer means not optional; `null` only where the encoder writes it for a pointer. */
  struct(struct, isKind) {
    const lines = (struct.fields ?? []).map((field) => {
      const always = !field.omitEmpty || (isKind && (field.json === 'apiVersion' || field.json === 'kind'));
      const nullable = always && ((field.pointer && !field.omitEmpty) || 'TM'.includes(field.type[0]));
      const name = /^[A-Za-z_]\w*$/.test(field.json) ? field.json : JSON.stringify(field.json);
      return `  readonly ${name}${always ? '' : '?'}: ${this.type(field.type)}${nullable ? ' | null' : ''};`;
    });
    this.body.push(`export type ${simpleName(struct.name)} = {\n${lines.join('\n')}\n};`);
  }

  text() {
    const imports = [...this.imports].sort(([a], [b]) => (a < b ? -1 : 1));
    const lines = imports.map(([from, names]) => `import type { ${[...names].sort().join(', ')} } from '${from}';`);
    if (this.packageName === META)
      lines.push(`export type { ${[...SHARED].sort().join(', ')} } from '../../../schema/object.ts';`);
    return `${[HEADER + lines.join('\n'), ...this.body].join('\n\n')}\n`;
  }
}

/** Pairs of file name and text. */
export function writeTypes(sources) {
  const files = new Map();
  const kinds = new Set(sources.facts.kinds.map((kind) => kind.struct));
  for (const struct of sources.facts.structs) {
    const packageName = packageOf(struct.name);
    if (packageName === META && SHARED.has(simpleName(struct.name))) continue;
    if (!files.has(packageName)) files.set(packageName, new TypeFile(packageName));
    files.get(packageName).struct(struct, kinds.has(struct.name));
  }
  return [...files.values()].map((file) => [`${fileOf(file.packageName)}.ts`, file.text()]);
}
