import type { KubeObject } from '../../schema/object.ts';
import {
  type FieldMatcher,
  type LabelMatcher,
  parseFieldSelector,
  parseLabelSelector,
} from '../../schema/selectors.ts';
import { badRequest } from '../../schema/status.ts';
import type { ServedKind } from '../registry.ts';

/** Which objects a list or watch is about. */
export interface Selection {
  /** True when there is neither a label nor a field selector. */
  readonly everything: boolean;
  /** The one name asked for, if a field selector pins it. */
  readonly name: string | undefined;
  /** The one namespace asked for by a field selector. */
  readonly namespace: string | undefined;
  matches(object: KubeObject): boolean;
}

const ALL: Selection = { everything: true, name: undefined, namespace: undefined, matches: () => true };

function readField(kind: ServedKind, object: KubeObject, key: string): string {
  if (key === 'metadata.name') return object.metadata.name ?? '';
  if (key === 'metadata.namespace') return object.metadata.namespace ?? '';
  return kind.definition.selectableFields?.[key]?.(object) ?? '';
}

/** Kinds whose only scope is the cluster and that define their own keys refuse `metadata.namespace` (api.md 3.4). */
function known(kind: ServedKind, key: string): boolean {
  const own = kind.definition.selectableFields;
  if (key === 'metadata.name') return true;
  if (key === 'metadata.namespace') return own === undefined || kind.definition.namespaced || kind.custom !== null;
  return own !== undefined && key in own;
}

function unsupported(kind: ServedKind, key: string): Error {
  const { definition } = kind;
  if (definition.kind === 'Job') return badRequest(`field label "${key}" not supported for Job`);
  if (definition.selectableFields !== undefined || kind.custom !== null) {
    return badRequest(`field label not supported: ${key}`);
  }
  return badRequest(`"${key}" is not a known field selector: only "metadata.name", "metadata.namespace"`);
}

/** Reads both selectors; throws BadRequest for what cannot be parsed or is not selectable. */
export function selectionOf(
  kind: ServedKind,
  labelSelector: string | undefined,
  fieldSelector: string | undefined,
): Selection {
  const labels: LabelMatcher | null = labelSelector ? parseLabelSelector(labelSelector) : null;
  const fields: FieldMatcher | null = fieldSelector ? parseFieldSelector(fieldSelector) : null;
  for (const requirement of fields?.requirements ?? []) {
    if (!known(kind, requirement.key)) throw unsupported(kind, requirement.key);
  }
  const byLabel = labels === null || labels.everything ? null : labels;
  const byField = fields === null || fields.requirements.length === 0 ? null : fields;
  if (byLabel === null && byField === null) return ALL;
  return {
    everything: false,
    name: byField?.exact('metadata.name'),
    namespace: byField?.exact('metadata.namespace'),
    matches: (object) =>
      (byLabel === null || byLabel.matches(object.metadata.labels)) &&
      (byField === null || byField.matches((key) => readField(kind, object, key))),
  };
}
