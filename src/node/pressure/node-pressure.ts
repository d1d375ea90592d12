import { amountsOf } from '../../api/shared/pod-requests.ts';
import type { Clock } from '../../base/clock.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { FileSystem } from '../files.ts';
import type { PodVerdict } from '../pod/verdict.ts';
import type { PodWorker } from '../pod/worker.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import { hasStorageLimits, overLimit, podStorage } from './local-storage.ts';
import { type Candidate, evictionMessage, isCritical, victimOf } from './rank.ts';
import { type Observation, type PressureType, type Shortage, shortages, type Threshold } from './thresholds.ts';

/** A condition stays this long after what it says has ended, so that it does not flap. */
const HOLD_MS = 300_000;
/** What containers of an evicted pod get to end: the node has nothing left to give. */
const GRACE_MS = 1_000;

export interface NodePressureOptions {
  readonly clock: Clock;
  readonly runtime: Runtime;
  readonly thresholds: readonly Threshold[];
  /** What the node has left now. */
  readonly observe: () => Promise<Observation>;
  readonly workers: () => Iterable<PodWorker>;
  /** Null: pods have no files to measure. */
  readonly files: FileSystem | null;
  readonly directories: (pod: KubeObject) => { readonly directory: string; readonly logs: string };
  readonly podEvent: (pod: KubeObject, reason: string, message: string) => void;
  readonly nodeEvent: (type: 'Normal' | 'Warning', reason: string, message: string) => void;
  /** A condition began or ended. */
  readonly changed: () => void;
}

const REASONS: Readonly<Record<PressureType, readonly [bad: string, good: string]>> = {
  MemoryPressure: ['NodeHasInsufficientMemory', 'NodeHasSufficientMemory'],
  DiskPressure: ['NodeHasDiskPressure', 'NodeHasNoDiskPressure'],
};

/**
 * Gives up pods before the node runs out of memory or disk (node.md 5.5). It has no timer: it looks when the node's
 * heartbeat beats, every ten seconds, and gives up one pod at a time.
 */
export class NodePressure {
  readonly #options: NodePressureOptions;
  /** Conditions that hold, with when they were last true. */
  readonly #seen = new Map<PressureType, number>();
  #victim: PodWorker | null = null;
  #looking = false;

  constructor(options: NodePressureOptions) {
    this.#options = options;
  }

  /** Conditions that are True. */
  get active(): ReadonlySet<PressureType> {
    return new Set(this.#seen.keys());
  }

  /** Why the node takes no such pod now; null when it does. */
  refusal(pod: KubeObject): { readonly reason: string; readonly message: string } | null {
    if (this.#seen.size === 0 || isCritical(pod)) return null;
    const only = this.#seen.has('MemoryPressure') && this.#seen.size === 1;
    const tolerates = (pod.spec.tolerations ?? []).some(
      ({ key, effect }: { key?: string; effect?: string }) =>
        (key === undefined || key === 'node.kubernetes.io/memory-pressure') && (!effect || effect === 'NoSchedule'),
    );
    if (only && (pod.status?.qosClass !== 'BestEffort' || tolerates)) return null;
    return { reason: 'Evicted', message: `The node had condition: [${[...this.#seen.keys()].join(', ')}]. ` };
  }

  /** One look; what takes longer than a beat is not begun again. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const met = shortages(this.#options.thresholds, await this.#options.observe());
      this.#mark(met);
      if (await this.#enforceLimits()) return;
      const [worst] = met;
      if (worst !== undefined) await this.#relieve(worst);
    } finally {
      this.#looking = false;
    }
  }

  #mark(met: readonly Shortage[]): void {
    const { clock, nodeEvent, changed } = this.#options;
    const now = clock.monotonic();
    const before = this.#seen.size;
    let news = false;
    for (const { pressure } of met) {
      if (!this.#seen.has(pressure)) {
        news = true;
        nodeEvent('Normal', REASONS[pressure][0], REASONS[pressure][0]);
      }
      this.#seen.set(pressure, now);
    }
    for (const [pressure, last] of this.#seen) {
      if (now - last < HOLD_MS) continue;
      this.#seen.delete(pressure);
      nodeEvent('Normal', REASONS[pressure][1], REASONS[pressure][1]);
    }
    if (news || this.#seen.size < before) changed();
  }

  /** Pods that wrote more than they may; true when one was given up. */
  async #enforceLimits(): Promise<boolean> {
    const { files, directories } = this.#options;
    if (files === null) return false;
    let any = false;
    for (const worker of this.#running()) {
      const { pod } = worker;
      if (!hasStorageLimits(pod)) continue;
      const message = overLimit(pod, await podStorage(files, pod, directories(pod)));
      if (message === null) continue;
      this.#evict(worker, { reason: 'Evicted', message });
      any = true;
    }
    return any;
  }

  async #relieve(shortage: Shortage): Promise<void> {
    // What the last one had is not free before it is gone.
    if (this.#victim !== null && !this.#victim.cleaned) return;
    this.#victim = null;
    const { nodeEvent } = this.#options;
    nodeEvent('Warning', 'EvictionThresholdMet', `Attempting to reclaim ${shortage.resource}`);
    const candidates: (Candidate & { readonly worker: PodWorker })[] = [];
    for (const worker of this.#running())
      candidates.push({ ...(await this.#candidate(worker.pod, shortage.resource)), worker });
    const victim = victimOf(candidates);
    const worker = candidates.find(({ pod }) => pod === victim?.pod)?.worker;
    if (victim === null || worker === undefined) return;
    const message = evictionMessage(shortage, victim);
    this.#victim = worker;
    this.#evict(worker, { reason: 'Evicted', message, disruption: { reason: 'TerminationByKubelet', message } });
  }

  #running(): PodWorker[] {
    return [...this.#options.workers()].filter(
      ({ stage, pod }) => stage === 'running' && pod.metadata.deletionTimestamp === undefined,
    );
  }

  #evict(worker: PodWorker, verdict: PodVerdict): void {
    this.#options.podEvent(worker.pod, 'Evicted', verdict.message);
    worker.evict(verdict, GRACE_MS);
  }

  async #candidate(pod: KubeObject, resource: Shortage['resource']): Promise<Candidate> {
    const { runtime, files, directories } = this.#options;
    const used = new Map<string, number>();
    let total: number | null = null;
    if (resource === 'memory') {
      for (const one of await runtime.stats(pod.metadata.uid ?? '')) used.set(one.name, one.memoryBytes);
    } else if (files !== null) {
      const storage = await podStorage(files, pod, directories(pod));
      const of = resource === 'inodes' ? 'inodes' : 'bytes';
      for (const [name, usage] of storage.containers) used.set(name, usage[of]);
      total = storage.total[of];
    }
    const requested = ({ resources }: { resources?: { requests?: Record<string, unknown> } }): number => {
      const { memory, ephemeral } = amountsOf(resources?.requests);
      return resource === 'memory' ? memory : resource === 'inodes' ? 0 : ephemeral;
    };
    type Container = { name: string; resources?: { requests?: Record<string, unknown> } };
    const containers = (pod.spec.containers ?? []).map((container: Container) => ({
      name: container.name,
      used: used.get(container.name) ?? 0,
      request: requested(container),
    }));
    const sum = (of: 'used' | 'request'): number =>
      containers.reduce((all: number, one: Record<'used' | 'request', number>) => all + one[of], 0);
    return { pod, containers, used: total ?? sum('used'), request: sum('request') };
  }
}
