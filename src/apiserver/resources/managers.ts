import { rfc3339 } from '../../base/time.ts';
import type { Draft } from '../../schema/kind.ts';
import { trackUpdate } from '../../schema/managed-fields/track-update.ts';
import type { KubeObject, ManagedFieldsEntry } from '../../schema/object.ts';
import type { Call } from '../call.ts';
import type { Core } from '../core.ts';

/** Paths an endpoint never owns (api.md 5.4). */
export function resetPaths(call: Call): readonly (readonly string[])[] {
  const { definition } = call.kind;
  const own = definition.resetFields?.[call.subresource === '' ? 'main' : call.subresource];
  if (own !== undefined) return own;
  if (call.subresource === 'status') return [['spec']];
  return call.subresource === '' && definition.status !== undefined ? [['status']] : [];
}

/** Entries of scale lose their time on the way from Scale to its parent, upstream too. */
function untimed(entry: ManagedFieldsEntry): ManagedFieldsEntry {
  if (entry.subresource !== 'scale') return entry;
  const { time: _time, ...rest } = entry;
  return rest;
}

/** Books a create, update or patch on its field manager. */
export function bookUpdate(core: Core, call: Call, draft: Draft, before: KubeObject | null): void {
  if (!core.managedFields) return;
  const managedFields = trackUpdate({
    struct: call.kind.definition.struct,
    before,
    after: draft,
    manager: call.manager,
    apiVersion: call.kind.apiVersion,
    subresource: call.subresource,
    now: rfc3339(core.clock.now()),
    reset: resetPaths(call),
  });
  if (managedFields.length === 0) delete draft.metadata.managedFields;
  else draft.metadata.managedFields = call.subresource === 'scale' ? managedFields.map(untimed) : managedFields;
}
