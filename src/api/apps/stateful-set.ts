import { deepEqual } from '../../base/json.ts';
import { dns1123Label } from '../../base/names.ts';
import { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft, FeatureGates, KindDefinition } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { invalidEach, nonNegative, notOneOf } from '../shared/checks.ts';
import { defaultClaimTemplate, validateClaimTemplates } from '../shared/claim-template.ts';
import { AGE, NAME, text } from '../shared/columns.ts';
import { intOrPercentNumber, validateAtMost100Percent, validateIntOrPercent } from '../shared/int-or-percent.ts';
import type { Json } from '../shared/json.ts';
import { isEmptySelector, validateLabelSelector } from '../shared/label-selector.ts';
import { defaultTemplate } from '../shared/pod-defaults.ts';
import { validatePodTemplate, validateServingTemplate, validateTemplateLabels } from '../shared/pod-template.ts';
import { podTemplateWarnings } from '../shared/pod-warnings.ts';
import { matcherOrNull, selectorText } from '../shared/selector-use.ts';
import { takeAllButStatus, takeStatusOnly } from '../shared/transitions.ts';
import { templateColumns } from '../shared/workload-columns.ts';
import { readOptIns } from './stateful-set-opt-ins.ts';

const MAX_UNAVAILABLE_GATE = 'MaxUnavailableStatefulSet';
const FORBIDDEN_UPDATE =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
const MUTABLE: ReadonlySet<string> = new Set([
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]);

function defaults(draft: Draft): void {
  draft.spec ??= {};
  const spec = draft.spec;
  spec.podManagementPolicy ??= 'OrderedReady';
  spec.updateStrategy ??= {};
  if (spec.updateStrategy.type === undefined) {
    spec.updateStrategy.type = 'RollingUpdate';
    spec.updateStrategy.rollingUpdate ??= {};
  }
  if (spec.updateStrategy.type === 'RollingUpdate' && spec.updateStrategy.rollingUpdate !== undefined) {
    spec.updateStrategy.rollingUpdate.partition ??= 0;
  }
  spec.persistentVolumeClaimRetentionPolicy ??= {};
  spec.persistentVolumeClaimRetentionPolicy.whenDeleted ??= 'Retain';
  spec.persistentVolumeClaimRetentionPolicy.whenScaled ??= 'Retain';
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  spec.serviceName ??= '';
  spec.selector ??= null;
  defaultTemplate(spec);
  for (const claim of spec.volumeClaimTemplates ?? []) defaultClaimTemplate(claim);
}

const optIns = (object: Draft | KubeObject) =>
  readOptIns(object.metadata.annotations ?? {}, object.spec.volumeClaimTemplates ?? []);

/**
 * With the gate off maxUnavailable is dropped, unless it was stored before (statefulset.md 1.1). A set that asks for the
 * corrected counting has the gate on for itself.
 */
function dropGated(draft: Draft, old: KubeObject | null, gates: FeatureGates): void {
  if (gates[MAX_UNAVAILABLE_GATE] === true || optIns(draft).correctedCounting) {
    if (draft.spec.updateStrategy.rollingUpdate !== undefined) {
      draft.spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1;
    }
    return;
  }
  if (old?.spec.updateStrategy?.rollingUpdate?.maxUnavailable === undefined) {
    delete draft.spec.updateStrategy.rollingUpdate?.maxUnavailable;
  }
}

