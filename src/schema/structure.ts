import { FACTS } from '../api/generated/facts.ts';
import { fieldOf, type StructSource } from './structure-notation.ts';
import type { FieldInfo, StructInfo } from './types.ts';

/** Definition name to where its line starts in the facts; the line is read when the struct is first asked for. */
let lines: Map<string, number> | null = null;
const built = new Map<string, StructInfo>();

function index(): Map<string, number> {
  if (lines !== null) return lines;
  lines = new Map();
  for (let start = 0; start < FACTS.length; ) {
    lines.set(FACTS.slice(start, FACTS.indexOf('\t', start)), start);
    const end = FACTS.indexOf('\n', start);
    start = end < 0 ? FACTS.length : end + 1;
  }
  return lines;
}

/** Fields are built on first use, so that asking for one kind does not build everything it can reach. */
class LazyStruct implements StructInfo {
  readonly name: string;
  readonly go: string;
  readonly atomic: boolean;
  readonly kinds: readonly string[];
  private source: readonly string[] | null;
  private list: readonly FieldInfo[] | null = null;
  private map: ReadonlyMap<string, FieldInfo> | null = null;

  constructor(line: string) {
    const [name, go, flags, kinds, ...fields] = line.split('\t');
    this.name = name!;
    this.go = go!;
    this.atomic = flags === 'a';
    this.kinds = kinds === '' ? [] : kinds!.split(' ');
    this.source = fields;
  }

  get fields(): readonly FieldInfo[] {
    if (this.list === null) {
      this.list = this.source!.map((text) => fieldOf(text, structs));
      this.source = null;
    }
    return this.list;
  }

  get byName(): ReadonlyMap<string, FieldInfo> {
    this.map ??= new Map(this.fields.map((field) => [field.name, field]));
    return this.map;
  }
}

const structs: StructSource = { structOf };

/**
 * Structure of an API type by its OpenAPI definition name (`io.k8s.api.core.v1.Pod`), from the facts generated out of
 * Kubernetes v1.36.3. Built on first use and cached. Throws on a name the facts do not have.
 */
export function structOf(definitionName: string): StructInfo {
  const known = built.get(definitionName);
  if (known !== undefined) return known;
  const start = index().get(definitionName);
  if (start === undefined) throw new Error(`no structure named ${definitionName} in the generated facts`);
  const end = FACTS.indexOf('\n', start);
  const struct = new LazyStruct(FACTS.slice(start, end < 0 ? FACTS.length : end));
  built.set(definitionName, struct);
  return struct;
}

/** True when the facts have a struct of this definition name. */
export function hasStruct(definitionName: string): boolean {
  return index().has(definitionName);
}

/** Every definition name, sorted. */
export function structNames(): readonly string[] {
  return [...index().keys()];
}
