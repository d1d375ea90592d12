import { MetricsText } from '../../base/prometheus.ts';
import type { Core } from '../core.ts';
import { VERSION } from '../discovery/version.ts';
import type { ServerMetrics } from './server-metrics.ts';

const COMPONENT = 'apiserver';

/** What the API server says of itself to a scrape: names and labels are upstream's where upstream has the thing. */
export function exposition(core: Core, { requests, process }: ServerMetrics): string {
  const text = new MetricsText();
  const series = [...requests.all()];
  text.family('apiserver_request_total', 'counter', 'Requests answered, by what was asked for and HTTP code.');
  for (const { labels, codes } of series)
    for (const [code, count] of codes) text.sample({ ...labels, component: COMPONENT, code: String(code) }, count);
  text.family('apiserver_request_duration_seconds', 'histogram', 'Seconds from request to answer.');
  for (const { labels, seconds, codes } of series)
    if (codes.size > 0) text.histogram({ ...labels, component: COMPONENT }, seconds);
  text.family('apiserver_longrunning_requests', 'gauge', 'Watches and streams that are open.');
  for (const { labels, open } of series) {
    const { dry_run: _dryRun, ...rest } = labels;
    if (labels.verb === 'WATCH' || labels.verb === 'CONNECT') text.sample({ ...rest, component: COMPONENT }, open);
  }
  text.family('apiserver_current_inflight_requests', 'gauge', 'Requests that wait for their answer.');
  text.sample({ request_kind: 'mutating' }, requests.inFlight.mutating);
  text.sample({ request_kind: 'readOnly' }, requests.inFlight.readOnly);
  storage(text, core);
  text.family('kubernetes_build_info', 'gauge', 'Version of Kubernetes whose API this is.');
  text.sample({ git_version: VERSION.gitVersion, major: VERSION.major, minor: VERSION.minor }, 1);
  const stats = process?.();
  if (stats !== undefined) processFamilies(text, stats);
  return text.text;
}

function storage(text: MetricsText, { kinds, store }: Core): void {
  const stored = kinds.all().filter((kind) => kind.stored === kind && kind.definition.persisted !== false);
  text.family('apiserver_resource_objects', 'gauge', 'Objects stored, by resource.');
  for (const { definition, prefix } of stored)
    text.sample({ group: definition.group, resource: definition.plural }, store.count(prefix));
  text.family('perdure_store_revision', 'gauge', 'Revision of the newest durable write.');
  text.sample({}, store.revision);
  text.family('perdure_store_pending_writes', 'gauge', 'Writes accepted that are still on their way to disk.');
  text.sample({}, store.pendingRevision - store.revision);
}

function processFamilies(
  text: MetricsText,
  stats: NonNullable<ReturnType<NonNullable<ServerMetrics['process']>>>,
): void {
  const gauge = (name: string, help: string, value: number | null): void => {
    if (value !== null) text.family(name, 'gauge', help).sample({}, value);
  };
  text.family('process_cpu_seconds_total', 'counter', 'User and system CPU time of this process, in seconds.');
  text.sample({}, stats.cpuSeconds);
  gauge('process_resident_memory_bytes', 'Resident memory of this process.', stats.residentBytes);
  gauge('process_virtual_memory_bytes', 'Virtual memory of this process.', stats.virtualBytes);
  gauge('process_start_time_seconds', 'When this process started, in seconds since the epoch.', stats.startedAtSeconds);
  gauge('process_open_fds', 'File descriptors this process has open.', stats.openFiles);
  gauge('process_max_fds', 'File descriptors this process may have open.', stats.maxFiles);
  gauge('nodejs_heap_size_used_bytes', 'JavaScript heap in use.', stats.heapBytes);
}
