import { isRecord } from '../../base/json.ts';
import { decodeObject } from '../../schema/decode.ts';
import { FieldErrors, invalidStatus } from '../../schema/field-errors.ts';
import { ParseError, parseBody } from '../../schema/parse.ts';
import { badRequest } from '../../schema/status.ts';
import { structOf } from '../../schema/structure.ts';
import { queryFlag } from '../request-info.ts';
import { type Deletion, deletionOf } from '../resources/delete.ts';
import { formatOfBody } from './body.ts';
import { integer, writeQuery } from './query.ts';

const STRUCT = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';

/** DeleteOptions of a DELETE: the body when there is one, else the query (api.md 1.3). */
export async function deleteOptions(
  bytes: Buffer,
  contentType: string | undefined,
  query: URLSearchParams,
): Promise<{ readonly deletion: Deletion; readonly dryRun: boolean }> {
  if (bytes.length === 0) {
    const { dryRun } = writeQuery(query, 'DeleteOptions');
    return { deletion: deletionOf(fromQuery(query)), dryRun };
  }
  const json = await bodyOptions(bytes, contentType);
  const dryRun: unknown[] = Array.isArray(json.dryRun) ? json.dryRun : [];
  if (dryRun.some((value) => value !== 'All')) {
    const errors = new FieldErrors();
    errors.add('notSupported', 'dryRun', dryRun, 'supported values: "All"');
    throw invalidStatus({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', errors.list);
  }
  return { deletion: deletionOf(json), dryRun: dryRun.length > 0 };
}

function fromQuery(query: URLSearchParams): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  const grace = integer(query, 'gracePeriodSeconds');
  if (grace !== undefined) out.gracePeriodSeconds = grace;
  if (query.get('propagationPolicy')) out.propagationPolicy = query.get('propagationPolicy');
  if (query.has('orphanDependents')) out.orphanDependents = queryFlag(query.get('orphanDependents'));
  const uid = query.get('uid');
  const resourceVersion = query.get('resourceVersion');
  if (uid || (resourceVersion && resourceVersion !== '0')) {
    out.preconditions = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) };
  }
  return out;
}

async function bodyOptions(bytes: Buffer, contentType: string | undefined): Promise<Record<string, unknown>> {
  const struct = structOf(STRUCT);
  let parsed: Awaited<ReturnType<typeof parseBody>>;
  try {
    parsed = await parseBody(bytes, formatOfBody(contentType), { struct });
  } catch (error) {
    if (error instanceof ParseError) throw badRequest(error.message);
    throw error;
  }
  const { apiVersion, kind: name } = parsed;
  if (name !== '' && name !== 'DeleteOptions') {
    throw badRequest(
      `no kind ${JSON.stringify(name)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
    );
  }

  try {
    const { object } = decodeObject(struct, isRecord(parsed.value) ? parsed.value : {}, parsed.forms);
    return object as unknown as Record<string, unknown>;
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : String(error));
  }
}
