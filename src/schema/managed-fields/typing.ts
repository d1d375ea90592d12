import { canonicalJson, compareText, isRecord } from '../../base/json.ts';
import { goValue } from '../patch/go-value.ts';
import type { StructInfo, TypeRef } from '../types.ts';
import { isAssociative, itemElement, type ListType, missingKey } from './elements.ts';
import { elementText } from './field-set.ts';

/** Go's `%#v` of a decoded JSON value. */
function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (isRecord(value)) {
    const keys = Object.keys(value).sort(compareText);
    return `map[string]interface {}{${keys.map((key) => `${JSON.stringify(key)}:${goSyntax(value[key])}`).join(', ')}}`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function goTypeName(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (isRecord(value)) return 'map[string]interface {}';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return 'string';
}

function scalarProblem(scalar: string, value: unknown): string | null {
  switch (scalar) {
    case 'any':
    case 'duration':
      return null;
    case 'int32':
    case 'int64':
    case 'float64':
      return typeof value === 'number' ? null : `expected numeric (int or float), got ${goTypeName(value)}`;
    case 'boolean':
      return typeof value === 'boolean' ? null : `expected boolean, got &{${goValue(value)}}`;
    case 'intOrString':
    case 'quantity':
      return typeof value !== 'object' ? null : `expected any scalar, got &{${goValue(value)}}`;
    default:
      return typeof value === 'string'
        ? null
        : `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`;
  }
}

class Checker {
  readonly problems: string[] = [];

  #report(path: string, text: string): void {
    this.problems.push(path === '' ? text : `${path}: ${text}`);
  }

  check(type: TypeRef, value: unknown, path: string): void {
    if (value === null || value === undefined) return;
    if (type.kind === 'scalar') {
      const problem = scalarProblem(type.scalar, value);
      if (problem !== null) this.#report(path, problem);
    } else if (type.kind === 'list') this.#list(type, value, path);
    else this.#map(type, value, path);
  }

  #map(type: Extract<TypeRef, { kind: 'struct' | 'map' }>, value: unknown, path: string): void {
    if (!isRecord(value)) {
      this.#report(path, `expected map, got &{${goValue(value)}}`);
      return;
    }
    for (const key of Object.keys(value).sort(compareText)) {
      const inner = type.kind === 'map' ? type.value : type.struct.byName.get(key)?.type;
      if (inner === undefined) this.#report(`${path}.${key}`, 'field not declared in schema');
      else this.check(inner, value[key], `${path}.${key}`);
    }
  }

  #list(type: ListType, value: unknown, path: string): void {
    if (!Array.isArray(value)) {
      this.#report(path, `expected list, got &{${goValue(value)}}`);
      return;
    }
    const seen = new Set<string>();
    value.forEach((item: unknown, i) => {
      const problem = isAssociative(type) ? itemProblem(type, item) : null;
      if (problem !== null) {
        this.#report(path, `element ${i}: ${problem}`);
        return;
      }
      const element = itemElement(type, item, i);
      if (isAssociative(type) && seen.has(element))
        this.#report(path, `duplicate entries for key ${elementText(element)}`);
      seen.add(element);
      this.check(type.element, item, path + elementText(element));
    });
  }
}

function itemProblem(type: ListType, item: unknown): string | null {
  if (type.listType === 'map') {
    if (item === null) return 'associative list with keys may not have a null element';
    if (!isRecord(item)) return 'associative list with keys may not have non-map elements';
    const key = missingKey(type, item);
    if (key === null) return null;
    return `associative list with keys has an element that omits key field ${JSON.stringify(key)} (and doesn't have default value)`;
  }
  if (item === null) return "associative list without keys has an element that's a null";
  if (typeof item !== 'object') return null;
  return `associative list without keys has an element that's a ${Array.isArray(item) ? 'list' : 'map'} type: ${canonicalJson(item)}`;
}

/**
 * Why an applied configuration does not fit the schema, in upstream's words; null when it does. Unknown fields and
 * duplicate items of associative lists are errors here, as an owner must be able to name what it owns.
 */
export function typingProblem(struct: StructInfo, object: Readonly<Record<string, unknown>>): string | null {
  const checker = new Checker();
  checker.check({ kind: 'struct', struct }, object, '');
  const { problems } = checker;
  if (problems.length === 0) return null;
  return problems.length === 1 ? problems[0]! : ['errors:', ...problems.map((problem) => `  ${problem}`)].join('\n');
}
