import { candidates, type Place } from './candidates.ts';
import type { Endpoint } from './endpoints.ts';
import type { ListenerPlan } from './plan.ts';

/** Clients remembered for session affinity; past that, those who have been away longest are forgotten. */
const CLIENTS_LIMIT = 10_000;

interface Remembered {
  readonly endpoint: string;
  readonly atMs: number;
}

export const endpointKey = ({ address, port }: Endpoint): string => `${address}:${port}`;

/**
 * Chooses endpoints for the connections of one listener: in turn, or the one a client had before (session affinity).
 * Affinity runs from a client's last connection; an endpoint that is no candidate any more is left at once.
 */
export class Balancer {
  #plan: ListenerPlan;
  #turn = 0;
  /** By client address, those who came last at the end. */
  readonly #clients = new Map<string, Remembered>();

  constructor(plan: ListenerPlan) {
    this.#plan = plan;
  }

  get plan(): ListenerPlan {
    return this.#plan;
  }

  update(plan: ListenerPlan): void {
    this.#plan = plan;
    if (plan.affinityMs === 0) this.#clients.clear();
  }

  /** Null when nobody may serve this client. `nowMs` is monotonic. */
  pick(client: string, from: Place | null, nowMs: number): Endpoint | null {
    const { endpoints, policy, affinityMs } = this.#plan;
    const choices = candidates(endpoints, policy, from);
    if (choices.length === 0) return null;
    if (affinityMs === 0) return this.#next(choices);
    const before = this.#clients.get(client);
    const kept =
      before !== undefined && nowMs - before.atMs < affinityMs
        ? choices.find((endpoint) => endpointKey(endpoint) === before.endpoint)
        : undefined;
    const chosen = kept ?? this.#next(choices);
    this.#clients.delete(client);
    this.#clients.set(client, { endpoint: endpointKey(chosen), atMs: nowMs });
    if (this.#clients.size > CLIENTS_LIMIT) this.#clients.delete(this.#clients.keys().next().value!);
    return chosen;
  }

  #next(choices: readonly Endpoint[]): Endpoint {
    return choices[this.#turn++ % choices.length]!;
  }
}
