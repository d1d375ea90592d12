import { type LabelMatcher, labelSelectorMatcher } from '../../schema/selectors.ts';
import type { Json } from './json.ts';

/** Matcher of a selector; null when no matcher can be made of it, because it is invalid. */
export function matcherOrNull(selector: Json): LabelMatcher | null {
  try {
    return labelSelectorMatcher(selector);
  } catch {
    return null;
  }
}

/** Text form for `/scale`: empty for a selector that is absent or selects everything. */
export function selectorText(selector: Json): string {
  return matcherOrNull(selector)?.toString() ?? '';
}
