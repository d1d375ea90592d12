import { isRecord } from '../../base/json.ts';
import { decodeObject } from '../../schema/decode.ts';
import type { Draft } from '../../schema/kind.ts';
import { groupVersion } from '../../schema/object.ts';
import { unknownFieldErrors } from '../../schema/parse.ts';
import type { NumberForm } from '../../schema/parse-json-details.ts';
import { badRequest, StatusError } from '../../schema/status.ts';
import type { BodyKind } from '../body-kind.ts';
import type { Body, Call } from '../call.ts';
import type { KindRegistry } from '../registry.ts';

const MAX_STRICT_ERRORS = 100;

/** Go package of the internal type, as conversion errors name it. */
function internalPackage(group: string): string {
  return group === '' ? 'core' : group.split('.')[0]!;
}

function checkTypeMeta(json: Record<string, unknown>, expected: BodyKind, kinds: KindRegistry): void {
  const wanted = groupVersion(expected.group, expected.version);
  const apiVersion = typeof json.apiVersion === 'string' && json.apiVersion !== '' ? json.apiVersion : wanted;
  const kind = typeof json.kind === 'string' && json.kind !== '' ? json.kind : expected.kind;
  if (apiVersion === wanted && kind === expected.kind) return;
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  const known = kinds.findByKind(apiVersion, kind);
  if (known !== null && kind === expected.kind && known.definition.group === expected.group) {
    throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${wanted})`);
  }
  const why =
    known === null || kind === expected.kind
      ? `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`
      : `converting (${version}.${kind}) to (${internalPackage(expected.group)}.${expected.kind}): unknown conversion`;
  throw badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${expected.kind}: ${why}`);
}

/** Text of a decoding failure, whatever threw it. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function strictText(errors: readonly string[]): string {
  return `strict decoding error: ${errors.slice(0, MAX_STRICT_ERRORS).join(', ')}`;
}

/** Strict errors as the request wants them: refused by `refuse`, told as warnings, or ignored. */
export function judgeStrict(errors: readonly string[], call: Call, refuse: (text: string) => StatusError): void {
  if (errors.length === 0 || call.fieldValidation === 'Ignore') return;
  if (call.fieldValidation === 'Strict') throw refuse(strictText(errors));
  for (const error of errors.slice(0, MAX_STRICT_ERRORS)) call.warn(error);
}

/** JSON to a draft of the kind: checked, pruned, not yet defaulted. Throws plain errors; nothing is wrapped. */
export function decodeRaw(
  json: unknown,
  expected: BodyKind,
  forms: readonly NumberForm[] = [],
): { draft: Draft; unknown: readonly string[] } {
  const source = isRecord(json) ? json : {};
  const decoded =
    expected.custom === null ? decodeObject(expected.struct, source, forms) : expected.custom.decode(source);
  const draft = decoded.object as Draft;
  draft.kind = expected.kind;
  draft.apiVersion = groupVersion(expected.group, expected.version);
  draft.metadata ??= {};
  return { draft, unknown: unknownFieldErrors(decoded.unknown) };
}

/** Decodes a request body, with the errors and strictness of a create or update. */
export function decodeBody(body: Body, expected: BodyKind, call: Call, kinds: KindRegistry): Draft {
  const json = isRecord(body.json) ? body.json : {};
  checkTypeMeta(json, expected, kinds);
  const refuse = (text: string): StatusError =>
    badRequest(
      `${expected.kind} in version ${JSON.stringify(expected.version)} cannot be handled as a ${expected.kind}: ${text}`,
    );
  let decoded: { draft: Draft; unknown: readonly string[] };
  try {
    decoded = decodeRaw(json, expected, body.forms);
  } catch (error) {
    throw error instanceof StatusError && error.code !== 400 ? error : refuse(errorText(error));
  }
  judgeStrict([...decoded.unknown, ...body.strictErrors], call, refuse);
  return decoded.draft;
}
