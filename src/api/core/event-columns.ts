import type { Column } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { age } from '../shared/columns.ts';

const firstOf = (...values: readonly (string | null | undefined)[]): string =>
  values.find((value) => value !== undefined && value !== null && value !== '') ?? '';

function lastSeen(event: KubeObject): string {
  if (event.series !== undefined) return event.series.lastObservedTime ?? '';
  return firstOf(event.lastTimestamp, event.firstTimestamp, event.eventTime);
}

function target(event: KubeObject): string {
  const { kind = '', name = '' } = event.involvedObject ?? {};
  return name === '' ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`;
}

function source(event: KubeObject): string {
  const component = firstOf(event.source?.component, event.reportingComponent);
  const host = firstOf(event.source?.host, event.reportingInstance);
  return host === '' ? component : `${component}, ${host}`;
}

function count(event: KubeObject): number {
  if (event.series !== undefined) return event.series.count ?? 0;
  return event.count === undefined || event.count === 0 ? 1 : event.count;
}

/** Columns of events; `core` gives the core form of whatever version is shown. */
export function eventColumns(core: (object: KubeObject) => KubeObject): readonly Column[] {
  const column = (
    name: string,
    priority: number,
    cell: (event: KubeObject, now: number) => string | number,
  ): Column => ({
    name,
    type: 'string',
    ...(priority === 0 ? {} : { priority }),
    cell: (object, now) => cell(core(object), now),
  });
  return [
    column('Last Seen', 0, (event, now) => age(lastSeen(event) || null, now)),
    column('Type', 0, (event) => event.type ?? ''),
    column('Reason', 0, (event) => event.reason ?? ''),
    column('Object', 0, target),
    column('Subobject', 1, (event) => event.involvedObject?.fieldPath ?? ''),
    column('Source', 1, source),
    column('Message', 0, (event) => (event.message ?? '').trim()),
    column('First Seen', 1, (event, now) => age(firstOf(event.firstTimestamp, event.eventTime) || null, now)),
    column('Count', 1, count),
    { ...column('Name', 1, (event) => event.metadata.name ?? ''), format: 'name' },
  ];
}
