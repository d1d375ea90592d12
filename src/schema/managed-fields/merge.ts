import { getOwn, isRecord, type JsonRecord, setOwn } from '../../base/json.ts';
import type { StructInfo, TypeRef } from '../types.ts';
import { isAtomic, isVoid, itemElement, type ListType, memberType } from './elements.ts';

function mergeMaps(type: TypeRef, live: JsonRecord | null, config: JsonRecord | null): JsonRecord {
  const out: JsonRecord = { ...live };
  for (const key of Object.keys(config ?? {})) {
    const inner = memberType(type, key);
    const wanted = config?.[key];
    const present = live === null ? undefined : getOwn(live, key);
    setOwn(out, key, inner === null ? wanted : mergeValues(inner, present, wanted));
  }
  return out;
}

interface Items {
  readonly order: readonly string[];
  /** The first item of each element. */
  readonly first: ReadonlyMap<string, unknown>;
}

function itemsOf(type: ListType, list: readonly unknown[]): Items {
  const order = list.map((item, i) => itemElement(type, item, i));
  const first = new Map<string, unknown>();
  order.forEach((element, i) => {
    if (!first.has(element)) first.set(element, list[i]);
  });
  return { order, first };
}

/**
 * Live items keep their places among themselves and applied items theirs; an item in both stands where the applied
 * order wants it, and items only in one are interleaved before the next shared one.
 */
function mergeLists(type: ListType, live: readonly unknown[], config: readonly unknown[]): unknown[] {
  const left = itemsOf(type, live);
  const right = itemsOf(type, config);
  const shared = right.order.filter((element) => left.first.has(element));
  let nextShared = 0;
  const done = new Set<string>();
  const out: unknown[] = [];
  const take = (element: string): void => {
    done.add(element);
    out.push(mergeValues(type.element, left.first.get(element), right.first.get(element)));
    if (shared[nextShared] === element) nextShared++;
  };
  let l = 0;
  let r = 0;
  while (l < left.order.length || r < right.order.length) {
    const leftElement = left.order[l];
    const rightElement = right.order[r];
    if (leftElement !== undefined && rightElement !== undefined) {
      if (leftElement === rightElement) {
        take(leftElement);
        l++;
        r++;
        continue;
      }
      if (right.first.has(leftElement) && nextShared < shared.length && shared[nextShared] !== leftElement) {
        l++;
        continue;
      }
    }
    if (leftElement !== undefined) {
      if (!right.first.has(leftElement)) {
        out.push(live[l]);
        l++;
        continue;
      }
      if (done.has(leftElement)) l++;
    }
    if (rightElement !== undefined) {
      take(rightElement);
      r++;
    }
  }
  return out;
}

function mergeValues(type: TypeRef, live: unknown, config: unknown): unknown {
  if (config === undefined) return live;
  if (isAtomic(type) || (isVoid(live) && isVoid(config))) return config;
  if (type.kind === 'list') {
    return mergeLists(type, Array.isArray(live) ? live : [], Array.isArray(config) ? config : []);
  }
  return mergeMaps(type, isRecord(live) ? live : null, isRecord(config) ? config : null);
}

/** Live object with an applied configuration over it, by the schema. Inputs are not changed; untouched parts are shared. */
export function mergeObjects(struct: StructInfo, live: JsonRecord, config: JsonRecord): JsonRecord {
  return mergeMaps({ kind: 'struct', struct }, live, config);
}
