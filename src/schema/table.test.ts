import { expect, it } from 'vitest';
import { toTable } from './table.ts';

const object = {
  apiVersion: 'v1',
  kind: 'X',
  metadata: { name: 'a', resourceVersion: '7', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: {},
};

it('shows Name and Created At where a kind has no columns', () => {
  const table = toTable({}, [object], 0);
  expect(table.metadata).toEqual({ resourceVersion: '7' });
  expect(table.columnDefinitions?.map((c) => [c.name, c.type, c.format, c.priority])).toEqual([
    ['Name', 'string', 'name', 0],
    ['Created At', 'date', '', 0],
  ]);
  expect(table.rows).toEqual([
    {
      cells: ['a', '2026-01-01T00:00:00Z'],
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    },
  ]);
});

it('carries the object as asked for, conditions and list metadata', () => {
  const kind = {
    columns: [{ name: 'N', type: 'integer', priority: 1, cell: (_: unknown, now: number) => now }] as const,
    rowConditions: () => [{ type: 'Completed', status: 'True' }],
  };
  const table = toTable(kind, [object, object], 5, 'None', { resourceVersion: '9', continue: 'x' });
  expect(table.metadata).toEqual({ resourceVersion: '9', continue: 'x' });
  expect(table.rows[1]).toEqual({ cells: [5], conditions: [{ type: 'Completed', status: 'True' }], object: null });
  expect(toTable(kind, [object], 5, 'Object').rows[0]?.object).toBe(object);
});
