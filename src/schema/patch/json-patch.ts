import { clone, compareText, deepEqual, getOwn, isRecord, type JsonRecord, setOwn } from '../../base/json.ts';
import { badRequest, StatusError } from '../status.ts';

/** RFC 6902 as apimachinery applies it (api.md 4.4): lenient about `replace` of a missing member and negative indexes. */
export interface JsonPatchOperation {
  readonly op?: string;
  readonly path?: string;
  readonly from?: string;
  readonly value?: unknown;
}

export const MAX_JSON_PATCH_OPERATIONS = 10000;
/** Bytes that all `copy` operations of one patch may add up to. */
const MAX_COPIED_BYTES = 3 * 1024 * 1024;

/** Thrown inside, and turned into upstream's one answer for every operation that does not apply. */
class DoesNotApply extends Error {}

type Container = JsonRecord | unknown[];

const jsonKind = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;

/**
 * Checks the shape of a parsed patch document.
 * @throws StatusError 400 when it is not a list of operations, 413 when there are too many
 */
export function checkJsonPatch(patch: unknown): readonly JsonPatchOperation[] {
  if (patch === null) return [];
  if (!Array.isArray(patch)) {
    const kind = jsonKind(patch);
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${kind} into Go value of type []handlers.jsonPatchOp`,
    );
  }
  for (const operation of patch as unknown[]) {
    if (operation !== null && !isRecord(operation)) {
      const kind = jsonKind(operation);
      throw badRequest(
        `error decoding patch: json: cannot unmarshal ${kind} into Go value of type handlers.jsonPatchOp`,
      );
    }
    for (const member of ['op', 'from', 'path']) {
      const value = (operation as JsonRecord | null)?.[member];
      if (value === undefined || value === null || typeof value === 'string') continue;
      throw badRequest(
        `error decoding patch: json: cannot unmarshal ${jsonKind(value)} into Go struct field jsonPatchOp.${member} of type string`,
      );
    }
  }
  if (patch.length > MAX_JSON_PATCH_OPERATIONS) {
    const allowed = `The allowed maximum operations in a JSON patch is ${MAX_JSON_PATCH_OPERATIONS}`;
    throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: ${allowed}, got ${patch.length}`);
  }
  return patch as JsonPatchOperation[];
}

/** Members in key order, as Go writes a map: the patched text shows up in error messages. */
function sortedCopy(record: JsonRecord): JsonRecord {
  const copy: JsonRecord = {};
  for (const key of Object.keys(record).sort(compareText)) setOwn(copy, key, record[key]);
  return copy;
}

function indexIn(list: readonly unknown[], key: string, size: number): number {
  if (!/^[+-]?\d+$/.test(key)) throw new DoesNotApply();
  let index = Number(key);
  if (index < 0) index += size;
  if (index < 0 || index >= size || size - list.length > 1) throw new DoesNotApply();
  return index;
}

function read(container: Container, key: string): unknown {
  if (Array.isArray(container)) return container[indexIn(container, key, container.length)];
  return getOwn(container, key);
}

function add(container: Container, key: string, value: unknown): void {
  if (!Array.isArray(container)) setOwn(container, key, value);
  else if (key === '-') container.push(value);
  else container.splice(indexIn(container, key, container.length + 1), 0, value);
}

function replace(container: Container, key: string, value: unknown): void {
  if (Array.isArray(container)) container[indexIn(container, key, container.length)] = value;
  else setOwn(container, key, value);
}

function remove(container: Container, key: string): void {
  if (Array.isArray(container)) container.splice(indexIn(container, key, container.length), 1);
  else if (Object.hasOwn(container, key)) delete container[key];
  else throw new DoesNotApply();
}

const decoded = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

class PatchedDocument {
  root: Container;
  /** Containers that are ours to change; everything else is shared with the input. */
  readonly #own = new WeakSet<object>();
  #copiedBytes = 0;

  constructor(root: Container) {
    this.root = this.#owned(root);
  }

  #owned(container: Container): Container {
    if (this.#own.has(container)) return container;
    const copy = Array.isArray(container) ? [...container] : sortedCopy(container);
    this.#own.add(copy);
    return copy;
  }

  /** Container and last key of a pointer; containers on the way are made ours when it will be changed. */
  #resolve(path: string | undefined, change: boolean): readonly [Container, string] {
    const parts = path?.split('/') ?? [];
    if (parts.length < 2) throw new DoesNotApply();
    let container = this.root;
    for (const part of parts.slice(1, -1)) {
      const key = decoded(part);
      const next = read(container, key);
      if (typeof next !== 'object' || next === null) throw new DoesNotApply();
      const inner = change ? this.#owned(next as Container) : (next as Container);
      if (change && inner !== next) replace(container, key, inner);
      container = inner;
    }
    return [container, decoded(parts[parts.length - 1]!)];
  }

  apply(operation: JsonPatchOperation): void {
    const { op, path, from, value = null } = operation;
    switch (op) {
      case 'add':
        add(...this.#resolve(path, true), value);
        return;
      case 'remove':
        remove(...this.#resolve(path, true));
        return;
      case 'replace':
        this.#replace(path, value);
        return;
      case 'move': {
        const source = this.#resolve(from, true);
        const moved = read(...source);
        remove(...source);
        add(...this.#resolve(path, true), moved ?? null);
        return;
      }
      case 'copy':
        this.#copy(from, path);
        return;
      case 'test':
        this.#test(path, value);
        return;
      default:
        throw new DoesNotApply();
    }
  }

  #replace(path: string | undefined, value: unknown): void {
    if (path === '') {
      if (typeof value !== 'object' || value === null) throw new DoesNotApply();
      this.root = this.#owned(value as Container);
      return;
    }
    const target = this.#resolve(path, true);
    read(...target);
    replace(...target, value);
  }

  #copy(from: string | undefined, path: string | undefined): void {
    const copied = read(...this.#resolve(from, false)) ?? null;
    this.#copiedBytes += JSON.stringify(copied).length;
    if (this.#copiedBytes > MAX_COPIED_BYTES) throw new DoesNotApply();
    add(...this.#resolve(path, true), clone(copied));
  }

  #test(path: string | undefined, value: unknown): void {
    const found = path === '' ? this.root : (read(...this.#resolve(path, false)) ?? null);
    if (!deepEqual(found, value)) throw new DoesNotApply();
  }
}

/**
 * Applies a parsed JSON patch; the input is not changed, and untouched parts of it are shared by the result.
 * @throws StatusError as `checkJsonPatch`, and 422 when an operation does not apply
 */
export function applyJsonPatch(document: object, patch: unknown): JsonRecord | unknown[] {
  const operations = checkJsonPatch(patch);
  try {
    const patched = new PatchedDocument(document as Container);
    for (const operation of operations) patched.apply(operation ?? {});
    return patched.root;
  } catch (error) {
    if (error instanceof DoesNotApply) throw rejected();
    throw error;
  }
}

/** Upstream's answer to a patch it cannot apply, without the cause. */
export function rejected(): StatusError {
  return new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}
