import { unifiedDiff } from '../../base/unified-diff.ts';
import { internalForm } from './internal-form.ts';
import type { Json } from './json.ts';

/**
 * What an update that is refused would have changed, as upstream says it: a unified diff of the internal form of both.
 * `definitionName` is that of the core type they have; `only` names an embedded struct if only its fields count.
 */
export function difference(definitionName: string, before: Json, after: Json, only?: string): string {
  return unifiedDiff(internalForm(definitionName, before, only), internalForm(definitionName, after, only));
}
