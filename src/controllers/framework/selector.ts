import type { LabelSelector } from './objects.ts';

type Labels = Readonly<Record<string, string>>;
type Matcher = (labels: Labels | undefined) => boolean;

const compiled = new WeakMap<LabelSelector, Matcher>();
const NO_LABELS: Labels = {};

/**
 * Whether a LabelSelector selects these labels. Nil selects nothing, `{}` everything (metav1.LabelSelector).
 * Compiled once per selector object: stored objects are shared, so that is once per version of the object.
 */
export function selects(selector: LabelSelector | undefined, labels: Labels | undefined): boolean {
  if (selector === undefined) return false;
  let matcher = compiled.get(selector);
  if (matcher === undefined) {
    matcher = compile(selector);
    compiled.set(selector, matcher);
  }
  return matcher(labels);
}

function compile(selector: LabelSelector): Matcher {
  const equal = Object.entries(selector.matchLabels ?? {});
  const tests = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    const set = new Set(values);
    switch (operator) {
      case 'In':
        return (labels: Labels) => labels[key] !== undefined && set.has(labels[key]);
      case 'NotIn':
        return (labels: Labels) => labels[key] === undefined || !set.has(labels[key]);
      case 'Exists':
        return (labels: Labels) => labels[key] !== undefined;
      case 'DoesNotExist':
        return (labels: Labels) => labels[key] === undefined;
      default:
        return () => false;
    }
  });
  return (labels = NO_LABELS) =>
    equal.every(([key, value]) => labels[key] === value) && tests.every((test) => test(labels));
}

/** The equality form that Service selectors and topology maps use. An empty or absent map selects nothing. */
export function selectsEqual(selector: Labels | undefined, labels: Labels | undefined): boolean {
  if (selector === undefined) return false;
  let some = false;
  for (const key in selector) {
    some = true;
    if (labels?.[key] !== selector[key]) return false;
  }
  return some;
}
