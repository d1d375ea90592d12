import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Exchange } from '../http/exchange.ts';
import { requestInfo } from '../request-info.ts';
import { RequestMetrics } from './request-metrics.ts';
import { RequestObserver } from './request-observer.ts';

const served = (metrics: RequestMetrics) => [...metrics.all()];
const make = (): RequestMetrics => new RequestMetrics(({ resource }) => ['pods', 'nodes'].includes(resource));

function ask(method: string, url: string, contentType?: string) {
  const [path = '', query = ''] = url.split('?');
  return { info: requestInfo(method, path, new URLSearchParams(query)), url, contentType };
}

describe('requests', () => {
  it('are told apart as upstream does', () => {
    const label = (method: string, url: string, contentType?: string): string => {
      const { labels } = make().seriesOf(ask(method, url, contentType));
      return [labels.verb, labels.resource, labels.subresource, labels.scope, labels.dry_run].join(' ');
    };
    expect(label('GET', '/api/v1/pods')).toBe('LIST pods  cluster ');
    expect(label('GET', '/api/v1/namespaces/n/pods?watch=1')).toBe('WATCH pods  namespace ');
    expect(label('POST', '/api/v1/namespaces/n/pods?dryRun=All')).toBe('POST pods  resource All');
    expect(label('PATCH', '/api/v1/namespaces/n/pods/p', 'application/apply-patch+yaml')).toBe('APPLY pods  resource ');
    expect(label('PATCH', '/api/v1/namespaces/n/pods/p/status', 'application/json-patch+json')).toBe(
      'PATCH pods status resource ',
    );
    expect(label('GET', '/api/v1/nodes/a/proxy/metrics')).toBe('CONNECT nodes proxy resource ');
    expect(label('GET', '/metrics')).toBe('GET  /metrics  ');
  });

  it('for things that are not there make no series of their own', () => {
    const metrics = make();
    for (let i = 0; i < 100; i++) {
      metrics.seriesOf(ask('GET', `/apis/g${i}/v1/things`));
      metrics.seriesOf(ask('GET', `/nothing/${i}`));
    }
    expect(served(metrics)).toHaveLength(2);
  });

  it('are counted with their code and time when answered, streams when they end', () => {
    let now = 0;
    const metrics = make();
    const observer = new RequestObserver(metrics, { monotonic: () => now } as never);
    const closing = new EventEmitter();
    const url = '/api/v1/pods?watch=1';
    const { info } = ask('GET', url);
    const exchange = { url, headers: {}, code: 0, streamed: false, onClose: (f: () => void) => closing.on('close', f) };
    const done = observer.begin(exchange as unknown as Exchange, info);
    expect(metrics.inFlight).toEqual({ mutating: 0, readOnly: 1 });
    Object.assign(exchange, { code: 200, streamed: true });
    done();
    const [series] = served(metrics);
    expect([metrics.inFlight.readOnly, series?.open, series?.codes.size]).toEqual([0, 1, 0]);
    now = 2_500;
    closing.emit('close');
    expect([series?.open, series?.codes.get(200), series?.seconds.sum]).toEqual([0, 1, 2.5]);
  });
});
