import { getOwn, isRecord, type JsonRecord, setOwn } from '../../base/json.ts';
import { badRequest } from '../status.ts';
import type { StructInfo, TypeRef } from '../types.ts';
import { goType, goValue } from './go-value.ts';
import { badPatchFormat, patchFailure } from './strategic-errors.ts';
import { checkOrder, mergeLists, ordered } from './strategic-lists.ts';

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM_LIST = '$deleteFromPrimitiveList';
const SET_ORDER = '$setElementOrder';

/** What the structure says about patching one member. */
interface Member {
  readonly type: TypeRef;
  /** `merge`, `replace` or ''. */
  readonly strategy: string;
  readonly mergeKey: string;
}

function memberOf(type: TypeRef, key: string): Member {
  if (type.kind === 'map') return { type: type.value, strategy: '', mergeKey: '' };
  const struct = type.kind === 'struct' ? type.struct : null;
  const field = struct?.byName.get(key);
  if (field === undefined) {
    const name = struct === null ? 'RawExtension' : struct.go.slice(struct.go.lastIndexOf('.') + 1);
    throw patchFailure(`unable to find api field in struct ${name} for the json field ${JSON.stringify(key)}`);
  }
  const strategy = field.patchStrategy.find((name) => name !== 'retainKeys') ?? '';
  return { type: field.type, strategy, mergeKey: field.patchMergeKey ?? '' };
}

/** A value the live object does not have: without nulls, without directives. Undefined when it only was a directive. */
function added(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(added).filter((element) => element !== undefined);
  if (!isRecord(value)) return value;
  if (Object.hasOwn(value, DIRECTIVE)) return undefined;
  const out: JsonRecord = {};
  for (const key of Object.keys(value)) {
    if (value[key] === null || key === RETAIN_KEYS || isOrderKey(key) || isDeletionKey(key)) continue;
    const kept = added(value[key]);
    if (kept !== undefined) setOwn(out, key, kept);
  }
  return out;
}

const isOrderKey = (key: string): boolean => key.startsWith(SET_ORDER);
const isDeletionKey = (key: string): boolean => key.startsWith(DELETE_FROM_LIST);

/** The list a `$directive/list` key is about. */
function listName(key: string, prefix: string): string {
  if (!key.startsWith(`${prefix}/`))
    throw badPatchFormat(prefix === SET_ORDER ? 'setElementOrder list' : 'primitive list');
  return key.slice(prefix.length + 1);
}

function asList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw patchFailure(`expected a []interface {}, but received a ${goType(value)}`);
  return value;
}

function mergeList(
  original: readonly unknown[],
  patch: readonly unknown[],
  member: Member,
  isDeletion: boolean,
): unknown[] {
  if (member.strategy !== 'merge') return [...patch];
  const element = member.type.kind === 'list' ? member.type.element : member.type;
  const mergeElement = (from: JsonRecord, by: JsonRecord): JsonRecord => mergeMap(from, by, element);
  return mergeLists(original, patch, member.mergeKey, isDeletion, mergeElement);
}

function retainKeys(original: JsonRecord, patch: JsonRecord): JsonRecord {
  const keep = patch[RETAIN_KEYS];
  if (!Array.isArray(keep)) throw badPatchFormat('retainKeys');
  for (const key of Object.keys(patch)) {
    if (key === RETAIN_KEYS || patch[key] === null || isOrderKey(key) || isDeletionKey(key)) continue;
    if (!keep.includes(key)) throw badPatchFormat('retainKeys');
  }
  const out: JsonRecord = {};
  for (const key of Object.keys(original)) if (keep.includes(key)) setOwn(out, key, original[key]);
  return out;
}

/** Handles `$setElementOrder/<list>` together with the list's patch; answers the keys of the patch that are done. */
function applyOrders(out: JsonRecord, patch: JsonRecord, type: TypeRef): ReadonlySet<string> {
  const done = new Set<string>();
  for (const key of Object.keys(patch)) {
    if (!isOrderKey(key)) continue;
    done.add(key);
    const order = asList(patch[key]);
    const name = listName(key, SET_ORDER);
    const live = getOwn(out, name);
    const wanted = getOwn(patch, name);
    const original = live === undefined ? [] : asList(live);
    const changes = wanted === undefined ? [] : asList(wanted);
    const member = memberOf(type, name);
    if (wanted !== undefined) checkOrder(changes, order, member.mergeKey);
    if (live === undefined && wanted === undefined) continue;
    const merged =
      wanted === undefined
        ? original
        : live === undefined
          ? asList(added(changes))
          : mergeList(original, changes, member, false);
    setOwn(out, name, ordered(merged, order, original, member.mergeKey));
    done.add(name);
  }
  return done;
}

function applyMember(out: JsonRecord, key: string, wanted: unknown, type: TypeRef): void {
  const isDeletion = isDeletionKey(key);
  const name = isDeletion ? listName(key, DELETE_FROM_LIST) : key;
  if (wanted === null) {
    delete out[name];
    return;
  }
  const present = getOwn(out, name);
  const bothMaps = isRecord(present) && isRecord(wanted);
  const bothLists = Array.isArray(present) && Array.isArray(wanted);
  if (bothMaps) {
    const member = memberOf(type, name);
    setOwn(out, name, member.strategy === 'replace' ? wanted : mergeMap(present, wanted, member.type));
  } else if (bothLists) {
    setOwn(out, name, mergeList(present, wanted, memberOf(type, name), isDeletion));
  } else if (!isDeletion) {
    const kept = added(wanted);
    if (kept === undefined) delete out[name];
    else setOwn(out, name, kept);
  }
}

function mergeMap(original: JsonRecord, patch: JsonRecord, type: TypeRef): JsonRecord {
  if (Object.hasOwn(patch, DIRECTIVE)) {
    const { [DIRECTIVE]: directive, ...rest } = patch;
    if (directive === 'replace') return rest;
    if (directive === 'delete') return {};
    throw patchFailure(`unknown patch type: ${goValue(directive)} in map: ${goValue(patch)}`);
  }
  const out = Object.hasOwn(patch, RETAIN_KEYS) ? retainKeys(original, patch) : { ...original };
  const done = applyOrders(out, patch, type);
  for (const key of Object.keys(patch)) {
    if (key !== RETAIN_KEYS && !done.has(key)) applyMember(out, key, patch[key], type);
  }
  return out;
}

/**
 * Applies a strategic merge patch by the structure's patch strategies and merge keys. Directives: `$patch`,
 * `$deleteFromPrimitiveList/x`, `$setElementOrder/x`, `$retainKeys`. The input is not changed; what the patch does not
 * name is shared by the result. The result is not checked against the structure: decode it.
 * @throws StatusError with upstream's codes (api.md 4.4)
 */
export function applyStrategicMerge(document: object, patch: unknown, struct: StructInfo): JsonRecord {
  if (!isRecord(patch)) {
    const kind = Array.isArray(patch) ? 'array' : typeof patch === 'boolean' ? 'bool' : typeof patch;
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`,
    );
  }
  return mergeMap(document as JsonRecord, patch, { kind: 'struct', struct });
}
