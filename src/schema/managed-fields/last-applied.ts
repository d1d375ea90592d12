import { canonicalJson, getOwn, isRecord, type JsonRecord } from '../../base/json.ts';
import { byteLength } from '../../base/names.ts';
import type { StructInfo } from '../types.ts';
import { compareObjects } from './compare.ts';
import { difference, EMPTY, type FieldSet } from './field-set.ts';
import { fieldSetOf } from './field-set-of.ts';
import { typingProblem } from './typing.ts';

/** Annotation of kubectl's client-side apply. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const MAX_ANNOTATION_BYTES = 256 * 1024;

function annotationsOf(object: JsonRecord): JsonRecord {
  const annotations = isRecord(object.metadata) ? object.metadata.annotations : null;
  return isRecord(annotations) ? annotations : {};
}

/** Paths kubectl applied from the client before and nobody has changed since: its server-side apply may take them over. */
export function takeoverPaths(struct: StructInfo, live: JsonRecord): FieldSet {
  const text = getOwn(annotationsOf(live), LAST_APPLIED);
  if (typeof text !== 'string' || text === '') return EMPTY;
  let applied: unknown;
  try {
    applied = JSON.parse(text);
  } catch {
    return EMPTY;
  }
  if (!isRecord(applied) || typingProblem(struct, applied) !== null) return EMPTY;
  const { changed, removed } = compareObjects(struct, applied, live);
  const set = fieldSetOf(struct, applied);
  return difference(difference(set, changed ?? EMPTY), removed ?? EMPTY);
}

/** The object with the annotation, if it has one, brought up to the applied configuration. */
export function refreshLastApplied(object: JsonRecord, config: JsonRecord): JsonRecord {
  const annotations = annotationsOf(object);
  const present = getOwn(annotations, LAST_APPLIED);
  if (typeof present !== 'string' || present === '') return object;
  const { managedFields: _managed, ...metadata } = isRecord(config.metadata) ? config.metadata : {};
  const { [LAST_APPLIED]: _previous, ...others } = annotationsOf(config);
  const shown = isRecord(metadata.annotations) ? { ...metadata, annotations: others } : metadata;
  const text = `${canonicalJson({ ...config, metadata: shown })}\n`;
  const next: JsonRecord = { ...annotations, [LAST_APPLIED]: text };
  let bytes = 0;
  for (const key of Object.keys(next)) bytes += byteLength(key) + byteLength(String(next[key]));
  if (bytes > MAX_ANNOTATION_BYTES) delete next[LAST_APPLIED];
  return { ...object, metadata: { ...(object.metadata as JsonRecord), annotations: next } };
}
