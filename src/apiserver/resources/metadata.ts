import { nameSuffix, type Random, uuid } from '../../base/random.ts';
import { rfc3339 } from '../../base/time.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject, OwnerReference } from '../../schema/object.ts';
import { badRequest } from '../../schema/status.ts';
import type { Call } from '../call.ts';

/** What a client may not choose is taken off a new object (api.md 4.1). */
export function wipeServerFields(draft: Draft): void {
  const meta = draft.metadata;
  delete meta.uid;
  delete meta.creationTimestamp;
  delete meta.deletionTimestamp;
  delete meta.deletionGracePeriodSeconds;
  delete meta.selfLink;
}

/** Namespace of the URL against that of the body; throws BadRequest where they differ. */
export function settleNamespace(call: Call, draft: Draft): void {
  if (!call.kind.definition.namespaced) {
    if (call.kind.definition.kind !== 'Namespace' || draft.metadata.namespace !== undefined)
      delete draft.metadata.namespace;
    return;
  }
  const given: string | undefined = draft.metadata.namespace;
  if (given !== undefined && given !== '' && given !== call.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  draft.metadata.namespace = call.namespace;
}

/** Name of the URL against that of the body, for updates. */
export function settleName(call: Call, draft: Draft): void {
  const given: string | undefined = draft.metadata.name;
  if (given !== undefined && given !== '' && given !== call.name) {
    throw badRequest(`the name of the object (${given}) does not match the name on the URL (${call.name})`);
  }
  if (given === undefined || given === '') draft.metadata.name = call.name;
}

const MAX_GENERATED_BASE = 58;

export function generatedName(base: string, random: Random): string {
  return base.slice(0, MAX_GENERATED_BASE) + nameSuffix(random);
}

export function fillSystemFields(draft: Draft, now: number, random: Random): void {
  draft.metadata.creationTimestamp = rfc3339(now);
  draft.metadata.uid = uuid(random);
}

/** Fields an update may leave out, taken from the live object; generation is the server's alone. */
export function restoreSystemFields(draft: Draft, old: KubeObject): void {
  const meta = draft.metadata;
  meta.uid ??= old.metadata.uid;
  meta.creationTimestamp ??= old.metadata.creationTimestamp;
  if (old.metadata.generation === undefined) delete meta.generation;
  else meta.generation = old.metadata.generation;
  if (meta.deletionTimestamp === undefined && old.metadata.deletionTimestamp !== undefined) {
    meta.deletionTimestamp = old.metadata.deletionTimestamp;
  }
  if (meta.deletionGracePeriodSeconds === undefined && old.metadata.deletionGracePeriodSeconds !== undefined) {
    meta.deletionGracePeriodSeconds = old.metadata.deletionGracePeriodSeconds;
  }
  if (old.metadata.generateName !== undefined && meta.generateName === undefined) {
    meta.generateName = old.metadata.generateName;
  }
  delete meta.selfLink;
}

const same = (a: OwnerReference, b: OwnerReference): boolean =>
  a.uid === b.uid && a.name === b.name && a.kind === b.kind && a.apiVersion === b.apiVersion;

/** Owner references occur once; the client is told (api.md 4.2). */
export function dedupeOwners(draft: Draft, warn: (text: string) => void): void {
  const owners: OwnerReference[] | undefined = draft.metadata.ownerReferences;
  if (owners === undefined || owners.length < 2) return;
  const kept: OwnerReference[] = [];
  const doubled = new Set<string>();
  for (const owner of owners) {
    if (kept.some((other) => same(owner, other))) doubled.add(owner.uid);
    else kept.push(owner);
  }
  if (doubled.size === 0) return;
  draft.metadata.ownerReferences = kept;
  warn(
    `.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${[...doubled].join(', ')}`,
  );
}
