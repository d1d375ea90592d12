/** The domain (value of a topology key) of every node that counts for a constraint, by node name. */
export interface Domains {
  /** What the constraint asks of nodes: equal keys have equal domains as long as no node changes. */
  readonly key: string;
  readonly of: ReadonlyMap<string, string>;
}

/** Pods by domain, kept as pods come and go: neither the counts nor their minimum are ever added up again. */
export class DomainCounts {
  readonly domains: Domains;
  readonly #counts = new Map<string, number>();
  /** Number of domains that have so many pods. */
  readonly #domainsWith: number[] = [];
  #minimum = 0;

  /** `pods`: node name to number of pods, of all nodes. */
  constructor(domains: Domains, pods: ReadonlyMap<string, number>) {
    this.domains = domains;
    for (const domain of domains.of.values()) this.#counts.set(domain, 0);
    for (const [node, count] of pods) {
      const domain = domains.of.get(node);
      if (domain !== undefined) this.#counts.set(domain, this.#counts.get(domain)! + count);
    }
    if (this.#counts.size > 0) this.#minimum = Number.POSITIVE_INFINITY;
    for (const count of this.#counts.values()) {
      this.#domainsWith[count] = (this.#domainsWith[count] ?? 0) + 1;
      if (count < this.#minimum) this.#minimum = count;
    }
  }

  /** Number of domains. */
  get size(): number {
    return this.#counts.size;
  }

  /** Fewest pods of any domain; 0 without domains. */
  get minimum(): number {
    return this.#minimum;
  }

  /** Pods in a domain; 0 when no node of it counts. */
  in(domain: string): number {
    return this.#counts.get(domain) ?? 0;
  }

  /** One pod more or less on a node. */
  change(node: string, by: 1 | -1): void {
    const domain = this.domains.of.get(node);
    if (domain === undefined) return;
    const before = this.#counts.get(domain)!;
    const after = before + by;
    this.#counts.set(domain, after);
    this.#domainsWith[before]!--;
    this.#domainsWith[after] = (this.#domainsWith[after] ?? 0) + 1;
    if (after < this.#minimum || (before === this.#minimum && this.#domainsWith[before] === 0)) this.#minimum = after;
  }
}
