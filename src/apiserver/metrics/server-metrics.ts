import type { RequestMetrics } from './request-metrics.ts';

/** What the operating system says of this process; null where it does not say. */
export interface ProcessStats {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly virtualBytes: number | null;
  readonly startedAtSeconds: number;
  readonly openFiles: number | null;
  readonly maxFiles: number | null;
  readonly heapBytes: number;
}

/** Text of one scrape of each page. */
export interface MetricsPages {
  own(): Promise<string>;
  /** Of the objects there are. */
  objects(): Promise<string>;
}

export interface ServerMetrics {
  readonly requests: RequestMetrics;
  /** Read at each scrape; left out: nothing is said of the process. */
  readonly process: (() => ProcessStats) | undefined;
}
