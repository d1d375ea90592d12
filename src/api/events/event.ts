import { deepEqual } from '../../base/json.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { validateEvent } from '../core/event.ts';
import { eventColumns } from '../core/event-columns.ts';
import { defineKind } from '../generic.ts';
import { IMMUTABLE } from '../shared/checks.ts';

/** events.k8s.io name → core name. Fields that are named alike in both are not listed. */
const RENAMED: Readonly<Record<string, string>> = {
  regarding: 'involvedObject',
  note: 'message',
  reportingController: 'reportingComponent',
  deprecatedSource: 'source',
  deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp',
  deprecatedCount: 'count',
};
const RENAMED_BACK = Object.fromEntries(Object.entries(RENAMED).map(([to, from]) => [from, to]));
/** Fields that the two versions write even when they are empty. */
const CORE_ALWAYS = {
  involvedObject: {},
  source: {},
  firstTimestamp: null,
  lastTimestamp: null,
  eventTime: null,
  reportingComponent: '',
  reportingInstance: '',
};
const EVENTS_ALWAYS = {
  eventTime: null,
  deprecatedSource: {},
  deprecatedFirstTimestamp: null,
  deprecatedLastTimestamp: null,
  regarding: {},
};
const EMPTY = new Set<unknown>([undefined, null, '', 0]);

function rename(
  object: KubeObject,
  names: Readonly<Record<string, string>>,
  apiVersion: string,
  always: object,
): Draft {
  const out: Draft = { kind: 'Event', apiVersion, metadata: object.metadata };
  for (const [field, value] of Object.entries(object)) {
    if (field === 'apiVersion' || field === 'kind' || field === 'metadata') continue;
    if (field in always || !EMPTY.has(value)) out[names[field] ?? field] = value;
  }
  for (const [field, value] of Object.entries(always)) out[field] ??= value;
  return out;
}

/** As stored: core/v1. */
export function toCore(object: KubeObject): Draft {
  return rename(object, RENAMED, 'v1', CORE_ALWAYS);
}

/** As events.k8s.io/v1 shows it; empty regarding and reporting fields are left out. */
export function fromCore(object: KubeObject): Draft {
  const out = rename(object, RENAMED_BACK, 'events.k8s.io/v1', EVENTS_ALWAYS);
  for (const field of ['reportingController', 'reportingInstance']) if (out[field] === '') delete out[field];
  return out;
}

const asCore = (object: KubeObject): KubeObject => (object.apiVersion === 'v1' ? object : toCore(object));

function validateSeries(object: KubeObject, errors: FieldErrors): void {
  if (object.series === undefined) return;
  if ((object.series.count ?? 0) < 2) errors.invalid('series.count', '', 'should be at least 2');
  if ((object.series.lastObservedTime ?? null) === null) errors.required('series.lastObservedTime');
}

function validate(given: KubeObject, errors: FieldErrors): void {
  const object = asCore(given);
  validateEvent(object, errors, 'reportingController');
  validateSeries(object, errors);
  const unset = (path: string, empty: boolean): void => {
    if (!empty) errors.invalid(path, '', 'needs to be unset');
  };
  if ((object.eventTime ?? null) === null) errors.required('eventTime');
  if (object.type !== 'Normal' && object.type !== 'Warning') {
    errors.invalid('type', '', `has invalid value: ${object.type ?? ''}`);
  }
  unset('firstTimestamp', (object.firstTimestamp ?? null) === null);
  unset('lastTimestamp', (object.lastTimestamp ?? null) === null);
  unset('count', (object.count ?? 0) === 0);
  unset(
    'source',
    Object.values(object.source ?? {}).every((value) => value === ''),
  );
}

const FROZEN = [
  'involvedObject',
  'reason',
  'message',
  'source',
  'firstTimestamp',
  'lastTimestamp',
  'count',
  'type',
  'eventTime',
  'action',
  'related',
  'reportingComponent',
  'reportingInstance',
];

/** Only the series may change. */
function validateUpdate(given: KubeObject, before: KubeObject, errors: FieldErrors): void {
  const object = asCore(given);
  const old = asCore(before);
  validateEvent(object, errors, 'reportingController');
  if (object.series !== undefined || old.series !== undefined) validateSeries(object, errors);
  for (const field of FROZEN) {
    if (!deepEqual(object[field] ?? null, old[field] ?? null)) errors.invalid(field, object[field] ?? null, IMMUTABLE);
  }
}

const regarding = (field: string) => (object: KubeObject) => asCore(object).involvedObject?.[field] ?? '';

export const eventsEvent = defineKind({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  namespaced: true,
  createOnUpdate: true,
  secondVersion: { storedAs: '/v1/events', toStored: toCore, fromStored: fromCore },
  create: { validate },
  update: { validate: validateUpdate },
  selectableFields: {
    'regarding.kind': regarding('kind'),
    'regarding.namespace': regarding('namespace'),
    'regarding.name': regarding('name'),
    'regarding.uid': regarding('uid'),
    'regarding.apiVersion': regarding('apiVersion'),
    'regarding.resourceVersion': regarding('resourceVersion'),
    'regarding.fieldPath': regarding('fieldPath'),
    reason: (o) => o.reason ?? '',
    reportingController: (o) => asCore(o).reportingComponent ?? '',
    type: (o) => o.type ?? '',
  },
  columns: eventColumns(asCore),
});
