import { type Allocation, type AllocationRanges, ServiceAllocator } from '../../api/core/service-allocation.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Store } from '../../store/store.ts';
import { type ServedKind, storePrefix } from '../registry.ts';

/** Of a write that takes nothing. */
export const NO_ALLOCATION: Allocation = { commit() {}, rollback() {} };

const isService = (kind: ServedKind): boolean => kind.definition.kind === 'Service' && kind.definition.group === '';

/** Hands out what exists once in a cluster: addresses and node ports of Services. */
export class Allocations {
  readonly #services: ServiceAllocator;

  constructor(ranges: AllocationRanges) {
    this.#services = new ServiceAllocator(ranges);
  }

  /** Takes what the stored Services have already. */
  restore(store: Store): void {
    this.#services.restore(store.list<KubeObject>(storePrefix('', 'services')).entries.map((entry) => entry.value));
  }

  /** Fills in a Service about to be stored; throws Invalid when something asked for is taken. */
  allocate(kind: ServedKind, draft: Draft, old: KubeObject | null): Allocation {
    return isService(kind) ? this.#services.allocate(draft, old) : NO_ALLOCATION;
  }

  /** Takes back what a deleted object held. */
  release(kind: ServedKind, gone: KubeObject): void {
    if (isService(kind)) this.#services.release(gone);
  }
}
