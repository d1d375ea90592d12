import type { CheckerDefinition } from '../checkers/checker.ts';
import type { Outcome } from './outcome.ts';

/** What many seeds add up to: how often each thing happened, and which invariants were really evaluated. */
export class Summary {
  readonly #titles: ReadonlyMap<string, string>;
  readonly #counts = new Map<string, number>();
  readonly #evaluations = new Map<string, number>();
  #seeds = 0;
  #virtualMs = 0;
  readonly failed: { readonly seed: number; readonly invariant: string }[] = [];

  constructor(checkers: readonly CheckerDefinition[]) {
    this.#titles = new Map(checkers.map(({ id, title }) => [id, title]));
    for (const { id } of checkers) this.#evaluations.set(id, 0);
  }

  get failures(): number {
    return this.failed.length;
  }

  add({ seed, finding, counts, evaluations, virtualMs }: Outcome): void {
    this.#seeds++;
    this.#virtualMs += virtualMs;
    if (finding !== null) this.failed.push({ seed, invariant: finding.invariant });
    for (const [name, count] of Object.entries(counts)) this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
    for (const [id, count] of Object.entries(evaluations)) {
      this.#evaluations.set(id, (this.#evaluations.get(id) ?? 0) + count);
    }
  }

  data(tookMs: number): object {
    return {
      seeds: this.#seeds,
      failed: this.failed,
      seconds: Number((tookMs / 1000).toFixed(1)),
      seedsPerSecond: Number((this.#seeds / (tookMs / 1000)).toFixed(2)),
      virtualHours: Number((this.#virtualMs / 3_600_000).toFixed(1)),
      happened: Object.fromEntries([...this.#counts].sort()),
      evaluations: Object.fromEntries(this.#evaluations),
    };
  }

  text(tookMs: number): string {
    const seconds = tookMs / 1000;
    const rows = (entries: Iterable<readonly [string, number]>): string[] =>
      [...entries].map(([name, count]) => `  ${name.padEnd(34)} ${String(count).padStart(10)}`);
    return [
      '',
      'faults, mishaps and operations',
      ...rows([...this.#counts].sort()),
      '',
      'invariants evaluated',
      ...rows(
        [...this.#evaluations].map(([id, count]) => [`${id} ${(this.#titles.get(id) ?? '').slice(0, 30)}`, count]),
      ),
      '',
      `${this.#seeds} seeds, ${(this.#virtualMs / 3_600_000).toFixed(1)} virtual hours in ${seconds.toFixed(1)} s ` +
        `(${(this.#seeds / seconds).toFixed(2)} seeds/s): ${this.failures === 0 ? 'all green' : `${this.failures} failed`}`,
    ].join('\n');
  }
}
