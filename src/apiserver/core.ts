import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { FeatureGates, StrategyContext, UserInfo } from '../schema/kind.ts';
import type { KubeObject } from '../schema/object.ts';
import type { Store } from '../store/store.ts';
import type { AdmissionChain } from './admission/chain.ts';
import type { Rbac } from './authorization/rbac.ts';
import type { KindRegistry } from './registry.ts';
import { storePrefix } from './registry.ts';
import type { Allocations } from './resources/allocation.ts';
import type { Webhooks } from './webhooks/webhooks.ts';

/** What every part of the server works on. */
export interface Core {
  readonly store: Store;
  readonly kinds: KindRegistry;
  readonly clock: Clock;
  readonly random: Random;
  readonly gates: FeatureGates;
  readonly admission: AdmissionChain;
  readonly webhooks: Webhooks;
  readonly allocations: Allocations;
  readonly rbac: Rbac;
  /** Whether creates, updates and patches are booked on their field managers; apply always is. */
  readonly managedFields: boolean;
}

/** Reads one committed object; null when absent. */
export function lookup(
  core: Core,
  resource: string,
  group: string,
  namespace: string,
  name: string,
): KubeObject | null {
  const prefix = storePrefix(group, resource);
  const key = namespace === '' ? prefix + name : `${prefix}${namespace}/${name}`;
  return core.store.getPending<KubeObject>(key)?.value ?? null;
}

/** All committed objects of a resource, in one namespace or (empty) everywhere. */
export function lookupAll(core: Core, resource: string, group: string, namespace: string): readonly KubeObject[] {
  const prefix = storePrefix(group, resource);
  return core.store
    .list<KubeObject>(namespace === '' ? prefix : `${prefix}${namespace}/`)
    .entries.map((entry) => entry.value);
}

export function strategyContext(core: Core, user: UserInfo, dryRun: boolean): StrategyContext {
  return {
    clock: core.clock,
    random: core.random,
    gates: core.gates,
    user,
    dryRun,
    lookup: (resource, group, namespace, name) => lookup(core, resource, group, namespace, name),
  };
}