function validateStrategy(strategy: Json, errors: FieldErrors): void {
  const field = 'spec.updateStrategy';
  const rolling = strategy.rollingUpdate;
  if (strategy.type === 'OnDelete') {
    if (rolling !== undefined) {
      errors.invalid(`${field}.rollingUpdate`, rolling, "only allowed for updateStrategy 'RollingUpdate'");
    }
  } else if (strategy.type === 'RollingUpdate') {
    if (rolling === undefined) return;
    nonNegative(rolling.partition, `${field}.rollingUpdate.partition`, errors);
    const most = rolling.maxUnavailable;
    if (most === undefined) return;
    const at = `${field}.rollingUpdate.maxUnavailable`;
    validateIntOrPercent(most, at, errors);
    if (intOrPercentNumber(most) === 0) errors.invalid(at, most, 'cannot be 0');
    validateAtMost100Percent(most, at, errors);
  } else if ((strategy.type ?? '') === '') errors.required(field);
  else errors.invalid(field, strategy, "must be 'RollingUpdate' or 'OnDelete'");
}

function validateRetention(policy: Json, errors: FieldErrors): void {
  for (const when of ['whenDeleted', 'whenScaled'] as const) {
    const value = policy[when];
    if (value === 'Retain' || value === 'Delete') continue;
    notOneOf(`spec.persistentVolumeClaimRetentionPolicy.${when}`, value ?? '', ['Retain', 'Delete'], errors);
  }
}

/** Claims stand in for volumes of the same name, so that mounts may refer to them. */
function templateWithClaims(spec: Json): Json {
  const claims: readonly Json[] = spec.volumeClaimTemplates ?? [];
  if (claims.length === 0 || spec.template?.spec === undefined) return spec.template;
  const names = new Set(claims.map((claim) => claim.metadata?.name));
  const volumes = (spec.template.spec.volumes ?? []).filter((volume: Json) => !names.has(volume.name));
  for (const claim of claims) {
    const name = claim.metadata?.name ?? '';
    volumes.push({ name, persistentVolumeClaim: { claimName: name || 'claim' } });
  }
  return { ...spec.template, spec: { ...spec.template.spec, volumes } };
}

interface SpecChecks {
  readonly claims: boolean;
  readonly serviceName: boolean;
  readonly template: boolean;
}

function validateSelectorAndTemplate(spec: Json, checkTemplate: boolean, errors: FieldErrors): void {
  const selector = spec.selector ?? undefined;
  if (selector === undefined) errors.required('spec.selector');
  else {
    validateLabelSelector(selector, 'spec.selector', errors);
    if (isEmptySelector(selector)) {
      errors.invalid('spec.selector', selector, 'empty selector is invalid for statefulset');
    }
  }
  const matcher = matcherOrNull(selector);
  if (matcher === null) errors.invalid('spec.selector', selector, '');
  else validateTemplateLabels(spec.template, matcher, 'spec.template', errors);
  if (checkTemplate) validatePodTemplate(templateWithClaims(spec), 'spec.template', errors);
  validateServingTemplate(spec.template, 'StatefulSet', 'spec.template', errors);
}

function validateSpec(spec: Json, checks: SpecChecks, errors: FieldErrors): void {
  const policy: string = spec.podManagementPolicy ?? '';
  if (policy === '') errors.required('spec.podManagementPolicy');
  else if (policy !== 'OrderedReady' && policy !== 'Parallel') {
    errors.invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'");
  }
  validateStrategy(spec.updateStrategy, errors);
  validateRetention(spec.persistentVolumeClaimRetentionPolicy, errors);
  if (checks.claims && spec.volumeClaimTemplates !== undefined) {
    validateClaimTemplates(spec.volumeClaimTemplates, 'spec.volumeClaimTemplates', errors);
  }
  nonNegative(spec.replicas, 'spec.replicas', errors);
  nonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  nonNegative(spec.ordinals?.start, 'spec.ordinals.start', errors);
  if (checks.serviceName && spec.serviceName) {
    invalidEach(dns1123Label(spec.serviceName), 'spec.serviceName', spec.serviceName, errors);
  }
  validateSelectorAndTemplate(spec, checks.template, errors);
}

/** A template that was stored with faults keeps being accepted. */
function templateIsFaultless(old: KubeObject): boolean {
  const errors = new FieldErrors();
  validatePodTemplate(templateWithClaims(old.spec), 'spec.template', errors);
  return errors.list.length === 0;
}

