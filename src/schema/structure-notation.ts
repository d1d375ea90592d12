import type { FieldInfo, Scalar, StructInfo, TypeRef } from './types.ts';

/** Where referenced structs come from. */
export interface StructSource {
  structOf(definitionName: string): StructInfo;
}

const SCALARS: Readonly<Record<string, readonly [Scalar, string]>> = {
  s: ['string', 'string'],
  b: ['bytes', '[]uint8'],
  t: ['boolean', 'bool'],
  i: ['int32', 'int32'],
  l: ['int64', 'int64'],
  d: ['float64', 'float64'],
  q: ['quantity', 'resource.Quantity'],
  x: ['intOrString', 'intstr.IntOrString'],
  T: ['time', 'v1.Time'],
  M: ['microTime', 'v1.MicroTime'],
  D: ['duration', 'v1.Duration'],
  a: ['any', 'interface {}'],
};

interface Options {
  readonly list: string | undefined;
  readonly atomicMap: boolean;
}

const NONE: Options = { list: undefined, atomicMap: false };

/** Splits `<go.Name>rest`; the name is null when the notation has none. */
function named(text: string): readonly [string | null, string] {
  if (!text.startsWith('<')) return [null, text];
  const end = text.indexOf('>');
  return [text.slice(1, end), text.slice(end + 1)];
}

/** Go's name of a type, as errors print it. */
export function goNameOf(type: TypeRef): string {
  return type.kind === 'struct' ? type.struct.go : type.go;
}

function listOf(text: string, options: Options, structs: StructSource): TypeRef {
  const wrapped = text.startsWith('!');
  const [go, rest] = named(wrapped ? text.slice(1) : text);
  const pointers = rest.startsWith('*');
  const element = typeOf(pointers ? rest.slice(1) : rest, NONE, structs);
  const { list } = options;
  return {
    kind: 'list',
    element,
    listType: list === undefined ? 'atomic' : list === 'set' ? 'set' : 'map',
    mapKeys: list === undefined || list === 'set' ? [] : list.split('+'),
    go: go ?? `[]${pointers ? '*' : ''}${goNameOf(element)}`,
    pointers,
    wrapped,
  };
}

function typeOf(text: string, options: Options, structs: StructSource): TypeRef {
  if (text.startsWith('#')) {
    const struct = structs.structOf(text.slice(1));
    return { kind: 'struct', struct: options.atomicMap ? atomicCopy(struct) : struct };
  }
  if (text.startsWith('[]')) return listOf(text.slice(2), options, structs);
  if (text.startsWith('{}')) {
    const [go, rest] = named(text.slice(2));
    const value = typeOf(rest, NONE, structs);
    const mapType = options.atomicMap ? 'atomic' : 'granular';
    return { kind: 'map', value, mapType, go: go ?? `map[string]${goNameOf(value)}` };
  }
  const [scalar, plain] = SCALARS[text[0]!]!;
  return { kind: 'scalar', scalar, go: named(text.slice(1))[0] ?? plain };
}

/** The same struct where one field declares it atomic. */
function atomicCopy(struct: StructInfo): StructInfo {
  if (struct.atomic) return struct;
  return Object.create(struct, { atomic: { value: true } }) as StructInfo;
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** `json type flags+number [g=GoName] [e=embedded] [E=EmbeddedGoName] [s=strategy] [k=mergeKey] [l=listType] [d=default]`. */
export function fieldOf(text: string, structs: StructSource): FieldInfo {
  const [name, type, numbered, ...rest] = text.split(' ');
  const extra: Record<string, string> = {};
  for (const part of rest) extra[part[0]!] = part.slice(2);
  const digits = numbered!.search(/\d/);
  const flags = numbered!.slice(0, digits);
  return {
    name: name!,
    go: extra.g ?? capitalized(name!),
    type: typeOf(type!, { list: extra.l, atomicMap: flags.includes('a') }, structs),
    omitEmpty: flags.includes('o'),
    pointer: flags.includes('p'),
    number: Number(numbered!.slice(digits)),
    embedded: extra.e === undefined ? [] : extra.e.split('+').map(Number),
    embeddedGo: extra.E === undefined ? [] : extra.E.split('+'),
    patchStrategy: extra.s === undefined ? [] : extra.s.split('+'),
    patchMergeKey: extra.k ?? null,
    required: flags.includes('r'),
    ...(extra.d === undefined ? {} : { default: JSON.parse(extra.d) as unknown }),
  };
}
