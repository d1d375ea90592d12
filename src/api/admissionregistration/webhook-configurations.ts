import { dns1123Subdomain, qualifiedName } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { KindDefinition } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { invalidEach } from '../shared/checks.ts';
import { AGE, integer, NAME } from '../shared/columns.ts';
import type { Json } from '../shared/json.ts';
import { carryGeneration } from '../shared/transitions.ts';
import { contentChanged } from '../shared/validation.ts';
import { validateClientConfig } from './client-config.ts';
import { defaultMatch, defaultRules, validateMatch, validateRules } from './match-resources.ts';

const FAILURE_POLICIES = ['Fail', 'Ignore'];
const SIDE_EFFECTS = ['None', 'NoneOnDryRun'];

function defaultWebhook(webhook: Json, mutating: boolean): void {
  webhook.failurePolicy ??= 'Fail';
  defaultMatch(webhook);
  webhook.timeoutSeconds ??= 10;
  if (mutating) webhook.reinvocationPolicy ??= 'Never';
  defaultRules(webhook.rules);
  if (webhook.clientConfig?.service !== undefined) webhook.clientConfig.service.port ??= 443;
}

function validateName(name: string, field: string, errors: FieldErrors): void {
  const messages = name === '' ? [] : dns1123Subdomain(name);
  if (name === '') errors.required(field);
  else if (messages.length > 0) errors.invalid(field, name, messages.join(','));
  else if (name.split('.').length < 3) {
    errors.invalid(field, name, 'should be a domain with at least three segments separated by dots');
  }
}

function validateReviewVersions(versions: readonly string[] | undefined, field: string, errors: FieldErrors): void {
  if ((versions ?? []).length === 0) errors.required(field, 'must specify one of v1, v1beta1');
  else if (!versions!.some((version) => version === 'v1' || version === 'v1beta1')) {
    errors.invalid(field, versions, 'must include at least one of v1, v1beta1');
  }
}

function validateConditions(webhook: Json, field: string, errors: FieldErrors): void {
  const conditions: readonly Json[] = webhook.matchConditions ?? [];
  for (const [i, { name = '', expression = '' }] of conditions.entries()) {
    const at = `${field}.matchConditions[${i}]`;
    if (expression.trim() === '') errors.required(`${at}.expression`);
    if (name === '') errors.required(`${at}.name`);
    else invalidEach(qualifiedName(name), `${at}.name`, name, errors);
    if (conditions.findIndex((other) => other.name === name) < i) errors.duplicate(`${at}.name`, name);
  }
}

function validateWebhook(webhook: Json, field: string, errors: FieldErrors): void {
  validateName(webhook.name ?? '', `${field}.name`, errors);
  validateMatch(webhook, field, errors);
  validateRules(webhook.rules, `${field}.rules`, errors);
  const { failurePolicy, sideEffects, timeoutSeconds, clientConfig = {} } = webhook;
  if (failurePolicy !== undefined && !FAILURE_POLICIES.includes(failurePolicy)) {
    errors.notSupported(`${field}.failurePolicy`, failurePolicy, FAILURE_POLICIES);
  }
  if ((sideEffects ?? null) === null)
    errors.required(`${field}.sideEffects`, `must specify one of ${SIDE_EFFECTS.join(', ')}`);
  else if (!SIDE_EFFECTS.includes(sideEffects)) errors.notSupported(`${field}.sideEffects`, sideEffects, SIDE_EFFECTS);
  if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > 30)) {
    errors.invalid(`${field}.timeoutSeconds`, timeoutSeconds, 'the timeout value must be between 1 and 30 seconds');
  }
  validateClientConfig(clientConfig, `${field}.clientConfig`, errors);
  validateReviewVersions(webhook.admissionReviewVersions, `${field}.admissionReviewVersions`, errors);
  validateConditions(webhook, field, errors);
}

function validate(object: KubeObject, errors: FieldErrors): void {
  const seen = new Set<string>();
  for (const [i, webhook] of (object.webhooks ?? []).entries()) {
    validateWebhook(webhook, `webhooks[${i}]`, errors);
    if (seen.has(webhook.name)) errors.duplicate(`webhooks[${i}].name`, webhook.name);
    seen.add(webhook.name);
  }
}

function configuration(kind: string, plural: string, mutating: boolean): KindDefinition {
  return defineKind({
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    kind,
    plural,
    categories: ['api-extensions'],
    namespaced: false,
    generation: true,
    unconditionalUpdate: false,
    defaults(draft) {
      for (const webhook of draft.webhooks ?? []) defaultWebhook(webhook, mutating);
    },
    create: { validate },
    update: {
      prepare: (draft, old) => carryGeneration(draft, old, contentChanged(draft, old)),
      validate: (object, _old, errors) => validate(object, errors),
    },
    columns: [NAME, integer('Webhooks', (o) => (o.webhooks ?? []).length), AGE],
  });
}

export const mutatingWebhookConfiguration = configuration(
  'MutatingWebhookConfiguration',
  'mutatingwebhookconfigurations',
  true,
);
export const validatingWebhookConfiguration = configuration(
  'ValidatingWebhookConfiguration',
  'validatingwebhookconfigurations',
  false,
);
