import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Json } from '../shared/json.ts';

/** Policy rules of a Role, or of a ClusterRole, which alone may speak of URLs. */
export function validateRules(rules: readonly Json[] | undefined, namespaced: boolean, errors: FieldErrors): void {
  for (const [i, rule] of (rules ?? []).entries()) {
    const field = `rules[${i}]`;
    const empty = (name: string): boolean => (rule[name] ?? []).length === 0;
    if (empty('verbs')) errors.required(`${field}.verbs`, 'verbs must contain at least one value');
    if (!empty('nonResourceURLs')) {
      if (namespaced) {
        errors.invalid(
          `${field}.nonResourceURLs`,
          rule.nonResourceURLs,
          'namespaced rules cannot apply to non-resource URLs',
        );
      }
      if (!empty('apiGroups') || !empty('resources') || !empty('resourceNames')) {
        errors.invalid(
          `${field}.nonResourceURLs`,
          rule.nonResourceURLs,
          'rules cannot apply to both regular resources and non-resource URLs',
        );
      }
      continue;
    }
    if (empty('apiGroups')) errors.required(`${field}.apiGroups`, 'resource rules must supply at least one api group');
    if (empty('resources')) errors.required(`${field}.resources`, 'resource rules must supply at least one resource');
  }
}
