import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { nonNegative, validateLabelName } from '../shared/checks.ts';
import { AGE, integer, NAME } from '../shared/columns.ts';
import type { Json } from '../shared/json.ts';
import { validateImmutable } from '../shared/transitions.ts';
import { validateDriverName } from '../shared/volume-sources.ts';

const MAX_ID_BYTES = 192;

function validateDriver(driver: Json, field: string, seen: Set<string>, errors: FieldErrors): void {
  const name: string = driver.name ?? '';
  validateDriverName(name, `${field}.name`, errors);
  const id: string = driver.nodeID ?? '';
  if (id === '') errors.required(`${field}.nodeID`);
  else if (Buffer.byteLength(id) > MAX_ID_BYTES) {
    errors.invalid(`${field}.nodeID`, id, `must be ${MAX_ID_BYTES} characters or less`);
  }
  if (driver.allocatable?.count !== undefined)
    nonNegative(driver.allocatable.count, `${field}.allocatable.count`, errors);
  const keys = new Set<string>();
  for (const [i, key] of (driver.topologyKeys ?? []).entries()) {
    if (key === '') errors.required(`${field}.topologyKeys[${i}]`);
    else validateLabelName(key, `${field}.topologyKeys[${i}]`, errors);
    if (keys.has(key)) errors.duplicate(`${field}.topologyKeys[${i}]`, key);
    keys.add(key);
  }
  if (seen.has(name)) errors.duplicate(`${field}.name`, name);
  seen.add(name);
}

function validate(object: KubeObject, errors: FieldErrors): void {
  const seen = new Set<string>();
  for (const [i, driver] of (object.spec?.drivers ?? []).entries()) {
    validateDriver(driver, `spec.drivers[${i}]`, seen, errors);
  }
}

/** A driver that stays may only change how many volumes it can attach. */
function validateUpdate(object: KubeObject, old: KubeObject, errors: FieldErrors): void {
  validate(object, errors);
  for (const [i, driver] of (object.spec?.drivers ?? []).entries()) {
    const before = (old.spec?.drivers ?? []).find((other: Json) => other.name === driver.name);
    if (before === undefined) continue;
    const { allocatable: _now, ...fixed } = driver;
    const { allocatable: _then, ...was } = before;
    validateImmutable(fixed, was, `spec.drivers[${i}]`, errors);
  }
}

export const csiNode = defineKind({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSINode',
  plural: 'csinodes',
  namespaced: false,
  returnsDeleted: true,
  unconditionalUpdate: false,
  create: { validate },
  update: { validate: validateUpdate },
  columns: [NAME, integer('Drivers', (o) => (o.spec?.drivers ?? []).length), AGE],
});
