import { isRecord } from '../../base/json.ts';
import { parseTime, rfc3339 } from '../../base/time.ts';
import { FieldErrors, invalidStatus } from '../../schema/field-errors.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { conflict, forbidden, notFound, type Status, StatusError } from '../../schema/status.ts';
import type { Entry } from '../../store/store.ts';
import { StoreConflict } from '../../store/store.ts';
import type { Answer, Call } from '../call.ts';
import type { Core } from '../core.ts';
import { objectKey, storePrefix } from '../registry.ts';
import { encoder, finished } from './encode.ts';
import { servedBytes, toServed } from './versions.ts';

export type Propagation = 'Foreground' | 'Background' | 'Orphan';

/** `DeleteOptions` after parsing; see `deleteOptions`. */
export interface Deletion {
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: Propagation | undefined;
  readonly orphanDependents?: boolean | undefined;
  readonly preconditions?:
    | { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined }
    | undefined;
}

/** Held by a CustomResourceDefinition while its objects are being deleted. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

const POLICIES: readonly string[] = ['Foreground', 'Background', 'Orphan'];

/** Checks a DeleteOptions body (already decoded) and gives its meaning. Throws Invalid (422). */
export function deletionOf(json: unknown): Deletion {
  const options = isRecord(json) ? json : {};
  const errors = new FieldErrors();
  const policy = options.propagationPolicy;
  if (policy !== undefined && policy !== null && !POLICIES.includes(String(policy))) {
    errors.add(
      'notSupported',
      'propagationPolicy',
      policy,
      'supported values: "Foreground", "Background", "Orphan", "nil"',
    );
  } else if (policy !== undefined && policy !== null && typeof options.orphanDependents === 'boolean') {
    errors.invalid('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set');
  }
  if (errors.list.length > 0) throw invalidStatus({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', errors.list);
  const preconditions = isRecord(options.preconditions) ? options.preconditions : undefined;
  return {
    gracePeriodSeconds: typeof options.gracePeriodSeconds === 'number' ? options.gracePeriodSeconds : undefined,
    propagationPolicy: (policy ?? undefined) as Propagation | undefined,
    orphanDependents: typeof options.orphanDependents === 'boolean' ? options.orphanDependents : undefined,
    preconditions:
      preconditions === undefined
        ? undefined
        : {
            uid: preconditions.uid as string | undefined,
            resourceVersion: preconditions.resourceVersion as string | undefined,
          },
  };
}

/** DELETE of one object (api.md 4.6). */
export async function remove(core: Core, call: Call, deletion: Deletion): Promise<Answer> {
  const key = objectKey(call.kind, call.namespace, call.name);
  for (;;) {
    const entry = core.store.getPending<KubeObject>(key);
    if (entry === null) throw notFound(call.kind.subject, call.name);
    try {
      return await removeOnce(core, call, key, entry, deletion);
    } catch (error) {
      if (!(error instanceof StoreConflict)) throw error;
    }
  }
}

function checkPreconditions(call: Call, old: KubeObject, deletion: Deletion): void {
  const { uid, resourceVersion } = deletion.preconditions ?? {};
  const subject = { group: '', resource: call.kind.definition.kind };
  if (uid !== undefined && uid !== old.metadata.uid) {
    throw conflict(
      subject,
      call.name,
      `the UID in the precondition (${uid}) does not match the UID in record (${old.metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== old.metadata.resourceVersion) {
    throw conflict(
      subject,
      call.name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${old.metadata.resourceVersion}). The object might have been modified`,
    );
  }
}

/** Finalizers after the propagation policy had its say. */
function finalizersFor(call: Call, old: KubeObject, deletion: Deletion): readonly string[] {
  const before = old.metadata.finalizers ?? [];
  const policy = policyOf(call, before, deletion);
  if (policy === null) return before;
  const rest = before.filter((name) => name !== 'orphan' && name !== 'foregroundDeletion');
  if (policy === 'Orphan') return [...rest, 'orphan'];
  return policy === 'Foreground' ? [...rest, 'foregroundDeletion'] : rest;
}

function policyOf(call: Call, finalizers: readonly string[], deletion: Deletion): Propagation | null {
  if (call.kind.stored.definition.kind === 'Event') return null;
  if (deletion.propagationPolicy !== undefined) return deletion.propagationPolicy;
  if (deletion.orphanDependents !== undefined) return deletion.orphanDependents ? 'Orphan' : 'Background';
  if (finalizers.includes('orphan') || finalizers.includes('foregroundDeletion')) return null;
  return call.kind.definition.defaultPropagation ?? 'Background';
}

/** A definition with objects waits until they are gone. */
function cleanupOf(core: Core, call: Call, old: KubeObject): readonly string[] {
  if (call.kind.definition.kind !== 'CustomResourceDefinition') return [];
  if ((old.metadata.finalizers ?? []).includes(CLEANUP_FINALIZER)) return [];
  return core.store.count(storePrefix(old.spec.group, old.spec.names.plural)) === 0 ? [] : [CLEANUP_FINALIZER];
}

/** Seconds of grace of this request, or null for a kind without graceful deletion. */
function graceOf(call: Call, old: KubeObject, deletion: Deletion): number | null {
  const grace = call.kind.stored.definition.graceSeconds;
  if (grace === undefined) return null;
  const requested = deletion.gracePeriodSeconds;
  return Math.max(0, grace(old, requested !== undefined && requested < 0 ? 1 : requested));
}

async function removeOnce(
  core: Core,
  call: Call,
  key: string,
  entry: Entry<KubeObject>,
  deletion: Deletion,
): Promise<Answer> {
  const old = entry.value;
  checkPreconditions(call, old, deletion);
  const attributes = {
    core,
    operation: 'DELETE',
    kind: call.kind,
    namespace: call.namespace,
    name: call.name,
    subresource: '',
    object: null,
    old,
    user: call.user,
    dryRun: call.dryRun,
    warn: call.warn,
  } as const;
  core.admission.admit(attributes);
  core.admission.validate(attributes);
  const heard = core.webhooks.mutate(attributes, () => {});
  if (heard !== null) await heard;
  const judged = core.webhooks.validate(attributes);
  if (judged !== null) await judged;
  if (call.kind.definition.kind === 'Namespace' && call.kind.definition.group === '') {
    return removeNamespace(core, call, key, entry, deletion);
  }
  const finalizers = [...finalizersFor(call, old, deletion), ...cleanupOf(core, call, old)];
  const grace = graceOf(call, old, deletion);
  const waits = finalizers.length > 0 || (grace !== null && grace > 0);
  if (!waits) return removeNow(core, call, key, entry, grace !== null);
  return markDeleted(core, call, key, entry, finalizers, grace);
}

const expectation = (entry: Entry) => ({ kind: 'revision', revision: entry.revision }) as const;

/** Sets what says "being deleted", or shortens the grace that runs already. */
async function markDeleted(
  core: Core,
  call: Call,
  key: string,
  entry: Entry<KubeObject>,
  finalizers: readonly string[],
  grace: number | null,
): Promise<Answer> {
  const { kind } = call;
  const old = entry.value;
  const now = core.clock.now();
  const metadata: Record<string, unknown> = { ...old.metadata };
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
  const before = old.metadata.deletionTimestamp;
  const oldGrace = old.metadata.deletionGracePeriodSeconds ?? 0;
  if (before === undefined) {
    metadata.deletionTimestamp = rfc3339(now + (grace ?? 0) * 1000);
    metadata.deletionGracePeriodSeconds = grace ?? 0;
    if ((old.metadata.generation ?? 0) > 0) metadata.generation = old.metadata.generation! + 1;
  } else if (grace !== null && grace < oldGrace) {
    const asked = parseTime(before) - oldGrace * 1000;
    const late = asked + grace * 1000 < now;
    const rest = late && grace > 0 ? 1 : grace;
    metadata.deletionTimestamp = rfc3339(late ? now + rest * 1000 : asked + grace * 1000);
    metadata.deletionGracePeriodSeconds = rest;
  }
  const next = finished(kind.stored, { ...old, metadata } as unknown as Draft, old.metadata.resourceVersion ?? '');
  if (call.dryRun) return { code: 200, object: toServed(kind, next), bytes: null };
  if (before !== undefined && sameDeletion(next, old)) {
    await core.store.settled(entry.revision);
    return { code: 200, object: toServed(kind, old), bytes: servedBytes(kind, entry) };
  }
  const written = await core.store.put<KubeObject>(key, expectation(entry), encoder(kind.stored, next));
  return { code: 200, object: toServed(kind, written.value), bytes: servedBytes(kind, written) };
}

function sameDeletion(next: KubeObject, old: KubeObject): boolean {
  const a = next.metadata;
  const b = old.metadata;
  return (
    a.deletionTimestamp === b.deletionTimestamp &&
    a.deletionGracePeriodSeconds === b.deletionGracePeriodSeconds &&
    (a.finalizers ?? []).join() === (b.finalizers ?? []).join()
  );
}

/** Takes the object away and answers it, or a Status, as the kind wants (api.md 4.6). */
async function removeNow(
  core: Core,
  call: Call,
  key: string,
  entry: Entry<KubeObject>,
  graceful: boolean,
): Promise<Answer> {
  const { kind } = call;
  const old = entry.value;
  const marked =
    graceful && !(old.metadata.deletionTimestamp !== undefined && !old.metadata.deletionGracePeriodSeconds);
  const last = finished(kind.stored, marked ? endOfGrace(core, old) : old, old.metadata.resourceVersion ?? '');
  let gone = last;
  if (!call.dryRun) {
    if (marked) {
      // Watchers see the end of the grace period first. Both writes go in one batch; the second tells of both.
      core.store.put<KubeObject>(key, expectation(entry), encoder(kind.stored, last)).catch(() => {});
    }
    const current = marked ? core.store.getPending<KubeObject>(key) : entry;
    gone = (await core.store.delete<KubeObject>(key, expectation(current ?? entry), encoder(kind.stored, last))).value;
    core.allocations.release(kind.stored, gone);
  }
  if (kind.definition.returnsDeleted === true) return { code: 200, object: toServed(kind, gone), bytes: null };
  return { code: 200, object: deletedStatus(call, old) as unknown as KubeObject, bytes: null, foreign: true };
}

/** A graceful deletion whose time has come. */
function endOfGrace(core: Core, old: KubeObject): KubeObject {
  const generation = old.metadata.generation ?? 0;
  const started = old.metadata.deletionTimestamp !== undefined;
  const metadata = {
    ...old.metadata,
    ...(generation > 0 && !started ? { generation: generation + 1 } : {}),
    deletionTimestamp: rfc3339(core.clock.now()),
    deletionGracePeriodSeconds: 0,
  };
  return { ...old, metadata };
}

function deletedStatus(call: Call, old: KubeObject): Status {
  const { group, resource } = call.kind.subject;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: call.name,
      ...(group === '' ? {} : { group }),
      kind: resource,
      ...(old.metadata.uid === undefined ? {} : { uid: old.metadata.uid }),
    },
  };
}

