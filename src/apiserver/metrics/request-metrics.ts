import { Histogram } from '../../base/prometheus.ts';
import type { RequestInfo } from '../request-info.ts';

/** Upper bounds of durations, as upstream has them. */
const SECONDS = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
] as const;

/** Requests of one kind: what a label set of `apiserver_request_*` stands for. */
export interface RequestSeries {
  readonly labels: {
    readonly verb: string;
    readonly dry_run: string;
    readonly group: string;
    readonly version: string;
    readonly resource: string;
    readonly subresource: string;
    readonly scope: string;
  };
  /** Answers by HTTP code. */
  readonly codes: Map<number, number>;
  readonly seconds: Histogram;
  /** Watches and streams that are open now. */
  open: number;
}

const VERBS: Readonly<Record<string, string>> = {
  get: 'GET',
  list: 'LIST',
  watch: 'WATCH',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETECOLLECTION',
  post: 'POST',
  put: 'PUT',
};
const CONNECTS: ReadonlySet<string> = new Set(['exec', 'attach', 'portforward', 'proxy', 'log']);
const PAGES: ReadonlySet<string> = new Set([
  '/healthz',
  '/livez',
  '/readyz',
  '/metrics',
  '/metrics/objects',
  '/version',
]);
const APPLY = 'application/apply-patch';

/** What of a request decides where it is counted. */
export interface CountedRequest {
  readonly info: RequestInfo;
  readonly url: string;
  readonly contentType: string | undefined;
}

/**
 * Counters of requests over HTTP. Counting is one lookup and a few additions; text is made when somebody scrapes.
 * The number of series is bounded: requests for what is not served share one.
 */
export class RequestMetrics {
  readonly #series = new Map<string, RequestSeries>();
  readonly #isServed: (info: RequestInfo) => boolean;
  /** Requests under way that change something, and others; watches and streams are not among them. */
  readonly inFlight = { mutating: 0, readOnly: 0 };

  constructor(isServed: (info: RequestInfo) => boolean) {
    this.#isServed = isServed;
  }

  all(): Iterable<RequestSeries> {
    return this.#series.values();
  }

  /** Where a request is counted. */
  seriesOf({ info, url, contentType }: CountedRequest): RequestSeries {
    const dryRun = url.includes('dryRun=All') ? 'All' : '';
    const { verb, group, version, resource, subresource } = info;
    const kind = verb === 'patch' && contentType?.startsWith(APPLY) === true ? 'apply' : verb;
    const page = info.resourceRequest ? subresource : info.path;
    const key = `${kind} ${scopeOf(info)} ${dryRun} ${group} ${version} ${resource} ${page}`;
    return this.#series.get(key) ?? this.#add(key, kind, dryRun, info);
  }

  #add(key: string, kind: string, dryRun: string, info: RequestInfo): RequestSeries {
    const verb = kind === 'apply' ? 'APPLY' : (VERBS[kind] ?? 'OTHER');
    const labels = { verb, dry_run: dryRun, group: '', version: '', resource: '', subresource: '', scope: '' };
    if (!info.resourceRequest) {
      const page = PAGES.has(info.path) ? info.path : '';
      return this.#keep(page === '' ? `${verb} page` : key, { ...labels, subresource: page });
    }
    if (!this.#isServed(info)) return this.#keep(`${verb} unknown`, labels);
    const { group, version, resource, subresource } = info;
    return this.#keep(key, {
      ...labels,
      verb: CONNECTS.has(subresource) && verb !== 'OTHER' ? 'CONNECT' : verb,
      group,
      version,
      resource,
      subresource,
      scope: scopeOf(info),
    });
  }

  #keep(key: string, labels: RequestSeries['labels']): RequestSeries {
    const there = this.#series.get(key);
    if (there !== undefined) return there;
    const made: RequestSeries = { labels, codes: new Map(), seconds: new Histogram(SECONDS), open: 0 };
    this.#series.set(key, made);
    return made;
  }
}

export function countAnswer(series: RequestSeries, code: number, seconds: number): void {
  series.codes.set(code, (series.codes.get(code) ?? 0) + 1);
  series.seconds.observe(seconds);
}

function scopeOf({ name, verb, namespace }: RequestInfo): 'resource' | 'namespace' | 'cluster' {
  if (name !== '' || verb === 'create') return 'resource';
  return namespace === '' ? 'cluster' : 'namespace';
}
