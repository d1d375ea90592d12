import { addQuantity, compareQuantity, type Quantity } from '../../base/quantity.ts';
import type { Json } from './json.ts';

const COMPUTE = ['cpu', 'memory'] as const;

function isPositive(amount: string | undefined): boolean {
  return amount !== undefined && amount !== '0' && compareQuantity(amount, '0') > 0;
}

function sum(totals: Map<string, Quantity | string>, name: string, amount: string): void {
  const before = totals.get(name);
  totals.set(name, before === undefined ? amount : addQuantity(before, amount));
}

/**
 * QoS class of a pod's spec: Guaranteed when every container limits CPU and memory and the sums of requests and
 * limits agree, BestEffort when none asks for either, Burstable else. Resources of the pod itself go before.
 */
export function qosClass(spec: Json): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const podLevel = spec.resources?.requests !== undefined || spec.resources?.limits !== undefined;
  const holders: readonly Json[] = podLevel ? [spec] : [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const requests = new Map<string, Quantity | string>();
  const limits = new Map<string, Quantity | string>();
  let guaranteed = true;
  for (const holder of holders) {
    let limited = 0;
    for (const name of COMPUTE) {
      const request = holder.resources?.requests?.[name];
      const limit = holder.resources?.limits?.[name];
      if (isPositive(request)) sum(requests, name, request);
      if (isPositive(limit)) {
        sum(limits, name, limit);
        limited++;
      }
    }
    if (limited < COMPUTE.length) guaranteed = false;
  }
  if (requests.size === 0 && limits.size === 0) return 'BestEffort';
  if (guaranteed && requests.size === limits.size) {
    const agree = [...requests].every(([name, amount]) => {
      const limit = limits.get(name);
      return limit !== undefined && compareQuantity(limit, amount) === 0;
    });
    if (agree) return 'Guaranteed';
  }
  return 'Burstable';
}
