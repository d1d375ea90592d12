export type MetricLabels = Readonly<Record<string, string>>;
export type MetricType = 'counter' | 'gauge' | 'histogram';

/** Content type of the text a scrape is answered with (Prometheus exposition format 0.0.4). */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const escaped = (value: string): string => value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');

const numeral = (value: number): string =>
  Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';

/** Counts of values by size. Observing allocates nothing. */
export class Histogram {
  /** Upper bounds, rising; values above the last one count only in the total. */
  readonly bounds: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.bounds.length && value > this.bounds[bucket]!) bucket++;
    this.#counts[bucket]! += 1;
    this.#sum += value;
  }

  get sum(): number {
    return this.#sum;
  }

  /** For each bound, how many values were at most that; last, how many there were. */
  cumulative(): number[] {
    let total = 0;
    return [...this.#counts].map((count) => (total += count));
  }
}

/**
 * Text of one scrape in the Prometheus exposition format. Samples follow the family they belong to.
 *
 * @example
 * new MetricsText().family('up', 'gauge', 'Whether it is up.').sample({ node: 'a' }, 1).text
 */
export class MetricsText {
  readonly #lines: string[] = [];
  #name = '';

  /** Begins a family. */
  family(name: string, type: MetricType, help: string): this {
    this.#name = name;
    this.#lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    return this;
  }

  /** A sample of the family begun last. */
  sample(labels: MetricLabels, value: number, suffix = ''): this {
    const pairs = Object.keys(labels)
      .sort()
      .map((key) => `${key}="${escaped(labels[key] ?? '')}"`);
    this.#lines.push(`${this.#name}${suffix}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${numeral(value)}`);
    return this;
  }

  /** All series of a histogram of the family begun last. */
  histogram(labels: MetricLabels, histogram: Histogram): this {
    const counts = histogram.cumulative();
    const total = counts.at(-1) ?? 0;
    histogram.bounds.forEach((bound, index) => {
      this.sample({ ...labels, le: numeral(bound) }, counts[index] ?? 0, '_bucket');
    });
    this.sample({ ...labels, le: '+Inf' }, total, '_bucket');
    return this.sample(labels, histogram.sum, '_sum').sample(labels, total, '_count');
  }

  get text(): string {
    return this.#lines.length === 0 ? '' : `${this.#lines.join('\n')}\n`;
  }
}
