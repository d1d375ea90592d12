import { FieldErrors, invalidStatus } from '../../schema/field-errors.ts';
import { badRequest, StatusError } from '../../schema/status.ts';

/** Parameters of list and watch, as text where their meaning depends on the verb. */
export interface ListQuery {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly resourceVersionMatch?: string | undefined;
  readonly sendInitialEvents?: boolean | undefined;
  readonly allowWatchBookmarks?: boolean | undefined;
  readonly timeoutSeconds?: number | undefined;
}

const MATCHES = ['Exact', 'NotOlderThan', ''];

function throwIfAny(errors: FieldErrors): void {
  if (errors.list.length > 0) throw invalidStatus({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors.list);
}

/** Rules of api.md 3.1 for a list; throws Invalid or BadRequest. */
export function checkListQuery(query: ListQuery): void {
  const errors = new FieldErrors();
  const match = query.resourceVersionMatch ?? '';
  const version = query.resourceVersion ?? '';
  if (match !== '') {
    const field = 'resourceVersionMatch';
    if (version === '') errors.forbidden(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided');
    if ((query.continue ?? '') !== '') {
      errors.forbidden(field, 'resourceVersionMatch is forbidden when continue is provided');
    }
    if (!MATCHES.includes(match)) errors.notSupported(field, match, MATCHES);
    if (match === 'Exact' && version === '0') {
      errors.forbidden(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
    }
  }
  if (query.sendInitialEvents !== undefined) {
    errors.forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list');
  }
  throwIfAny(errors);
}

/** Rules of api.md 3.3 for a watch. */
export function checkWatchQuery(query: ListQuery): void {
  const errors = new FieldErrors();
  const match = query.resourceVersionMatch ?? '';
  const field = 'resourceVersionMatch';
  if (query.sendInitialEvents !== undefined && match === '') {
    errors.forbidden(field, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  } else if (match !== '') {
    if (query.sendInitialEvents === undefined) {
      errors.forbidden(field, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
    }
    if (match !== 'NotOlderThan') errors.notSupported(field, match, ['NotOlderThan']);
    if ((query.continue ?? '') !== '') {
      errors.forbidden(field, 'resourceVersionMatch is forbidden when continue is provided');
    }
  }
  throwIfAny(errors);
}

const versionError = (text: string): string =>
  `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;

function parse(text: string): number | null {
  return /^\d+$/.test(text) ? Number(text) : null;
}

/** Revision of a list or get parameter; 0 when absent. Throws BadRequest. */
export function listRevision(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  const revision = parse(text);
  if (revision === null) throw badRequest(`invalid resource version: ${versionError(text)}`);
  return revision;
}

/** As `listRevision`; a watch answers 500 to nonsense. */
export function watchRevision(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  const revision = parse(text);
  if (revision === null) throw new StatusError(500, '', versionError(text));
  return revision;
}

/** 504: the client has seen a later revision than this server holds (api.md 1.5). */
export function tooLargeRevision(asked: number, current: number): StatusError {
  return new StatusError(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}
