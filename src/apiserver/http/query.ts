import { FieldErrors, invalidStatus } from '../../schema/field-errors.ts';
import { badRequest } from '../../schema/status.ts';
import type { FieldValidation } from '../call.ts';
import { queryFlag } from '../request-info.ts';
import type { ListQuery } from '../resources/list-options.ts';

const VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn'];
const MAX_MANAGER = 128;

/** An integer parameter; absent and empty are undefined. Throws BadRequest with Go's text. */
export function integer(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

const flag = (query: URLSearchParams, name: string): boolean | undefined =>
  query.has(name) ? queryFlag(query.get(name)) : undefined;

export function listQuery(query: URLSearchParams): ListQuery {
  if (query.size === 0) return {};
  return {
    labelSelector: query.get('labelSelector') ?? undefined,
    fieldSelector: query.get('fieldSelector') ?? undefined,
    limit: integer(query, 'limit'),
    continue: query.get('continue') ?? undefined,
    resourceVersion: query.get('resourceVersion') ?? undefined,
    resourceVersionMatch: query.get('resourceVersionMatch') ?? undefined,
    sendInitialEvents: flag(query, 'sendInitialEvents'),
    allowWatchBookmarks: flag(query, 'allowWatchBookmarks'),
    timeoutSeconds: integer(query, 'timeoutSeconds'),
  };
}

export interface WriteQuery {
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
  readonly fieldManager: string;
  readonly force: boolean | undefined;
}

export type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions';

function checkDryRun(values: readonly string[], errors: FieldErrors): void {
  if (values.some((value) => value !== 'All')) {
    errors.add('notSupported', 'dryRun', values, 'supported values: "All"');
  }
}

function checkManager(manager: string, errors: FieldErrors): void {
  if (Buffer.byteLength(manager) > MAX_MANAGER) errors.tooLong('fieldManager', MAX_MANAGER);
  const bad = [...manager].findIndex((char) => !/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(char));
  if (bad >= 0) {
    const at = [...manager][bad]!.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    errors.invalid('fieldManager', manager, `invalid character U+${at} (at position ${bad})`);
  }
}

/** dryRun, fieldValidation, fieldManager, force of a write (api.md 1.3). Throws Invalid. */
export function writeQuery(query: URLSearchParams, kind: OptionsKind, apply = false): WriteQuery {
  if (query.size === 0 && !apply) {
    return { dryRun: false, fieldValidation: 'Warn', fieldManager: '', force: undefined };
  }
  const errors = new FieldErrors();
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  checkDryRun(dryRun, errors);
  const validation = query.get('fieldValidation') ?? '';
  const manager = query.get('fieldManager') ?? '';
  const force = flag(query, 'force');
  if (kind !== 'DeleteOptions') {
    if (kind === 'PatchOptions') {
      if (apply && manager === '') errors.required('fieldManager', 'is required for apply patch');
      if (!apply && force !== undefined) errors.forbidden('force', 'may not be specified for non-apply patch');
    }
    checkManager(manager, errors);
    if (!VALIDATIONS.includes(validation)) errors.notSupported('fieldValidation', validation, VALIDATIONS);
  }
  if (errors.list.length > 0) throw invalidStatus({ group: 'meta.k8s.io', kind }, '', errors.list);
  return {
    dryRun: dryRun.length > 0,
    fieldValidation: (validation === '' ? 'Warn' : validation) as FieldValidation,
    fieldManager: manager,
    force,
  };
}

/** Field manager of a request that names none: the program of its User-Agent. */
export function managerOf(userAgent: string | undefined): string {
  const program = (userAgent ?? '').split('/', 1)[0]!.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '');
  return program.slice(0, MAX_MANAGER) || 'unknown';
}
