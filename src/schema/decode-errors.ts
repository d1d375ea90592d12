import { isRecord } from '../base/json.ts';
import { decodeScalar, jsonTypeName, Mismatch, SELF_DECODING } from './decode-scalars.ts';
import { isUnion, schemaStruct, unionForm } from './decode-unions.ts';
import type { NumberForm } from './parse-json-details.ts';
import type { FieldInfo, StructInfo, TypeRef } from './types.ts';

/** A body that does not fit its type; the message is Go's. */
export class DecodeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DecodeError';
  }
}

/** At most so many unknown fields are told, as upstream does. */
const MAX_UNKNOWN = 100;

/** Where the walk stands, in the two ways errors name a place. */
interface Place {
  /** Innermost Go struct, `PodSpec`; empty outside of structs. */
  readonly struct: string;
  /** `spec.containers.name` */
  readonly goPath: string;
  /** `spec.containers[0].name` */
  readonly path: string;
}

const ROOT: Place = { struct: '', goPath: '', path: '' };
const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** Ends a walk: the error of a type with its own decoder. */
class Ended extends Error {
  readonly why: Mismatch | RangeError;
  readonly place: Place;
  constructor(why: Mismatch | RangeError, place: Place) {
    super(why.message);
    this.why = why;
    this.place = place;
  }
}

/**
 * The slow second look at a body: walks it in the order it was written, as Go does, to find the error Go would report
 * and the unknown fields by path. Type errors are remembered and the first wins; errors of types with their own
 * decoder (quantities, times) end the walk.
 */
class Walk {
  readonly unknown: string[] = [];
  saved: Mismatch | RangeError | null = null;
  savedAt: Place = ROOT;
  private readonly forms: ReadonlyMap<string, string>;

  constructor(forms: readonly NumberForm[]) {
    this.forms = new Map(forms.map((form) => [pathText(form.path), form.text]));
  }

  private save(error: Mismatch | RangeError, place: Place): void {
    if (this.saved !== null) return;
    this.saved = error;
    this.savedAt = place;
  }

  value(type: TypeRef, value: unknown, place: Place): void {
    if (value === null || value === undefined) return;
    if (type.kind === 'scalar') this.scalar(type, value, place);
    else if (type.kind === 'struct') this.struct(type.struct, value, place);
    else if (type.kind === 'list') this.list(type, value, place);
    else this.map(type, value, place);
  }

  private scalar(type: Extract<TypeRef, { kind: 'scalar' }>, value: unknown, place: Place): void {
    if (isUnion(type.go)) {
      this.union(type.go, value, place);
      return;
    }
    try {
      const text = this.forms.get(place.path);
      if (text !== undefined && (type.scalar === 'int32' || type.scalar === 'int64')) {
        throw new Mismatch(`number ${text}`, type.go);
      }
      if (text !== undefined && type.scalar === 'intOrString') throw new Mismatch(`number ${text}`, 'int32');
      decodeScalar(type.scalar, value, type.go);
    } catch (error) {
      if (!(error instanceof Mismatch || error instanceof RangeError)) throw error;
      if (SELF_DECODING.has(type.scalar)) throw new Ended(error, place);
      this.save(error, place);
    }
  }

  /**
   * The inside of a union is decoded apart: its first error ends the outer decoding, in the outer struct and with the
   * inner path appended.
   */
  private union(go: string, value: unknown, place: Place): void {
    const inner = new Walk([]);
    try {
      const form = unionForm(go, value);
      if (form === 'value') return;
      const items = form === 'schema' ? [value] : (value as readonly unknown[]);
      for (const item of items) {
        if (form === 'strings') inner.value(STRING, item, ROOT);
        else inner.struct(schemaStruct(), item ?? {}, ROOT);
      }
      if (inner.saved !== null) throw new Ended(inner.saved, inner.savedAt);
    } catch (error) {
      if (error instanceof RangeError) throw new Ended(error, place);
      if (!(error instanceof Ended)) throw error;
      const tail = error.place.goPath;
      throw new Ended(error.why, { ...place, goPath: tail === '' ? place.goPath : join(place.goPath, tail) });
    }
  }

  private list(type: Extract<TypeRef, { kind: 'list' }>, value: unknown, place: Place): void {
    if (!Array.isArray(value)) {
      this.save(new Mismatch(jsonTypeName(value), type.go), place);
      return;
    }
    value.forEach((item, i) => {
      this.value(type.element, item, { ...place, path: `${place.path}[${i}]` });
    });
  }

  private map(type: Extract<TypeRef, { kind: 'map' }>, value: unknown, place: Place): void {
    if (!isRecord(value)) {
      this.save(new Mismatch(jsonTypeName(value), type.go), place);
      return;
    }
    for (const key of Object.keys(value)) {
      this.value(type.value, value[key], { ...place, path: join(place.path, key) });
    }
  }

  struct(struct: StructInfo, value: unknown, place: Place): void {
    if (!isRecord(value)) {
      this.save(new Mismatch(jsonTypeName(value), struct.go), place);
      return;
    }
    const simple = struct.go.slice(struct.go.lastIndexOf('.') + 1);
    for (const key of Object.keys(value)) {
      const field = struct.byName.get(key);
      if (field !== undefined) this.value(field.type, value[key], fieldPlace(simple, field, place));
      else if (this.unknown.length < MAX_UNKNOWN && value[key] !== undefined) this.unknown.push(join(place.path, key));
    }
  }
}

const STRING: TypeRef = { kind: 'scalar', scalar: 'string', go: 'string' };

function fieldPlace(struct: string, field: FieldInfo, place: Place): Place {
  const goPath = [...field.embeddedGo, field.name].reduce(join, place.goPath);
  return { struct, goPath, path: join(place.path, field.name) };
}

function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, step) => (typeof step === 'number' ? `${text}[${step}]` : join(text, step)), '');
}

/** Type errors name the place; other errors are as their decoder worded them. */
function told(error: Mismatch | RangeError, place: Place): DecodeError {
  if (!(error instanceof Mismatch) || place.struct === '') return new DecodeError(error.message);
  const field = `${place.struct}.${place.goPath}`;
  return new DecodeError(`json: cannot unmarshal ${error.was} into Go struct field ${field} of type ${error.goType}`);
}

/** The error Go would report for the body, or null, and the unknown fields. */
export function explain(
  struct: StructInfo,
  json: unknown,
  forms: readonly NumberForm[],
): { readonly error: DecodeError | null; readonly unknown: readonly string[] } {
  const walk = new Walk(forms);
  try {
    walk.struct(struct, json, ROOT);
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    return { error: told(error.why, error.place), unknown: walk.unknown };
  }
  return { error: walk.saved === null ? null : told(walk.saved, walk.savedAt), unknown: walk.unknown };
}
