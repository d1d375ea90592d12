import { compareText } from '../../base/json.ts';
import { fieldErrorText, invalidStatus } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { forbidden } from '../../schema/status.ts';
import { lookup, lookupAll } from '../core.ts';
import type { AdmissionPlugin, Attributes } from './plugin.ts';
import type { Spec } from './pod-security/check.ts';
import {
  compareLevels,
  detailText,
  findings,
  type Labels,
  type Policy,
  policyOf,
  type Standard,
  standardText,
} from './pod-security/policy.ts';

/** Where kinds that make pods keep the template of theirs. */
const TEMPLATE: Readonly<Record<string, (object: Spec) => Spec>> = {
  podtemplates: (object) => object.template,
  cronjobs: (object) => object.spec?.jobTemplate?.spec?.template,
};
const CONTROLLERS = [
  'deployments',
  'daemonsets',
  'replicasets',
  'replicationcontrollers',
  'statefulsets',
  'jobs',
  'cronjobs',
  'podtemplates',
];
const NONE: Labels = {};

function policyFor(attributes: Attributes): Policy {
  return policyOf(lookup(attributes.core, 'namespaces', '', '', attributes.namespace)?.metadata.labels);
}

function warn(attributes: Attributes, standard: Standard, spec: Spec, annotations: Labels): void {
  const found = findings(standard, spec, annotations);
  if (found.length > 0) {
    attributes.warn(`would violate PodSecurity ${JSON.stringify(standardText(standard))}: ${detailText(found)}`);
  }
}

/** Only another image, or another number of containers, makes a pod another one to the standards. */
function isSame(spec: Spec, old: Spec): boolean {
  return ['containers', 'initContainers', 'ephemeralContainers'].every((list) => {
    const now: readonly Spec[] = spec[list] ?? [];
    const before: readonly Spec[] = old[list] ?? [];
    return now.length === before.length && now.every(({ image }, i) => image === before[i].image);
  });
}

function validatePod(attributes: Attributes): void {
  const pod = attributes.object as unknown as KubeObject;
  const spec: Spec = pod.spec ?? {};
  if (attributes.old !== null && isSame(spec, attributes.old.spec ?? {})) return;
  const policy = policyFor(attributes);
  const annotations = pod.metadata.annotations ?? NONE;
  const found = findings(policy.enforce, spec, annotations);
  if (found.length > 0) {
    const why = `violates PodSecurity ${JSON.stringify(standardText(policy.enforce))}: ${detailText(found)}`;
    throw forbidden(attributes.kind.subject, attributes.name, why);
  }
  warn(attributes, policy.warn, spec, annotations);
}

/** Templates are never refused: their pods will be. */
function validateController(attributes: Attributes): void {
  const { plural } = attributes.kind.definition;
  const template = (TEMPLATE[plural] ?? ((object: Spec) => object.spec?.template))(attributes.object);
  if (template?.spec === undefined) return;
  warn(attributes, policyFor(attributes).warn, template.spec, template.metadata?.annotations ?? NONE);
}

/** What of the pods there are would be refused by now: a line for each set of reasons. */
function warnOfPods(attributes: Attributes, standard: Standard): void {
  const namesOf = new Map<string, string[]>();
  for (const pod of lookupAll(attributes.core, 'pods', '', attributes.name)) {
    const found = findings(standard, pod.spec ?? {}, pod.metadata.annotations ?? NONE);
    if (found.length === 0) continue;
    const reasons = found.map(({ reason }) => reason).join(', ');
    const names = namesOf.get(reasons) ?? [];
    names.push(pod.metadata.name ?? '');
    namesOf.set(reasons, names);
  }
  if (namesOf.size === 0) return;
  const [namespace, text] = [attributes.name, standardText(standard)].map((each) => JSON.stringify(each));
  attributes.warn(`existing pods in namespace ${namespace} violate the new PodSecurity enforce level ${text}`);
  const lines = [...namesOf].map(([reasons, names]) => {
    const more = names.length === 1 ? '' : ` (and ${names.length - 1} other pod${names.length === 2 ? '' : 's'})`;
    return `${names.sort(compareText)[0]}${more}: ${reasons}`;
  });
  for (const line of lines.sort(compareText)) attributes.warn(line);
}

function validateNamespace(attributes: Attributes): void {
  const policy = policyOf(attributes.object!.metadata.labels);
  const before = attributes.old === null ? null : policyOf(attributes.old.metadata.labels);
  const said = ({ errors }: Policy): string => errors.list.map(fieldErrorText).join();
  if (policy.errors.list.length > 0 && (before === null || said(before) !== said(policy))) {
    throw invalidStatus({ group: '', kind: 'Namespace' }, attributes.name, policy.errors.list);
  }
  if (before === null || policy.enforce.level === 'privileged') return;
  const sameVersion = policy.enforce.version === before.enforce.version;
  if (sameVersion && compareLevels(policy.enforce.level, before.enforce.level) <= 0) return;
  warnOfPods(attributes, policy.enforce);
}

/** Pod security standards by the labels of the namespace; without labels everything is allowed. */
export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  resources: ['namespaces', 'pods', 'pods/ephemeralcontainers', ...CONTROLLERS],
  operations: ['CREATE', 'UPDATE'],
  validate(attributes) {
    const { group, plural } = attributes.kind.definition;
    if (plural === 'pods' && group === '') validatePod(attributes);
    else if (plural === 'namespaces' && group === '') validateNamespace(attributes);
    else if (group === '' || group === 'apps' || group === 'batch') validateController(attributes);
  },
};
