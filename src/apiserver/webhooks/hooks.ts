import type { LabelSelector } from '../../schema/selectors.ts';
import { labelSelectorMatcher } from '../../schema/selectors.ts';
import type { Attributes, Operation } from '../admission/plugin.ts';
import { type Core, lookup, lookupAll } from '../core.ts';
import { type ServedKind, storePrefix } from '../registry.ts';

const GROUP = 'admissionregistration.k8s.io';
const PLURALS = { mutating: 'mutatingwebhookconfigurations', validating: 'validatingwebhookconfigurations' } as const;
/** Nobody may lock himself out of mending them. */
const EXEMPT: ReadonlySet<string> = new Set([
  PLURALS.mutating,
  PLURALS.validating,
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
]);

export type Phase = keyof typeof PLURALS;

export interface Rule {
  readonly operations: readonly string[];
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly resources: readonly string[];
  readonly scope?: '*' | 'Cluster' | 'Namespaced';
}

/** One webhook of a configuration, as the API has it with its defaults (KEP-492). */
export interface Hook {
  readonly name: string;
  readonly clientConfig: {
    readonly url?: string;
    readonly service?: {
      readonly namespace: string;
      readonly name: string;
      readonly path?: string;
      readonly port?: number;
    };
    /** PEM in base64; without it the public authorities count. */
    readonly caBundle?: string;
  };
  readonly rules?: readonly Rule[];
  readonly failurePolicy?: 'Fail' | 'Ignore';
  readonly matchPolicy?: 'Exact' | 'Equivalent';
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly sideEffects: 'None' | 'NoneOnDryRun' | 'Some' | 'Unknown';
  readonly timeoutSeconds?: number;
  readonly admissionReviewVersions: readonly string[];
  readonly reinvocationPolicy?: 'Never' | 'IfNeeded';
}

/** A hook that is to be asked, and the version of the resource its rules name. */
export interface Match {
  readonly hook: Hook;
  readonly kind: ServedKind;
}

const includes = (list: readonly string[], wanted: string): boolean => list.includes('*') || list.includes(wanted);

/** `pods`, `pods/status`, `pods/*`, `*`, `*`+`/status` or everything with `*`+`/*` (API field doc of rules.resources). */
function namesResource(patterns: readonly string[], plural: string, subresource: string): boolean {
  return patterns.some((pattern) => {
    const [resource = '', sub = ''] = pattern.split('/');
    return (resource === '*' || resource === plural) && (sub === '*' || sub === subresource);
  });
}

/** Whether a rule names a write of this version of a resource. */
export function isNamed(rule: Rule, operation: Operation, { definition }: ServedKind, subresource: string): boolean {
  const scope = rule.scope ?? '*';
  // A namespace is an object of the cluster.
  if (scope === 'Namespaced' && !definition.namespaced) return false;
  if (scope === 'Cluster' && definition.namespaced) return false;
  return (
    includes(rule.operations, operation) &&
    includes(rule.apiGroups, definition.group) &&
    includes(rule.apiVersions, definition.version) &&
    namesResource(rule.resources, definition.plural, subresource)
  );
}

function versionNamed(core: Core, hook: Hook, { kind, operation, subresource }: Attributes): ServedKind | null {
  const rules = hook.rules ?? [];
  const named = (one: ServedKind): boolean => rules.some((rule) => isNamed(rule, operation, one, subresource));
  if (named(kind)) return kind;
  if (hook.matchPolicy === 'Exact') return null;
  const { group, plural } = kind.definition;
  const others = core.kinds
    .all()
    .filter(({ definition }) => definition.group === group && definition.plural === plural);
  return others.find(named) ?? null;
}

function namespaceLabels({ core, kind, namespace, object, old }: Attributes): Readonly<Record<string, string>> | null {
  const { group, plural, namespaced } = kind.definition;
  if (group === '' && plural === 'namespaces') return (object ?? old)?.metadata.labels ?? {};
  return namespaced ? (lookup(core, 'namespaces', '', '', namespace)?.metadata.labels ?? {}) : null;
}

function selects(hook: Hook, attributes: Attributes): boolean {
  const inNamespace = labelSelectorMatcher(hook.namespaceSelector ?? {});
  const labels = inNamespace.everything ? null : namespaceLabels(attributes);
  if (labels !== null && !inNamespace.matches(labels)) return false;
  const matcher = labelSelectorMatcher(hook.objectSelector ?? {});
  if (matcher.everything) return true;
  return [attributes.object, attributes.old].some((one) => one !== null && matcher.matches(one.metadata.labels));
}

/** Whether there is any webhook of the phase at all: all that a write without webhooks has to ask. */
export const anyHooks = (core: Core, phase: Phase): boolean => core.store.count(storePrefix(GROUP, PLURALS[phase])) > 0;

/** The webhooks a write has to pass, in the order of their configurations' names. */
export function hooksFor(phase: Phase, attributes: Attributes): readonly Match[] {
  const { core, kind, subresource } = attributes;
  // Upstream shows a Scale where here the object itself is changed.
  if (subresource === 'scale') return [];
  if (!anyHooks(core, phase)) return [];
  if (kind.definition.group === GROUP && EXEMPT.has(kind.definition.plural)) return [];
  return lookupAll(core, PLURALS[phase], GROUP, '').flatMap((configuration) =>
    ((configuration.webhooks ?? []) as readonly Hook[]).flatMap((hook): Match[] => {
      const named = versionNamed(core, hook, attributes);
      return named !== null && selects(hook, attributes) ? [{ hook, kind: named }] : [];
    }),
  );
}