function validateUpdate(object: KubeObject, old: KubeObject, errors: FieldErrors): void {
  const spec = object.spec;
  const before = old.spec;
  // Equal templates need no second look: the stored one passed when it came, or is excused.
  const template =
    !(deepEqual(spec.template, before.template) && deepEqual(spec.volumeClaimTemplates, before.volumeClaimTemplates)) &&
    templateIsFaultless(old);
  validateSpec(spec, { claims: false, serviceName: false, template }, errors);
  for (const field of new Set([...Object.keys(spec), ...Object.keys(before)])) {
    if (!MUTABLE.has(field) && !deepEqual(spec[field], before[field])) {
      errors.forbidden('spec', FORBIDDEN_UPDATE);
      return;
    }
  }
}

function validateStatus(object: KubeObject, old: KubeObject, errors: FieldErrors): void {
  const status = object.status ?? {};
  const replicas: number = status.replicas ?? 0;
  const available: number = status.availableReplicas ?? 0;
  nonNegative(status.replicas, 'status.replicas', errors);
  for (const name of ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'] as const) {
    nonNegative(status[name], `status.${name}`, errors);
  }
  nonNegative(status.observedGeneration, 'status.observedGeneration', errors);
  nonNegative(status.collisionCount, 'status.collisionCount', errors);
  for (const name of ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'] as const) {
    const count: number = status[name] ?? 0;
    if (count > replicas) errors.invalid(`status.${name}`, count, 'cannot be greater than status.replicas');
  }
  if (available > (status.readyReplicas ?? 0)) {
    errors.invalid('status.availableReplicas', available, 'cannot be greater than status.readyReplicas');
  }
  const collisions = status.collisionCount;
  const before = old.status?.collisionCount;
  if (before !== undefined && (collisions ?? 0) < before) {
    errors.invalid('status.collisionCount', collisions ?? 0, 'cannot be decremented');
  }
}

function warnings(object: KubeObject, old: KubeObject | null): readonly string[] {
  const out: string[] = [];
  if (old === null || !deepEqual(object.spec.template, old.spec.template)) {
    out.push(...podTemplateWarnings(object.spec.template, 'spec.template'));
  }
  if (object.spec.revisionHistoryLimit < 0) {
    out.push(
      'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended',
    );
  }
  if (old === null || !deepEqual(object.metadata.annotations, old.metadata.annotations)) {
    out.push(...optIns(object).problems);
  }
  return out;
}

/** apps/v1 StatefulSet (statefulset.md 1.1, 1.2). */
export const statefulSet: KindDefinition = defineKind({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  shortNames: ['sts'],
  categories: ['all'],
  namespaced: true,
  metadataOnUpdate: ['change'],
  nameRule: 'label',
  generation: true,
  defaults,
  create: {
    prepare(draft, context) {
      draft.status = { replicas: 0, availableReplicas: 0 };
      draft.metadata.generation = 1;
      dropGated(draft, null, context.gates);
    },
    validate(object, errors) {
      validateSpec(object.spec, { claims: true, serviceName: true, template: true }, errors);
    },
    warnings: (object) => warnings(object, null),
  },
  update: {
    prepare(draft, old, context) {
      dropGated(draft, old, context.gates);
      takeAllButStatus(draft, old);
    },
    validate: validateUpdate,
    warnings,
  },
  status: { prepare: takeStatusOnly, validate: validateStatus },
  scale: {
    specReplicas: (object) => object.spec.replicas,
    statusReplicas: (object) => object.status?.replicas ?? 0,
    selector: (object) => selectorText(object.spec.selector),
    setReplicas: (draft, replicas) => {
      draft.spec.replicas = replicas;
    },
  },
  columns: [
    NAME,
    text('Ready', (object) => `${object.status?.readyReplicas ?? 0}/${object.spec.replicas}`),
    AGE,
    ...templateColumns,
  ],
});
