import { deepEqual } from '../../base/json.ts';
import { emptyToNull } from '../../schema/empty-collections.ts';
import { FieldErrors, invalidStatus } from '../../schema/field-errors.ts';
import type { Draft, UpdateStrategy } from '../../schema/kind.ts';
import { validateMetadataUpdate } from '../../schema/metadata.ts';
import type { KubeObject, ManagedFieldsEntry } from '../../schema/object.ts';
import { conflict, notFound, STALE_WRITE } from '../../schema/status.ts';
import type { Entry } from '../../store/store.ts';
import { StoreConflict } from '../../store/store.ts';
import type { Attributes } from '../admission/plugin.ts';
import type { Answer, Body, Call } from '../call.ts';
import { type Core, strategyContext } from '../core.ts';
import { objectKey, type ServedKind } from '../registry.ts';
import { NO_ALLOCATION } from './allocation.ts';
import { createDraft } from './create.ts';
import { decodeBody } from './decoding.ts';
import { encoder, finished, finishedEncoder } from './encode.ts';
import { bookUpdate } from './managers.ts';
import { dedupeOwners, restoreSystemFields, settleName, settleNamespace } from './metadata.ts';
import { validated } from './validate.ts';
import { servedBytes, toServed, toStored } from './versions.ts';

/** Makes the new object of a write from the live one (in the version of the request). The live one is frozen. */
export type Change = (live: KubeObject) => Draft;

/** Books the change on its field manager; apply does it in its own way. */
export type Book = (draft: Draft, live: KubeObject) => void;

/** Tries of a write whose body carries no resourceVersion, should admission have had to wait. */
const MAX_TRIES = 8;

/** PUT of the main resource or of a subresource that is an update of it. */
export function update(core: Core, call: Call, body: Body): Promise<Answer> {
  const entry = core.store.getPending<KubeObject>(objectKey(call.kind, call.namespace, call.name));
  const back = sendsBackSpec(call, body, entry?.value);
  // An empty spec holds its place.
  const read = back ? { ...body, json: { ...(body.json as object), spec: {} } } : body;
  const draft = decodeBody(read, call.kind.body, call, core.kinds);
  if (back) draft.spec = entry!.value.spec;
  settleName(call, draft);
  settleNamespace(call, draft);
  if (entry === null) return createByUpdate(core, call, draft);
  return change(core, call, () => {
    const fresh = { ...draft, metadata: { ...draft.metadata } };
    if (!back) call.kind.definition.defaults?.(fresh);
    return fresh;
  });
}

/**
 * A controller in this process that writes a status sends back the frozen spec it was given. When that is the very one that is stored
 * it need not be read, nor given defaults, again: this endpoint changes the status only.
 */
function sendsBackSpec({ kind, subresource }: Call, { json }: Body, live: KubeObject | undefined): boolean {
  if (subresource !== 'status' || kind.custom !== null || live?.spec === undefined) return false;
  return (json as Partial<KubeObject> | null)?.spec === live.spec;
}

async function createByUpdate(core: Core, call: Call, draft: Draft): Promise<Answer> {
  const { definition, subject } = call.kind;
  if (definition.createOnUpdate !== true || (call.subresource !== '' && call.subresource !== 'status')) {
    const uid: string | undefined = draft.metadata.uid;
    if (uid !== undefined && uid !== '') throw missingWithUid(call, uid);
    throw notFound(subject, call.name);
  }
  call.authorize?.('create', { group: subject.group, resource: subject.resource, subresource: '', name: call.name });
  definition.defaults?.(draft);
  return createDraft(core, call, draft, call.subresource === '' ? undefined : () => {});
}

