import { type BodyFormat, bodyFormat, ParseError, parseBody, unrecognizedBody } from '../../schema/parse.ts';
import { badRequest, StatusError } from '../../schema/status.ts';
import type { StructInfo } from '../../schema/types.ts';
import type { Body } from '../call.ts';
import type { KindRegistry, ServedKind } from '../registry.ts';
import type { PatchKind } from '../resources/patch.ts';

const ACCEPTED = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
const ACCEPTED_CUSTOM = 'application/json, application/yaml';

function unsupported(accepted: string): StatusError {
  return new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted}`,
  );
}

/** Format of a request body. Throws 415. */
export function formatOfBody(contentType: string | undefined, custom = false): BodyFormat {
  const format = bodyFormat(contentType);
  if (format === null || (custom && format === 'protobuf')) throw unsupported(custom ? ACCEPTED_CUSTOM : ACCEPTED);
  return format;
}

/** A create or update body as JSON; `kindName` is what it should be. Throws BadRequest with Go's wording. */
export async function parseRequest(
  bytes: Buffer,
  contentType: string | undefined,
  expected: { readonly kind: string; readonly struct: StructInfo | undefined; readonly custom: boolean },
  kinds: KindRegistry,
): Promise<Body> {
  const format = formatOfBody(contentType, expected.custom);
  try {
    const parsed = await parseBody(bytes, format, {
      ...(expected.struct === undefined ? {} : { struct: expected.struct }),
      structFor: (apiVersion, kind) => kinds.findByKind(apiVersion, kind)?.definition.struct,
    });
    return { json: parsed.value, strictErrors: parsed.strictErrors, forms: parsed.forms };
  } catch (error) {
    if (error instanceof ParseError) throw badRequest(unrecognizedBody(error, expected.kind, bytes));
    throw error;
  }
}

const PATCH_KINDS: Readonly<Record<string, PatchKind>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** Kind of a patch by its Content-Type. Throws 415. */
export function patchKindOf(contentType: string | undefined, kind: ServedKind): PatchKind {
  const media = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
  const found = PATCH_KINDS[media];
  if (found === undefined) throw new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  if (found === 'strategic' && kind.custom !== null) {
    throw unsupported('application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml');
  }
  return found;
}

/** A patch document. Throws BadRequest for what is no JSON (or, for apply, no YAML). */
export async function parsePatch(bytes: Buffer, patch: PatchKind, struct: StructInfo): Promise<Body> {
  if (patch === 'apply') {
    try {
      const parsed = await parseBody(bytes, 'yaml', { struct });
      return { json: parsed.value, strictErrors: parsed.strictErrors };
    } catch (error) {
      throw badRequest(`error decoding YAML: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  try {
    const parsed = await parseBody(bytes, 'json', patch === 'json' ? {} : { struct });
    return { json: parsed.value, strictErrors: patch === 'json' ? [] : parsed.strictErrors };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return { json: lenientJson(bytes, error), strictErrors: [] };
  }
}

/** A patch needs no kind: errors about one are none. */
function lenientJson(bytes: Buffer, error: ParseError): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw badRequest(
      `error decoding patch: ${error.message.replace("couldn't get version/kind; json parse error: ", '')}`,
    );
  }
}
