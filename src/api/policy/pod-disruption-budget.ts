import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft, KindDefinition } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { nonNegative } from '../shared/checks.ts';
import { AGE, NAME, text } from '../shared/columns.ts';
import { validateAtMost100Percent, validateIntOrPercent } from '../shared/int-or-percent.ts';
import { validateLabelSelector } from '../shared/label-selector.ts';
import { takeAllButStatus, takeStatusOnly } from '../shared/transitions.ts';
import { statusCount } from '../shared/workload-columns.ts';

const EVICTION_POLICIES: readonly string[] = ['AlwaysAllow', 'IfHealthyBudget'];
const COUNTS = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const;

/** The spec as upstream prints it: its internal form, which has no JSON names of its own and shows what is absent. */
function internalForm(spec: KubeObject['spec']): object {
  return {
    MinAvailable: spec.minAvailable ?? null,
    Selector: spec.selector ?? null,
    MaxUnavailable: spec.maxUnavailable ?? null,
    UnhealthyPodEvictionPolicy: spec.unhealthyPodEvictionPolicy ?? null,
  };
}

function validate(object: KubeObject, errors: FieldErrors): void {
  const spec = object.spec ?? {};
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    errors.invalid('spec', internalForm(spec), 'minAvailable and maxUnavailable cannot be both set');
  }
  for (const name of ['minAvailable', 'maxUnavailable'] as const) {
    if (spec[name] === undefined) continue;
    validateIntOrPercent(spec[name], `spec.${name}`, errors);
    validateAtMost100Percent(spec[name], `spec.${name}`, errors);
  }
  validateLabelSelector(spec.selector, 'spec.selector', errors);
  const policy = spec.unhealthyPodEvictionPolicy;
  if (policy !== undefined && !EVICTION_POLICIES.includes(policy)) {
    errors.notSupported('spec.unhealthyPodEvictionPolicy', policy, EVICTION_POLICIES);
  }
}

function validateStatus(object: KubeObject, _old: KubeObject, errors: FieldErrors): void {
  for (const name of COUNTS) nonNegative(object.status?.[name], `status.${name}`, errors);
}

function ensureSpec(draft: Draft): void {
  draft.spec ??= {};
}

const emptyStatus = () => ({ disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 });
const budget = (value: number | string | undefined): string => (value === undefined ? 'N/A' : String(value));

/** policy/v1 PodDisruptionBudget. */
export const podDisruptionBudget: KindDefinition = defineKind({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  shortNames: ['pdb'],
  namespaced: true,
  metadataOnUpdate: [],
  nameRule: 'path',
  generation: true,
  unconditionalUpdate: false,
  defaults: ensureSpec,
  create: {
    prepare(draft) {
      draft.status = emptyStatus();
      draft.metadata.generation = 1;
    },
    validate,
  },
  update: {
    prepare: takeAllButStatus,
    validate: (object, _old, errors) => validate(object, errors),
  },
  status: { prepare: takeStatusOnly, validate: validateStatus },
  columns: [
    NAME,
    text('Min Available', (object) => budget(object.spec?.minAvailable)),
    text('Max Unavailable', (object) => budget(object.spec?.maxUnavailable)),
    statusCount('Allowed Disruptions', 'disruptionsAllowed'),
    AGE,
  ],
});
