import { dns1123Subdomain, qualifiedName } from '../../../base/names.ts';
import type { FieldErrors } from '../../../schema/field-errors.ts';
import type { UpdateStrategy } from '../../../schema/kind.ts';
import type { KubeObject } from '../../../schema/object.ts';
import { invalidEach, nonNegative } from '../../shared/checks.ts';
import { ipFamily, validateIp } from '../../shared/ip.ts';
import type { Json } from '../../shared/json.ts';
import { carryGeneration, keepOld, validateImmutable } from '../../shared/transitions.ts';

const NOT_BACK = 'may not be transitioned to non-terminated state';

/** A container that ended stays ended, unless its restart policy brings it back. */
function validateTransitions(
  statuses: readonly Json[],
  old: readonly Json[],
  field: string,
  mayRestart: (name: string, exitCode: number) => boolean,
  errors: FieldErrors,
): void {
  for (let i = 0; i < old.length; i++) {
    const ended = old[i].state?.terminated;
    if (ended === undefined || mayRestart(old[i].name, ended.exitCode ?? 0)) continue;
    const now = statuses.find((status) => status.name === old[i].name);
    if (now !== undefined && now.state?.terminated === undefined) errors.forbidden(`${field}[${i}].state`, NOT_BACK);
  }
}

function validateContainerStatuses(object: KubeObject, old: KubeObject, errors: FieldErrors): void {
  const {
    containerStatuses: now,
    initContainerStatuses: initNow,
    ephemeralContainerStatuses: debugNow,
  } = object.status;
  const before = old.status ?? {};
  const { restartPolicy: podPolicy, containers = [], initContainers = [] } = old.spec;
  const policyOf = (list: readonly Json[], name: string): Json => list.find((container) => container.name === name);
  const byPolicy = (policy: string, exitCode: number): boolean =>
    policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
  if (before.containerStatuses !== undefined) {
    const may = (name: string, exitCode: number): boolean => {
      const container = policyOf(containers, name);
      if ((container?.restartPolicyRules?.length ?? 0) > 0) return true;
      return byPolicy(container?.restartPolicy ?? podPolicy, exitCode);
    };
    validateTransitions(now ?? [], before.containerStatuses, 'status.containerStatuses', may, errors);
  }
  if (before.initContainerStatuses !== undefined) {
    const may = (name: string, exitCode: number): boolean => {
      const container = policyOf(initContainers, name);
      if ((container?.restartPolicyRules?.length ?? 0) > 0) return true;
      if (container?.restartPolicy !== undefined) return byPolicy(container.restartPolicy, exitCode);
      // Init containers that failed run again whenever the pod restarts at all.
      return podPolicy !== 'Never' && (podPolicy === 'Always' || exitCode !== 0);
    };
    validateTransitions(initNow ?? [], before.initContainerStatuses, 'status.initContainerStatuses', may, errors);
  }
  if (before.ephemeralContainerStatuses !== undefined) {
    const field = 'status.ephemeralContainerStatuses';
    validateTransitions(debugNow ?? [], before.ephemeralContainerStatuses, field, () => false, errors);
  }
}

/** An address as the server's own type prints it. */
const inCapitals = (entry: Json): Json => ({ IP: entry.ip ?? '' });

function validateAddresses(list: readonly Json[], field: string, errors: FieldErrors): void {
  for (let i = 0; i < list.length; i++) validateIp(list[i].ip ?? '', `${field}[${i}]`, errors);
  if (list.length < 2) return;
  const families = new Set(list.map((entry) => ipFamily(entry.ip ?? '')));
  if (families.size < 2 || list.length > 2) {
    errors.invalid(field, list.map(inCapitals), 'may specify no more than one IP for each IP family');
  }
  for (let i = 1; i < list.length; i++) {
    if (list.slice(0, i).some((entry) => entry.ip === list[i].ip)) {
      errors.duplicate(`${field}[${i}]`, inCapitals(list[i]));
    }
  }
}

function validate(object: KubeObject, old: KubeObject, errors: FieldErrors): void {
  const status = object.status;
  const before = old.status ?? {};
  const conditions: readonly Json[] = status.conditions ?? [];
  if (conditions !== before.conditions) {
    const seen = new Set<string>();
    for (let i = 0; i < conditions.length; i++) {
      const type: string = conditions[i].type ?? '';
      if (seen.has(type)) continue;
      seen.add(type);
      // Types without a prefix are upstream's own; the others must be qualified names.
      if (type.includes('/')) invalidEach(qualifiedName(type), `status.conditions[${i}].type`, type, errors);
    }
  }
  nonNegative(status.observedGeneration, 'status.observedGeneration', errors);
  const nominated = status.nominatedNodeName;
  if (nominated && nominated !== before.nominatedNodeName) {
    invalidEach(dns1123Subdomain(nominated), 'status.nominatedNodeName', nominated, errors);
  }
  validateImmutable(status.qosClass, before.qosClass, 'status.qosClass', errors);
  validateContainerStatuses(object, old, errors);
  if (status.podIPs !== undefined) validateAddresses(status.podIPs, 'status.podIPs', errors);
  if (status.hostIPs !== undefined) validateAddresses(status.hostIPs, 'status.hostIPs', errors);
}

/** pods/status: spec, owner references and the deletion stay; the QoS class is filled and never changes. */
export const podStatus: UpdateStrategy = {
  prepare(draft, old) {
    keepOld(draft, old, 'spec');
    carryGeneration(draft, old, false);
    for (const field of ['ownerReferences', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const) {
      if (old.metadata[field] === undefined) delete draft.metadata[field];
      else draft.metadata[field] = old.metadata[field];
    }
    draft.status ??= {};
    if (!draft.status.qosClass && old.status?.qosClass !== undefined) draft.status.qosClass = old.status.qosClass;
  },
  validate,
};