/** A namespace goes in two steps: marked here, removed by the last finalizer. */
async function removeNamespace(
  core: Core,
  call: Call,
  key: string,
  entry: Entry<KubeObject>,
  deletion: Deletion,
): Promise<Answer> {
  const old = entry.value;
  const ownFinalizers: readonly string[] = old.spec?.finalizers ?? [];
  const finalizers = finalizersFor(call, old, deletion);
  if (ownFinalizers.length === 0 && finalizers.length === 0) return removeNow(core, call, key, entry, false);
  if (old.metadata.deletionTimestamp !== undefined) {
    if (ownFinalizers.length > 0) {
      throw new StatusError(
        409,
        'Conflict',
        `Operation cannot be fulfilled on namespaces "${call.name}": The system is ensuring all content is removed from this namespace.  Upon completion, this namespace will automatically be purged by the system.`,
        { name: call.name, kind: 'namespaces' },
      );
    }
    return { code: 200, object: old, bytes: entry.bytes };
  }
  const marked: KubeObject = { ...old, status: { ...old.status, phase: 'Terminating' } };
  return markDeleted(core, call, key, { ...entry, value: marked, bytes: entry.bytes }, finalizers, 0);
}

/** Namespaces the cluster cannot do without. */
export function refuseSystemNamespace(name: string): void {
  if (name === 'default' || name === 'kube-system' || name === 'kube-public') {
    throw forbidden({ group: '', resource: 'namespaces' }, name, 'this namespace may not be deleted');
  }
}
