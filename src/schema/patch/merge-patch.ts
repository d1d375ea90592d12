import { compareText, isRecord, type JsonRecord, setOwn } from '../../base/json.ts';
import { badRequest } from '../status.ts';

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  const out: JsonRecord = {};
  for (const key of Object.keys(value).sort(compareText)) {
    if (value[key] !== null) setOwn(out, key, withoutNulls(value[key]));
  }
  return out;
}

function merged(current: JsonRecord, patch: JsonRecord): JsonRecord {
  const out: JsonRecord = {};
  const keys = new Set([...Object.keys(current), ...Object.keys(patch)]);
  for (const key of [...keys].sort(compareText)) {
    if (!Object.hasOwn(patch, key)) {
      setOwn(out, key, current[key]);
      continue;
    }
    const wanted = patch[key];
    if (wanted === null) continue;
    const present = Object.hasOwn(current, key) ? current[key] : undefined;
    setOwn(out, key, isRecord(present) && isRecord(wanted) ? merged(present, wanted) : withoutNulls(wanted));
  }
  return out;
}

/**
 * RFC 7386 on an object. The input is not changed; what the patch does not name is shared by the result.
 * Touched objects have their keys sorted, as in the texts of upstream's errors.
 * @throws StatusError 400 when the patch is not an object
 */
export function applyMergePatch(document: object, patch: unknown): JsonRecord {
  if (!isRecord(patch)) {
    const kind = Array.isArray(patch) ? 'array' : typeof patch === 'boolean' ? 'bool' : typeof patch;
    if (patch === null) throw badRequest('error decoding patch: null is not an object');
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`,
    );
  }
  return merged(document as JsonRecord, patch);
}
