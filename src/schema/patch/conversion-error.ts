import { isRecord } from '../../base/json.ts';
import { StatusError } from '../status.ts';
import type { TypeRef } from '../types.ts';
import { goType, goValue } from './go-value.ts';

const KIND: Readonly<Record<string, string>> = {
  string: 'string',
  boolean: 'bool',
  int32: 'int32',
  int64: 'int64',
  float64: 'float64',
};

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'slice';
  return isRecord(value) ? 'map' : goType(value);
}

function scalarError(scalar: string, go: string, value: unknown): string | null {
  const kind = KIND[scalar];
  if (kind === undefined) return null;
  const from = goType(value);
  const numeric = from === 'int64' || from === 'float64';
  if (kind === 'string' && from === 'string') return null;
  if (kind === 'bool' && from === 'bool') return null;
  if (kind !== 'string' && kind !== 'bool' && numeric) {
    return kind === 'float64' || from === 'int64' ? null : `cannot convert float64 to ${go}`;
  }
  // Go can convert integers to strings, and only then says so.
  return kind === 'string' && from === 'int64' ? `cannot convert int64 to ${go}` : `unrecognized type: ${kind}`;
}

/**
 * Why a document does not fit its structure, in the words of the converter upstream uses for strategic merge patches;
 * null when it does. Unknown fields and nulls are no errors here.
 */
export function conversionError(type: TypeRef, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (type.kind === 'scalar') return scalarError(type.scalar, type.go, value);
  if (type.kind === 'list') {
    if (!Array.isArray(value)) return `cannot restore slice from ${kindOf(value)}`;
    for (const element of value) {
      const error = conversionError(type.element, element);
      if (error !== null) return error;
    }
    return null;
  }
  if (!isRecord(value)) {
    return type.kind === 'map'
      ? `cannot restore map from ${kindOf(value)}`
      : `cannot restore struct from: ${kindOf(value)}`;
  }
  for (const key of Object.keys(value)) {
    const member = type.kind === 'map' ? type.value : type.struct.byName.get(key)?.type;
    const error = member === undefined ? null : conversionError(member, value[key]);
    if (error !== null) return error;
  }
  return null;
}

/** 422 for a patch whose result is no object of the kind; `shown` is the patched text, or the patch as Go prints it. */
export function invalidPatch(shown: string, why: string): StatusError {
  const message = `Invalid value: ${JSON.stringify(shown)}: ${why}`;
  return new StatusError(422, 'Invalid', ` "" is invalid: patch: ${message}`, {
    causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }],
  });
}

/** The same for a strategic merge patch, which is shown as Go prints a map. */
export function invalidStrategicPatch(patch: unknown, why: string): StatusError {
  return invalidPatch(goValue(patch), why);
}
