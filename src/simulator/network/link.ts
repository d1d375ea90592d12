import type { SeededRandom } from '../time/seeded-random.ts';

/** What may go wrong between one program and the API server. Probabilities are for each request or watch event. */
export interface LinkConditions {
  /** Least and most milliseconds on the way there, back, and for watch events. */
  readonly requestMs: readonly [number, number];
  readonly replyMs: readonly [number, number];
  readonly eventMs: readonly [number, number];
  /** The request never arrives. */
  readonly loseRequest: number;
  /** The request is carried out, its answer never arrives. */
  readonly loseReply: number;
  /** The request arrives twice, as a proxy that retries would do it. */
  readonly duplicateRequest: number;
  /** 429, 500, 503 or 504 instead of an answer, nothing carried out. */
  readonly refuse: number;
  /** A 409 for an update that would have gone through. */
  readonly conflict: number;
  /** A list that need not be the newest comes from a cache that lags behind. */
  readonly staleList: number;
  /** The stream of a watch ends; what was on its way is lost. */
  readonly breakWatch: number;
  /** When a watch begins again, its past is gone: 410. */
  readonly expireWatch: number;
  /** Events already delivered come once more when a watch begins again. */
  readonly repeatEvents: number;
}

export const CALM: LinkConditions = {
  requestMs: [0.2, 1],
  replyMs: [0.2, 1],
  eventMs: [0.2, 2],
  loseRequest: 0,
  loseReply: 0,
  duplicateRequest: 0,
  refuse: 0,
  conflict: 0,
  staleList: 0,
  breakWatch: 0,
  expireWatch: 0,
  repeatEvents: 0,
};

/** What may happen to a single request or watch: LinkConditions says of each how likely it is. */
export type Misfortune = {
  [K in keyof LinkConditions]: LinkConditions[K] extends number ? K : never;
}[keyof LinkConditions];

/** Which directions of a link are cut. */
export type Cut = 'none' | 'both' | 'to-server' | 'from-server';

/** The network between one place (a node, the control plane) and the API server. */
export class Link {
  cut: Cut = 'none';
  #conditions: LinkConditions = CALM;
  /** What is wrong now, in the order in which it began. */
  readonly #troubles = new Set<Partial<LinkConditions>>();
  /** What is still to happen once, as `misfortune resource`. */
  readonly #strikes = new Set<string>();
  /** Milliseconds by which the next request about a resource is late. */
  readonly #delays = new Map<string, number>();

  /** How it is now: of troubles that are about the same the latest decides. */
  get conditions(): LinkConditions {
    return this.#conditions;
  }

  /** Begins a trouble; what is returned ends this one and no other. */
  trouble(conditions: Partial<LinkConditions>): () => void {
    const own = { ...conditions };
    this.#troubles.add(own);
    this.#combine();
    return () => {
      if (this.#troubles.delete(own)) this.#combine();
    };
  }

  /** Something goes wrong once: with the next write, list or watch event about the resource that it can happen to. */
  strike(what: Misfortune, resource: string): void {
    this.#strikes.add(`${what} ${resource}`);
  }

  /** The next write about the resource arrives this much later: others overtake it. */
  delay(resource: string, ms: number): void {
    this.#delays.set(resource, ms);
  }

  /** Whether this one suffers it, by chance or because it is the one that is struck; '' is never struck. */
  suffers(what: Misfortune, resource: string, random: SeededRandom): boolean {
    if (random.chance(this.#conditions[what])) return true;
    return this.#strikes.size > 0 && this.#strikes.delete(`${what} ${resource}`);
  }

  /** Milliseconds by which this request is late; asked once. */
  lateness(resource: string): number {
    const ms = this.#delays.get(resource);
    if (ms === undefined) return 0;
    this.#delays.delete(resource);
    return ms;
  }

  #combine(): void {
    this.#conditions = Object.assign({}, CALM, ...this.#troubles);
  }

  /** Everything as it should be. */
  heal(): void {
    this.#troubles.clear();
    this.#strikes.clear();
    this.#delays.clear();
    this.#conditions = CALM;
    this.cut = 'none';
  }

  get reachesServer(): boolean {
    return this.cut === 'none' || this.cut === 'from-server';
  }

  get hearsServer(): boolean {
    return this.cut === 'none' || this.cut === 'to-server';
  }
}

/** A point of a range, milliseconds. */
export function between(fraction: number, range: readonly [number, number]): number {
  return range[0] + fraction * (range[1] - range[0]);
}
