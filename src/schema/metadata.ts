import { compareText, deepEqual } from '../base/json.ts';
import { byteLength, dns1123Label, dns1123Subdomain, labelValue, pathSegment, qualifiedName } from '../base/names.ts';
import { FieldErrors } from './field-errors.ts';
import type { KindDefinition, NameRule } from './kind.ts';
import type { KubeObject, OwnerReference } from './object.ts';

/** Bytes of all annotation keys and values together. */
export const MAX_ANNOTATION_BYTES = 256 * 1024;
const STANDARD_FINALIZERS: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);
const IMMUTABLE = 'field is immutable';

type Texts = Readonly<Record<string, string>>;

/** A prefix that names will be generated from may end in a dash: the end is masked as upstream masks it. */
function maskTrailingDash(name: string): string {
  return name.endsWith('-') ? `${name.slice(0, Math.max(0, name.length - 2))}a` : name;
}

/** Messages of a name (or generateName prefix) by a kind's rule. */
export function nameMessages(rule: NameRule, name: string, prefix: boolean): readonly string[] {
  if (rule === 'path') return pathSegment(name, prefix);
  const checked = prefix ? maskTrailingDash(name) : name;
  if (rule === 'label') return dns1123Label(checked);
  return rule === 'subdomain' ? dns1123Subdomain(checked) : rule(checked);
}

function sortedKeys(texts: Texts): string[] {
  return Object.keys(texts).sort(compareText);
}

export function validateLabels(labels: Texts | undefined, field: string, errors: FieldErrors): void {
  if (labels === undefined) return;
  for (const key of sortedKeys(labels)) {
    for (const message of qualifiedName(key)) errors.invalid(field, key, message);
    for (const message of labelValue(labels[key]!)) errors.invalid(field, labels[key], message);
  }
}

export function validateAnnotations(annotations: Texts | undefined, field: string, errors: FieldErrors): void {
  if (annotations === undefined) return;
  let bytes = 0;
  for (const key of sortedKeys(annotations)) {
    for (const message of qualifiedName(key.toLowerCase())) errors.invalid(field, key, message);
    bytes += byteLength(key) + byteLength(annotations[key]!);
  }
  if (bytes > MAX_ANNOTATION_BYTES) errors.tooLong(field, MAX_ANNOTATION_BYTES);
}

/** Version of an apiVersion; empty when it is not one. */
function versionOf(apiVersion: string): string {
  const parts = apiVersion.split('/');
  return parts.length > 2 ? '' : parts[parts.length - 1]!;
}

function validateOwner(owner: OwnerReference, field: string, errors: FieldErrors): void {
  const { apiVersion = '', kind = '', name = '', uid = '' } = owner;
  if (versionOf(apiVersion) === '') errors.invalid(`${field}.apiVersion`, apiVersion, 'version must not be empty');
  if (kind === '') errors.invalid(`${field}.kind`, kind, 'must not be empty');
  if (name === '') errors.invalid(`${field}.name`, name, 'must not be empty');
  if (uid === '') errors.invalid(`${field}.uid`, uid, 'must not be empty');
  if (kind === 'Event' && apiVersion === 'v1') {
    errors.invalid(field, owner, '/v1, Kind=Event is disallowed from being an owner');
  }
}

function validateOwners(owners: readonly OwnerReference[] | undefined, field: string, errors: FieldErrors): void {
  let controller = '';
  for (const owner of owners ?? []) {
    validateOwner(owner, field, errors);
    if (owner.controller !== true) continue;
    const text = `${owner.kind}/${owner.name}`;
    if (controller === '') controller = text;
    else {
      const found = `Found "true" in references for ${controller} and ${text}`;
      errors.invalid(field, owners, `Only one reference can have Controller set to true. ${found}`);
    }
  }
}

function validateFinalizers(finalizers: readonly string[] | undefined, field: string, errors: FieldErrors): void {
  if (finalizers === undefined) return;
  for (const finalizer of finalizers) {
    for (const message of qualifiedName(finalizer)) errors.invalid(field, finalizer, message);
  }
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.invalid(field, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set');
  }
}

/** Built-in kinds take only well-known names without a prefix. */
function validateUnqualifiedFinalizers(object: KubeObject, errors: FieldErrors): void {
  object.metadata.finalizers?.forEach((finalizer, i) => {
    if (finalizer.includes('/') || STANDARD_FINALIZERS.has(finalizer)) return;
    const message = 'name is neither a standard finalizer name nor is it fully qualified';
    errors.invalid(`metadata.finalizers[${i}]`, finalizer, message);
  });
}

function isBuiltIn(apiVersion: string): boolean {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  return !group.includes('.') || group.endsWith('.k8s.io');
}