export function missingWithUid(call: Call, uid: string): Error {
  return conflict(
    call.kind.subject,
    call.name,
    `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
  );
}

/** Read, change, check, write; again when somebody was faster and the request did not insist on a version. */
export async function change(core: Core, call: Call, make: Change, book?: Book): Promise<Answer> {
  const key = objectKey(call.kind, call.namespace, call.name);
  for (let attempt = 1; ; attempt++) {
    const entry = core.store.getPending<KubeObject>(key);
    if (entry === null) throw notFound(call.kind.subject, call.name);
    try {
      return await changeOnce(core, call, key, entry, make, book);
    } catch (error) {
      if (!(error instanceof StoreConflict)) throw error;
      if (attempt >= MAX_TRIES) throw conflict(call.kind.subject, call.name, STALE_WRITE);
    }
  }
}

async function changeOnce(
  core: Core,
  call: Call,
  key: string,
  entry: Entry<KubeObject>,
  make: Change,
  book: Book | undefined,
): Promise<Answer> {
  const { kind } = call;
  const live = toServed(kind, entry.value);
  const draft = make(live);
  if (kind.definition.namespaced) draft.metadata.namespace ??= call.namespace;
  checkIdentity(call, draft, live);
  dedupeOwners(draft, call.warn);
  if (book === undefined) bookUpdate(core, call, draft, live);
  else book(draft, live);
  if (kind.custom === null) emptyToNull(kind.definition.struct, draft);
  const attributes: Attributes = {
    core,
    operation: 'UPDATE',
    kind,
    namespace: call.namespace,
    name: call.name,
    subresource: call.subresource,
    object: draft,
    old: live,
    user: call.user,
    dryRun: call.dryRun,
    warn: call.warn,
  };
  core.admission.admit(attributes);
  const mutated = core.webhooks.mutate(attributes, () => core.admission.admit(attributes));
  if (mutated !== null) {
    await mutated;
    dedupeOwners(draft, call.warn);
    if (kind.custom === null) emptyToNull(kind.definition.struct, draft);
  }
  const stored = toStored(kind, draft);
  restoreSystemFields(stored, entry.value);
  prepare(core, call, stored, entry.value);
  const allocation = isMain(call) ? core.allocations.allocate(kind.stored, stored, entry.value) : NO_ALLOCATION;
  try {
    validate(core, call, stored, entry.value);
    const final = { ...attributes, object: stored, old: entry.value };
    core.admission.validate(final);
    const judged = core.webhooks.validate(final);
    if (judged !== null) await judged;
    core.admission.charge(final);
    const answer = await persist(core, call, key, entry, stored);
    if (call.dryRun) allocation.rollback();
    else allocation.commit();
    return answer;
  } catch (error) {
    allocation.rollback();
    throw error;
  }
}

/** uid and resourceVersion of the body against the live object. */
function checkIdentity(call: Call, draft: Draft, live: KubeObject): void {
  const { kind } = call;
  const uid: string | undefined = draft.metadata.uid;
  if (uid !== undefined && uid !== '' && uid !== live.metadata.uid) {
    throw conflict(kind.subject, call.name, uidMismatch(kind, call.namespace, call.name, uid, live.metadata.uid ?? ''));
  }
  const version: string | undefined = draft.metadata.resourceVersion;
  if (version !== undefined && version !== '' && version !== '0') {
    if (version !== live.metadata.resourceVersion) throw conflict(kind.subject, call.name, STALE_WRITE);
  } else if (kind.definition.unconditionalUpdate === false) {
    const errors = new FieldErrors();
    errors.invalid('metadata.resourceVersion', 0, 'must be specified for an update');
    throw invalidStatus({ group: kind.definition.group, kind: kind.definition.plural }, call.name, errors.list);
  }
}

/** Kinds whose key in upstream's storage is not their plural. */
const REGISTRY_NAMES: Readonly<Record<string, string>> = {
  ReplicationController: 'controllers',
  Node: 'minions',
  Service: 'services/specs',
};

export function uidMismatch(kind: ServedKind, namespace: string, name: string, wanted: string, actual: string): string {
  const path = `${REGISTRY_NAMES[kind.definition.kind] ?? kind.definition.plural}${namespace === '' ? '' : `/${namespace}`}/${name}`;
  return `StorageError: invalid object, Code: 4, Key: /registry/${path}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${actual}`;
}

/** Scale is a way to write the main resource. */
const isMain = (call: Call): boolean => call.subresource === '' || call.subresource === 'scale';

function strategyOf(call: Call): UpdateStrategy | undefined {
  const { definition } = call.kind;
  if (isMain(call)) return definition.update ?? call.kind.stored.definition.update;
  if (call.subresource === 'status') return definition.status ?? call.kind.stored.definition.status;
  return definition.subresources?.[call.subresource]?.strategy;
}

function keepAllBut(stored: Draft, old: KubeObject, field: string): void {
  for (const key in stored) if (key !== field && key !== 'metadata' && !(key in old)) delete stored[key];
  for (const key in old) if (key !== field && key !== 'metadata') stored[key] = old[key];
}

/** Each endpoint keeps what it does not own (api.md 4.3), then the kind has its say. */
function prepare(core: Core, call: Call, stored: Draft, old: KubeObject): void {
  const { definition } = call.kind.stored;
  if (call.subresource === 'status') keepAllBut(stored, old, 'status');
  else if (isMain(call) && definition.status !== undefined) {
    if (old.status === undefined) delete stored.status;
    else stored.status = old.status;
  }
  const strategy = strategyOf(call);
  strategy?.prepare?.(stored, old, strategyContext(core, call.user, call.dryRun));
  const counted = definition.generation === true && isMain(call) && strategy?.prepare === undefined;
  if (counted && contentDiffers(stored, old)) stored.metadata.generation = (old.metadata.generation ?? 0) + 1;
}

const NOT_CONTENT: ReadonlySet<string> = new Set(['metadata', 'status', 'kind', 'apiVersion']);

function contentDiffers(stored: Draft, old: KubeObject): boolean {
  for (const key of new Set([...Object.keys(stored), ...Object.keys(old)])) {
    if (!NOT_CONTENT.has(key) && !deepEqual(stored[key], old[key])) return true;
  }
  return false;
}

function validate(core: Core, call: Call, stored: Draft, old: KubeObject): void {
  const object = stored as unknown as KubeObject;
  const strategy = strategyOf(call);
  const context = strategyContext(core, call.user, call.dryRun);
  validated(call.kind, call.name, (errors) => {
    validateMetadataUpdate(object, old, call.kind.definition, errors);
    strategy?.validate?.(object, old, errors, context);
  });
  for (const text of strategy?.warnings?.(object, old, context) ?? []) call.warn(text);
}

/** Equal apart from times in managedFields: such a write stores nothing (api.md 4.3). */
export function unchanged(next: KubeObject, old: KubeObject): boolean {
  for (const key of Object.keys(next)) if (key !== 'metadata' && !deepEqual(next[key], old[key])) return false;
  for (const key of Object.keys(old)) if (!(key in next)) return false;
  const { managedFields: nextFields = [], resourceVersion: _next, ...nextMeta } = next.metadata;
  const { managedFields: oldFields = [], resourceVersion: _old, ...oldMeta } = old.metadata;
  if (!deepEqual(nextMeta, oldMeta) || nextFields.length !== oldFields.length) return false;
  const timeless = ({ time: _time, ...rest }: ManagedFieldsEntry): object => rest;
  return nextFields.every((field, i) => field === oldFields[i] || deepEqual(timeless(field), timeless(oldFields[i]!)));
}

async function persist(core: Core, call: Call, key: string, entry: Entry<KubeObject>, stored: Draft): Promise<Answer> {
  const { kind } = call;
  const old = entry.value;
  const next = finished(kind.stored, stored, old.metadata.resourceVersion ?? '');
  const expectation = { kind: 'revision', revision: entry.revision } as const;
  if (releasedByUpdate(next, old)) {
    if (!call.dryRun) {
      const last = await core.store.delete<KubeObject>(key, expectation, encoder(kind.stored, old));
      core.allocations.release(kind.stored, last.value);
    }
    return { code: 200, object: toServed(kind, next), bytes: null };
  }
  if (unchanged(next, old)) {
    if (!call.dryRun) await core.store.settled(entry.revision);
    return { code: 200, object: toServed(kind, old), bytes: servedBytes(kind, entry) };
  }
  if (call.dryRun) return { code: 200, object: toServed(kind, next), bytes: null };
  const written = await core.store.put<KubeObject>(key, expectation, finishedEncoder(next));
  return { code: 200, object: toServed(kind, written.value), bytes: servedBytes(kind, written) };
}

/** The last finalizer went off an object whose deletion was only waiting for that. */
function releasedByUpdate(next: KubeObject, old: KubeObject): boolean {
  if (next.metadata.deletionTimestamp === undefined || (next.metadata.deletionGracePeriodSeconds ?? 0) > 0)
    return false;
  if ((next.metadata.finalizers ?? []).length > 0) return false;
  if (next.kind === 'Namespace') return (next.spec?.finalizers ?? []).length === 0;
  return (old.metadata.finalizers ?? []).length > 0 || old.metadata.deletionGracePeriodSeconds === 0;
}
