import { quantityMilli, quantityValue } from '../../base/quantity.ts';

/** Amounts of a pod or node as integers: CPU in thousandths of a core, bytes, and named extended resources. */
export interface Amounts {
  milliCpu: number;
  memory: number;
  ephemeral: number;
  /** Extended resources and huge pages; null when there are none. */
  extended: Map<string, number> | null;
}

const MAX_CACHED = 4096;
const milliByText = new Map<string, number>();
const valueByText = new Map<string, number>();

function cached(map: Map<string, number>, text: string, parse: (text: string) => number): number {
  let value = map.get(text);
  if (value === undefined) {
    value = parse(text);
    if (map.size >= MAX_CACHED) map.clear();
    map.set(text, value);
  }
  return value;
}

export function zeroAmounts(): Amounts {
  return { milliCpu: 0, memory: 0, ephemeral: 0, extended: null };
}

/** Amounts of a resource list (`requests`, `limits`, `allocatable`, `overhead`); `pods` and storage classes are left out. */
export function amountsOf(list: Readonly<Record<string, unknown>> | undefined | null): Amounts {
  const out = zeroAmounts();
  if (list === undefined || list === null) return out;
  for (const name in list) {
    const text = String(list[name]);
    if (name === 'cpu') out.milliCpu = cached(milliByText, text, quantityMilli);
    else if (name === 'memory') out.memory = cached(valueByText, text, quantityValue);
    else if (name === 'ephemeral-storage') out.ephemeral = cached(valueByText, text, quantityValue);
    else if (name !== 'pods') {
      out.extended ??= new Map();
      out.extended.set(name, cached(valueByText, text, quantityValue));
    }
  }
  return out;
}

/** Adds `sign` times `amounts` to `target`, in place. */
export function addAmounts(target: Amounts, amounts: Amounts, sign: 1 | -1 = 1): void {
  target.milliCpu += sign * amounts.milliCpu;
  target.memory += sign * amounts.memory;
  target.ephemeral += sign * amounts.ephemeral;
  if (amounts.extended === null) return;
  target.extended ??= new Map();
  for (const [name, value] of amounts.extended) {
    target.extended.set(name, (target.extended.get(name) ?? 0) + sign * value);
  }
}

function raiseTo(target: Amounts, amounts: Amounts): void {
  target.milliCpu = Math.max(target.milliCpu, amounts.milliCpu);
  target.memory = Math.max(target.memory, amounts.memory);
  target.ephemeral = Math.max(target.ephemeral, amounts.ephemeral);
  if (amounts.extended === null) return;
  target.extended ??= new Map();
  for (const [name, value] of amounts.extended) {
    target.extended.set(name, Math.max(target.extended.get(name) ?? 0, value));
  }
}

/**
 * What a pod asks of a node (node.md 3, KEP-753, KEP-2837): the greater of all that runs together (containers and
 * sidecars) and each init container beside the sidecars declared before it; pod-level amounts win; plus overhead.
 */
// biome-ignore lint/suspicious/noExplicitAny: a pod spec as stored
export function podRequests(spec: any, field: 'requests' | 'limits' = 'requests'): Amounts {
  const together = zeroAmounts();
  for (const container of spec.containers ?? []) addAmounts(together, amountsOf(container.resources?.[field]));
  if (spec.initContainers !== undefined && spec.initContainers !== null) {
    const sidecars = zeroAmounts();
    const peak = zeroAmounts();
    for (const container of spec.initContainers) {
      const own = amountsOf(container.resources?.[field]);
      addAmounts(
        container.restartPolicy === 'Always' ? sidecars : own,
        container.restartPolicy === 'Always' ? own : sidecars,
      );
      raiseTo(peak, container.restartPolicy === 'Always' ? sidecars : own);
    }
    addAmounts(together, sidecars);
    raiseTo(together, peak);
  }
  const podLevel = spec.resources?.[field];
  if (podLevel !== undefined && podLevel !== null) {
    const own = amountsOf(podLevel);
    if (podLevel.cpu !== undefined) together.milliCpu = own.milliCpu;
    if (podLevel.memory !== undefined) together.memory = own.memory;
  }
  if (spec.overhead !== undefined && spec.overhead !== null) addAmounts(together, amountsOf(spec.overhead));
  return together;
}
