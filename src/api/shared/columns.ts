import { humanDuration, parseTime } from '../../base/time.ts';
import type { Column } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';

type Cell = Column['cell'];

/** What an empty cell reads. */
export const NONE = '<none>';

/** First column of nearly every table. */
export const NAME: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  cell: (object) => object.metadata.name ?? '',
};

/** Duration since `time`, `<unknown>` without one (api.md 6.1). */
export function age(time: string | null | undefined, now: number): string {
  return time === undefined || time === null || time === '' ? '<unknown>' : humanDuration(now - parseTime(time));
}

export const AGE: Column = {
  name: 'Age',
  type: 'string',
  cell: (object, now) => age(object.metadata.creationTimestamp, now),
};

/** Age column of kinds without a printer of their own. */
export const CREATED_AT: Column = {
  name: 'Created At',
  type: 'date',
  cell: (object) => object.metadata.creationTimestamp ?? null,
};

export const text = (name: string, cell: Cell): Column => ({
  name,
  type: 'string',
  cell,
});
export const wide = (name: string, cell: Cell): Column => ({
  name,
  type: 'string',
  priority: 1,
  cell,
});
export const integer = (name: string, cell: (object: KubeObject) => number): Column => ({
  name,
  type: 'integer',
  cell,
});
export const flag = (name: string, cell: (object: KubeObject) => boolean): Column => ({ name, type: 'boolean', cell });

/** The first `max` items joined by commas, then how many more there are; `none` for an empty list. */
export function listWithMore(items: readonly string[], max: number, none: string): string {
  const shown = items.slice(0, max).join(',');
  if (items.length > max) return `${shown} + ${items.length - max} more...`;
  return shown === '' ? none : shown;
}

/** `a=b,c=d`, keys sorted, `<none>` when empty. */
export function labelText(labels: Readonly<Record<string, string>> | undefined): string {
  const keys = Object.keys(labels ?? {}).sort();
  return keys.length === 0 ? '<none>' : keys.map((key) => `${key}=${labels![key]}`).join(',');
}