function validateCommon(object: KubeObject, errors: FieldErrors): void {
  const { metadata } = object;
  validateLabels(metadata.labels, 'metadata.labels', errors);
  validateAnnotations(metadata.annotations, 'metadata.annotations', errors);
  validateOwners(metadata.ownerReferences, 'metadata.ownerReferences', errors);
}

function validateAllFinalizers(object: KubeObject, errors: FieldErrors): void {
  validateFinalizers(object.metadata.finalizers, 'metadata.finalizers', errors);
  if (isBuiltIn(object.apiVersion)) validateUnqualifiedFinalizers(object, errors);
}

/**
 * Metadata of a new object, after a name has been generated (api.md 4.2). Errors are added in upstream's order and words.
 */
export function validateMetadata(
  object: KubeObject,
  kind: Pick<KindDefinition, 'namespaced' | 'nameRule'>,
  errors: FieldErrors,
): void {
  const { name = '', generateName = '', namespace = '', generation = 0 } = object.metadata;
  const rule = kind.nameRule ?? 'subdomain';
  if (generateName !== '') {
    for (const message of nameMessages(rule, generateName, true)) {
      errors.invalid('metadata.generateName', generateName, message);
    }
  }
  if (name === '') errors.required('metadata.name', 'name or generateName is required');
  else for (const message of nameMessages(rule, name, false)) errors.invalid('metadata.name', name, message);
  if (!kind.namespaced) {
    if (namespace !== '') errors.forbidden('metadata.namespace', 'not allowed on this type');
  } else if (namespace === '') errors.required('metadata.namespace');
  else for (const message of dns1123Label(namespace)) errors.invalid('metadata.namespace', namespace, message);
  if (generation < 0) errors.invalid('metadata.generation', generation, 'must be greater than or equal to 0');
  validateCommon(object, errors);
  validateAllFinalizers(object, errors);
}

const FIXED = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/** What may not change, whatever the kind. */
function validateFixed(object: KubeObject, old: KubeObject, errors: FieldErrors): void {
  const { metadata } = object;
  const before = old.metadata;
  if (before.deletionTimestamp !== undefined) {
    const known = new Set(before.finalizers);
    const added = [...new Set(metadata.finalizers)].filter((finalizer) => !known.has(finalizer)).sort(compareText);
    if (added.length > 0) {
      const list = `[]string{${added.map((finalizer) => JSON.stringify(finalizer)).join(', ')}}`;
      const message = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
      errors.forbidden('metadata.finalizers', message);
    }
  }
  if ((metadata.generation ?? 0) < (before.generation ?? 0)) {
    errors.invalid('metadata.generation', metadata.generation ?? 0, 'must not be decremented');
  }
  for (const field of FIXED) {
    if (metadata[field] !== before[field]) errors.invalid(`metadata.${field}`, metadata[field] ?? null, IMMUTABLE);
  }
}

/** Whether anything could be wrong: what is as it was, was right. */
function suspicious(object: KubeObject, old: KubeObject): boolean {
  const { metadata } = object;
  const before = old.metadata;
  const found = new FieldErrors();
  validateFixed(object, old, found);
  if (metadata.labels !== before.labels) validateLabels(metadata.labels, '', found);
  if (metadata.annotations !== before.annotations) validateAnnotations(metadata.annotations, '', found);
  validateOwners(metadata.ownerReferences, '', found);
  if (!deepEqual(metadata.finalizers, before.finalizers)) validateAllFinalizers(object, found);
  return found.list.length > 0;
}

/**
 * Metadata of an updated object against the stored one. The registry says what it finds in it by itself and as a change,
 * then the kind does so again (`metadataOnUpdate`): texts are told once, but each finding is a cause of its own.
 * resourceVersion is judged where the update is committed.
 */
export function validateMetadataUpdate(
  object: KubeObject,
  old: KubeObject,
  kind: Pick<KindDefinition, 'metadataOnUpdate'>,
  errors: FieldErrors,
): void {
  if (object.metadata === old.metadata || !suspicious(object, old)) return;
  const rules = kind.metadataOnUpdate ?? (isBuiltIn(object.apiVersion) ? ['change', 'itself'] : ['change']);
  validateCommon(object, errors);
  validateFinalizers(object.metadata.finalizers, 'metadata.finalizers', errors);
  validateFixed(object, old, errors);
  validateCommon(object, errors);
  for (const rule of rules) {
    if (rule === 'change') validateFixed(object, old, errors);
    validateCommon(object, errors);
    if (rule === 'itself') validateAllFinalizers(object, errors);
    else if (isBuiltIn(object.apiVersion)) validateUnqualifiedFinalizers(object, errors);
  }
}
