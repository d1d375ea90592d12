import { emptyToNull } from '../../schema/empty-collections.ts';
import type { Draft } from '../../schema/kind.ts';
import { validateMetadata } from '../../schema/metadata.ts';
import type { KubeObject } from '../../schema/object.ts';
import { alreadyExists, StatusError } from '../../schema/status.ts';
import { StoreConflict } from '../../store/store.ts';
import type { Attributes } from '../admission/plugin.ts';
import type { Answer, Body, Call } from '../call.ts';
import { type Core, strategyContext } from '../core.ts';
import { objectKey } from '../registry.ts';
import { NO_ALLOCATION } from './allocation.ts';
import { decodeBody } from './decoding.ts';
import { encoder, finished } from './encode.ts';
import { bookUpdate } from './managers.ts';
import { dedupeOwners, fillSystemFields, generatedName, settleNamespace, wipeServerFields } from './metadata.ts';
import { validated } from './validate.ts';
import { servedBytes, toServed, toStored } from './versions.ts';

const NAME_TRIES = 8;

/** POST to a collection: decode, then everything up to the store (api.md 4.1). */
export function create(core: Core, call: Call, body: Body): Promise<Answer> {
  const draft = decodeBody(body, call.kind.body, call, core.kinds);
  call.kind.definition.defaults?.(draft);
  return createDraft(core, call, draft);
}

/** The way of a decoded and defaulted object into the store; also of a create by PUT or apply. */
export async function createDraft(
  core: Core,
  call: Call,
  draft: Draft,
  book: (draft: Draft) => void = (object) => bookUpdate(core, call, object, null),
): Promise<Answer> {
  const { kind } = call;
  settleNamespace(call, draft);
  refuseResourceVersion(draft);
  wipeServerFields(draft);
  dedupeOwners(draft, call.warn);
  book(draft);
  if (kind.custom === null) emptyToNull(kind.definition.struct, draft);
  const attributes = attributesOf(core, call, draft);
  core.admission.admit(attributes);
  const mutated = core.webhooks.mutate(attributes, () => core.admission.admit(attributes));
  if (mutated !== null) {
    await mutated;
    dedupeOwners(draft, call.warn);
    if (kind.custom === null) emptyToNull(kind.definition.struct, draft);
  }
  fillSystemFields(draft, core.clock.now(), core.random);
  const stored = toStored(kind, draft);
  // Strategies see the name: labels of a Job are made of it.
  nameIt(core, call, stored);
  prepare(core, call, stored);
  const context = strategyContext(core, call.user, call.dryRun);
  const strategy = kind.stored.definition.create;
  const own = kind.definition.create ?? strategy;
  const allocation = call.subresource === '' ? core.allocations.allocate(kind.stored, stored, null) : NO_ALLOCATION;
  try {
    validated(kind, stored.metadata.name ?? '', (errors) => {
      validateMetadata(stored as unknown as KubeObject, kind.definition, errors);
      own?.validate?.(stored as unknown as KubeObject, errors, context);
    });
    for (const text of own?.warnings?.(stored as unknown as KubeObject, context) ?? []) call.warn(text);
    const final = { ...attributes, name: stored.metadata.name, object: stored };
    core.admission.validate(final);
    const judged = core.webhooks.validate(final);
    if (judged !== null) await judged;
    core.admission.charge(final);
    const answer = await persist(core, call, stored);
    if (call.dryRun) allocation.rollback();
    else allocation.commit();
    return answer;
  } catch (error) {
    allocation.rollback();
    throw error;
  }
}

function refuseResourceVersion(draft: Draft): void {
  const version: unknown = draft.metadata.resourceVersion;
  if (version !== undefined && version !== '' && version !== '0') {
    throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created');
  }
  delete draft.metadata.resourceVersion;
}

function attributesOf(core: Core, call: Call, draft: Draft): Attributes {
  return {
    core,
    operation: 'CREATE',
    kind: call.kind,
    namespace: call.namespace,
    name: draft.metadata.name ?? '',
    subresource: call.subresource,
    object: draft,
    old: null,
    user: call.user,
    dryRun: call.dryRun,
    warn: call.warn,
  };
}

function prepare(core: Core, call: Call, stored: Draft): void {
  const { definition } = call.kind.stored;
  if (definition.status !== undefined && definition.keepsStatusOnCreate !== true) delete stored.status;
  if (definition.generation === true) stored.metadata.generation = 1;
  const strategy = call.kind.definition.create ?? definition.create;
  strategy?.prepare?.(stored, strategyContext(core, call.user, call.dryRun));
}

/** Draws a name for `generateName` that is not taken. */
function nameIt(core: Core, call: Call, stored: Draft): void {
  const base: string | undefined = stored.metadata.generateName;
  if ((stored.metadata.name ?? '') !== '' || base === undefined || base === '') return;
  for (let i = 0; i < NAME_TRIES; i++) {
    stored.metadata.name = generatedName(base, core.random);
    if (core.store.getPending(objectKey(call.kind, call.namespace, stored.metadata.name)) === null) return;
  }
  throw exhausted(call, stored.metadata.name);
}

/** No name made from `generateName` was free (api.md 1.5). */
function exhausted(call: Call, name: string): StatusError {
  const { subject } = call.kind;
  const { message, status } = alreadyExists(subject, name);
  return new StatusError(
    409,
    'AlreadyExists',
    `${message}, the server was not able to generate a unique name for the object`,
    { ...status.details, retryAfterSeconds: 1 },
  );
}

function taken(call: Call, stored: Draft, current: KubeObject): StatusError {
  const name: string = stored.metadata.name;
  if ((stored.metadata.generateName ?? '') !== '') return exhausted(call, name);
  const error = alreadyExists(call.kind.subject, name);
  if (current.metadata.deletionTimestamp === undefined) return error;
  return new StatusError(409, 'AlreadyExists', `object is being deleted: ${error.message}`, error.status.details);
}

async function persist(core: Core, call: Call, stored: Draft): Promise<Answer> {
  const { kind } = call;
  const name: string = stored.metadata.name;
  const key = objectKey(kind, call.namespace, name);
  if (kind.definition.persisted === false) return { code: 201, object: finished(kind, stored, ''), bytes: null };
  if (call.dryRun) {
    const current = core.store.getPending<KubeObject>(key);
    if (current !== null) throw taken(call, stored, current.value);
    return { code: 201, object: toServed(kind, finished(kind.stored, stored, '')), bytes: null };
  }
  try {
    const entry = await core.store.put<KubeObject>(key, { kind: 'absent' }, encoder(kind.stored, stored));
    return { code: 201, object: toServed(kind, entry.value), bytes: servedBytes(kind, entry) };
  } catch (error) {
    if (error instanceof StoreConflict && error.current !== null) {
      throw taken(call, stored, error.current.value as KubeObject);
    }
    throw error;
  }
}
