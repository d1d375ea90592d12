import { deepEqual } from '../../base/json.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { IMMUTABLE } from './checks.ts';

/** Takes a field from the stored object, or removes it. */
export function keepOld(draft: Draft, old: KubeObject, field: string): void {
  if (old[field] === undefined) delete draft[field];
  else draft[field] = old[field];
}

/**
 * `metadata.generation` of an update: the old one, plus one when `changed`. What the client sends never counts
 * (api.md 4.2). `changed` is by default: spec differs.
 */
export function carryGeneration(draft: Draft, old: KubeObject, changed = !deepEqual(draft.spec, old.spec)): void {
  const before = old.metadata.generation;
  if (changed) draft.metadata.generation = (before ?? 0) + 1;
  else if (before === undefined) delete draft.metadata.generation;
  else draft.metadata.generation = before;
}

/** `/status` of a kind with a generation: spec and generation stay. */
export function takeStatusOnly(draft: Draft, old: KubeObject): void {
  keepOld(draft, old, 'spec');
  carryGeneration(draft, old, false);
}

/** `/status` of kinds whose metadata belongs to the main endpoint alone, but for what the server keeps there itself. */
export function takeStatusAlone(draft: Draft, old: KubeObject): void {
  keepOld(draft, old, 'spec');
  const { managedFields, resourceVersion } = draft.metadata;
  draft.metadata = { ...old.metadata };
  if (managedFields !== undefined) draft.metadata.managedFields = managedFields;
  if (resourceVersion !== undefined) draft.metadata.resourceVersion = resourceVersion;
}

/** The main endpoint of most kinds: status stays, generation follows spec. */
export function takeAllButStatus(draft: Draft, old: KubeObject): void {
  keepOld(draft, old, 'status');
  carryGeneration(draft, old);
}

export function validateImmutable(value: unknown, old: unknown, field: string, errors: FieldErrors): void {
  if (!deepEqual(value, old)) errors.invalid(field, value ?? null, IMMUTABLE);
}
