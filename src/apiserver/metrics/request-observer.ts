import type { Clock } from '../../base/clock.ts';
import type { Exchange } from '../http/exchange.ts';
import type { RequestInfo } from '../request-info.ts';
import { countAnswer, type RequestMetrics } from './request-metrics.ts';

const READING: ReadonlySet<string> = new Set(['get', 'list', 'watch', 'head', 'options']);

/** Counts each request when it is answered, watches and streams when they end. */
export class RequestObserver {
  readonly metrics: RequestMetrics;
  readonly #clock: Clock;

  constructor(metrics: RequestMetrics, clock: Clock) {
    this.metrics = metrics;
    this.#clock = clock;
  }

  /** Called when a request begins; returns what to call when its handler has done what it does. */
  begin(exchange: Exchange, info: RequestInfo): () => void {
    const { inFlight } = this.metrics;
    const started = this.#clock.monotonic();
    const kind = READING.has(info.verb) ? 'readOnly' : 'mutating';
    inFlight[kind]++;
    return () => {
      inFlight[kind]--;
      const { url, headers } = exchange;
      const series = this.metrics.seriesOf({ info, url, contentType: headers['content-type'] });
      const count = (): void => countAnswer(series, exchange.code, (this.#clock.monotonic() - started) / 1000);
      if (!exchange.streamed && exchange.code !== 0) {
        count();
        return;
      }
      series.open++;
      exchange.onClose(() => {
        series.open--;
        // A client that left before there was an answer: as upstream counts it.
        if (exchange.code === 0) countAnswer(series, 0, (this.#clock.monotonic() - started) / 1000);
        else count();
      });
    };
  }
}
