import { isRecord, type JsonRecord } from '../base/json.ts';
import type { FieldInfo, StructInfo, TypeRef } from './types.ts';

/** CustomResourceDefinitions are stored as JSON, which tells an empty list from none. */
const STORED_AS_JSON = 'io.k8s.apiextensions-apiserver.';

/** A field below which something is to be done. */
interface Step {
  readonly name: string;
  /** The field itself becomes null when it is empty. */
  readonly own: boolean;
  readonly inner: StructInfo | null;
  readonly each: boolean;
}

const steps = new Map<string, readonly Step[]>();

function structIn(type: TypeRef): StructInfo | null {
  if (type.kind === 'struct') return type.struct;
  if (type.kind === 'list') return structIn(type.element);
  return type.kind === 'map' ? structIn(type.value) : null;
}

const isOwn = ({ type, omitEmpty, pointer }: FieldInfo): boolean =>
  (type.kind === 'list' || type.kind === 'map') && !omitEmpty && !pointer;

/** Whether any field at or below the struct can be an empty collection that is always written. */
function reaches(struct: StructInfo, seen: Set<string>): boolean {
  if (struct.name.startsWith(STORED_AS_JSON) || seen.has(struct.name)) return false;
  seen.add(struct.name);
  return struct.fields.some((field) => {
    const inner = structIn(field.type);
    return isOwn(field) || (inner !== null && reaches(inner, seen));
  });
}

function stepsOf(struct: StructInfo): readonly Step[] {
  const known = steps.get(struct.name);
  if (known !== undefined) return known;
  const made = struct.name.startsWith(STORED_AS_JSON)
    ? []
    : struct.fields.flatMap((field): Step[] => {
        const below = structIn(field.type);
        const inner = below !== null && reaches(below, new Set()) ? below : null;
        const own = isOwn(field);
        return own || inner !== null ? [{ name: field.name, own, inner, each: field.type.kind !== 'struct' }] : [];
      });
  steps.set(struct.name, made);
  return made;
}

function isEmpty(value: object): boolean {
  if (Array.isArray(value)) return value.length === 0;
  for (const _ in value) return false;
  return true;
}

/**
 * A list or map that is always written becomes null when it is empty: storage does not tell empty from absent. Managers
 * of fields do (an empty list is owned, null is not), which is why a decoded object still has what was sent.
 * Changes the draft in place; frozen parts come from storage and have none.
 */
export function emptyToNull(struct: StructInfo, object: JsonRecord): void {
  if (Object.isFrozen(object)) return;
  for (const { name, own, inner, each } of stepsOf(struct)) {
    const value = object[name];
    if (value === null || value === undefined || typeof value !== 'object') continue;
    if (own && isEmpty(value)) object[name] = null;
    else if (inner === null) continue;
    else if (!each) emptyToNull(inner, value as JsonRecord);
    else for (const item of Object.values(value)) if (isRecord(item)) emptyToNull(inner, item);
  }
}
