import { compareText } from '../../base/json.ts';
import type { ManagedFieldsEntry } from '../object.ts';
import { StatusError } from '../status.ts';
import { type Entries, fieldsOf, identityOf } from './entries.ts';
import { type FieldSet, intersection, isEmpty, pathsOf } from './field-set.ts';

/** Paths another manager owns and this apply would change. */
export interface Conflict {
  readonly entry: ManagedFieldsEntry;
  readonly paths: FieldSet;
}

/** Conflicts with every other entry, sorted by manager. */
export function conflictsOf(others: Entries, changed: FieldSet | null): Conflict[] {
  if (changed === null) return [];
  return others
    .map((entry) => ({ entry, paths: intersection(fieldsOf(entry), changed) }))
    .filter(({ paths }) => !isEmpty(paths))
    .sort((a, b) => compareText(identityOf(a.entry), identityOf(b.entry)));
}

function managerText({ manager, subresource, operation, apiVersion }: ManagedFieldsEntry): string {
  const name = JSON.stringify(manager ?? '');
  const where =
    subresource === undefined || subresource === '' ? name : `${name} with subresource ${JSON.stringify(subresource)}`;
  return operation === 'Update' ? `${where} using ${apiVersion}` : where;
}

/** 409 with a cause per path (api.md 5.4). */
export function conflictStatus(conflicts: readonly Conflict[]): StatusError {
  const groups = conflicts.map(({ entry, paths }) => ({ manager: managerText(entry), paths: pathsOf(paths) }));
  const causes = groups.flatMap(({ manager, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${manager}`, field })),
  );
  if (causes.length === 1) {
    const only = causes[0]!;
    return new StatusError(409, 'Conflict', `Apply failed with 1 conflict: ${only.message}: ${only.field}`, { causes });
  }
  const lines = groups.flatMap(({ manager, paths }) => [
    `conflicts with ${manager}:`,
    ...paths.map((path) => `- ${path}`),
  ]);
  return new StatusError(409, 'Conflict', `Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`, {
    causes,
  });
}
