import { isRecord } from '../../base/json.ts';
import { rfc3339 } from '../../base/time.ts';
import type { Draft } from '../../schema/kind.ts';
import { serverSideApply } from '../../schema/managed-fields/server-side-apply.ts';
import type { KubeObject } from '../../schema/object.ts';
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMerge,
  checkJsonPatch,
  conversionError,
  invalidPatch,
  invalidStrategicPatch,
} from '../../schema/patch/index.ts';
import { badRequest, notFound, type StatusError } from '../../schema/status.ts';
import type { Answer, Body, Call } from '../call.ts';
import type { Core } from '../core.ts';
import { objectKey } from '../registry.ts';
import { createDraft } from './create.ts';
import { decodeRaw, errorText, judgeStrict } from './decoding.ts';
import { resetPaths } from './managers.ts';
import { change, missingWithUid } from './update.ts';

export type PatchKind = 'json' | 'merge' | 'strategic' | 'apply';

/** The request of a patch; `force` only for apply. */
export interface Patch {
  readonly kind: PatchKind;
  readonly body: Body;
  readonly force: boolean;
}

function patched(call: Call, live: KubeObject, patch: Patch): unknown {
  if (patch.kind === 'json') return applyJsonPatch(live, checkJsonPatch(patch.body.json));
  if (patch.kind === 'merge') return applyMergePatch(live, patch.body.json);
  return applyStrategicMerge(live, patch.body.json, call.kind.definition.struct);
}

/** The patched document as Go prints it: a touched object has its keys sorted, and the root is always touched. */
function shownText(json: unknown): string {
  if (!isRecord(json)) return JSON.stringify(json);
  return JSON.stringify(
    Object.fromEntries(
      Object.keys(json)
        .sort()
        .map((key) => [key, json[key]]),
    ),
  );
}

/** The live object with the patch, decoded and defaulted. */
export function patchedDraft(call: Call, live: KubeObject, patch: Patch): Draft {
  const json = patched(call, live, patch);
  const refuse = (why: string): StatusError =>
    patch.kind === 'strategic' ? invalidStrategicPatch(patch.body.json, why) : invalidPatch(shownText(json), why);
  if (patch.kind === 'strategic') {
    const why = conversionError({ kind: 'struct', struct: call.kind.definition.struct }, patch.body.json);
    if (why !== null) throw refuse(why);
  }
  if (isRecord(json)) checkPatchedType(call, json, refuse);
  let decoded: ReturnType<typeof decodeRaw>;
  try {
    decoded = decodeRaw(json, call.kind.body);
  } catch (error) {
    throw refuse(errorText(error));
  }
  judgeStrict([...patch.body.strictErrors, ...decoded.unknown], call, refuse);
  const { draft } = decoded;
  checkPatchedName(call, draft);
  call.kind.definition.defaults?.(draft);
  return draft;
}

function checkPatchedType(call: Call, json: Record<string, unknown>, refuse: (why: string) => Error): void {
  const { definition, apiVersion } = call.kind;
  const { kind = definition.kind, apiVersion: version = apiVersion } = json;
  if (version === apiVersion && kind === definition.kind) return;
  throw refuse(
    `no kind "${String(kind)}" is registered for version "${String(version)}" in scheme "pkg/runtime/scheme.go:111"`,
  );
}

export function nameless(name: string): StatusError {
  return badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
}

function checkPatchedName(call: Call, draft: Draft): void {
  const { name, namespace } = draft.metadata;
  if (name === undefined || name === '') throw nameless(call.name);
  if (name !== call.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${call.name})`);
  }
  if (call.kind.definition.namespaced && namespace !== undefined && namespace !== call.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

/** PATCH of the main resource or of a subresource that is an update of it. */
export function patchObject(core: Core, call: Call, patch: Patch): Promise<Answer> {
  if (patch.kind === 'apply') return apply(core, call, patch);
  return change(core, call, (live) => patchedDraft(call, live, patch));
}

function applied(core: Core, call: Call, live: KubeObject | null, patch: Patch): Draft {
  const { object, managedFields } = serverSideApply({
    kind: call.kind.definition,
    struct: call.kind.definition.struct,
    live,
    patch: patch.body.json as Record<string, unknown>,
    manager: call.manager,
    apiVersion: call.kind.apiVersion,
    subresource: call.subresource,
    force: patch.force,
    now: rfc3339(core.clock.now()),
    reset: resetPaths(call),
  });
  const { draft } = decodeRaw(object, call.kind.body);
  call.kind.definition.defaults?.(draft);
  if (managedFields.length > 0) draft.metadata.managedFields = managedFields;
  else delete draft.metadata.managedFields;
  return draft;
}

/** Type and name of an applied configuration. Throws BadRequest. */
function checkApplyBody(call: Call, patch: Patch): void {
  const { json } = patch.body;
  if (json !== null && !isRecord(json)) {
    throw badRequest('error decoding YAML: json: cannot unmarshal array into Go value of type map[string]interface {}');
  }
  const { apiVersion = '', kind = '', metadata } = json ?? {};
  const version = String(apiVersion);
  if (version !== call.kind.apiVersion || kind !== call.kind.definition.kind) {
    throw badRequest(`invalid object type: ${version.includes('/') ? version : `/${version}`}, Kind=${String(kind)}`);
  }
  const name = isRecord(metadata) ? (metadata.name ?? '') : '';
  if (name === '') throw nameless(call.name);
  if (name !== call.name) {
    throw badRequest(`the name of the object (${String(name)}) does not match the name on the URL (${call.name})`);
  }
}

/** Server-side apply (KEP-555): creates what is missing. */
async function apply(core: Core, call: Call, patch: Patch): Promise<Answer> {
  judgeStrict(patch.body.strictErrors, call, (text) => badRequest(`error strict decoding YAML: ${text}`));
  checkApplyBody(call, patch);
  const { kind } = call;
  const known = core.store.getPending<KubeObject>(objectKey(kind, call.namespace, call.name)) !== null;
  if (known) {
    let managed: unknown;
    return change(
      core,
      call,
      (live) => {
        const draft = applied(core, call, live, patch);
        managed = draft.metadata.managedFields;
        return draft;
      },
      (draft) => {
        if (managed === undefined) delete draft.metadata.managedFields;
        else draft.metadata.managedFields = managed;
      },
    );
  }
  if (call.subresource !== '') throw notFound(kind.subject, call.name);
  const metadata = (patch.body.json as { metadata?: { uid?: string } }).metadata;
  if (metadata?.uid !== undefined) throw missingWithUid(call, metadata.uid);
  call.authorize?.('create', {
    group: kind.subject.group,
    resource: kind.subject.resource,
    subresource: '',
    name: call.name,
  });
  const draft = applied(core, call, null, patch);
  draft.metadata.name = call.name;
  return createDraft(core, call, draft, () => {});
}
