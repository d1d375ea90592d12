import { compareText } from '../base/json.ts';
import { inInt64, type LabelOperator, type LabelRequirement, requirementErrors } from './label-requirement.ts';
import { parseLabelRequirements } from './selector-parser.ts';
import { badRequest } from './status.ts';

export type { LabelOperator, LabelRequirement } from './label-requirement.ts';

export type Labels = Readonly<Record<string, string>>;

/** All requirements hold (AND). Without requirements everything matches, unless `nothing`. */
export interface LabelMatcher {
  readonly requirements: readonly LabelRequirement[];
  /** True when every set of labels matches. */
  readonly everything: boolean;
  matches(labels: Labels | undefined): boolean;
  /** Text form, sorted by key: `a=b,c in (d,e)`. */
  toString(): string;
}

/** metav1.LabelSelector. */
export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

function holds(requirement: LabelRequirement, labels: Labels): boolean {
  const { key, values } = requirement;
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (requirement.operator) {
    case '=':
    case '==':
      return value !== undefined && value === values[0];
    case 'in':
      return value !== undefined && values.includes(value);
    case '!=':
      return value === undefined || value !== values[0];
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
      return value !== undefined && inInt64(value) && BigInt(value) > BigInt(values[0]!);
    case 'lt':
      return value !== undefined && inInt64(value) && BigInt(value) < BigInt(values[0]!);
  }
}

function requirementText({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.join(',')})`;
    case 'gt':
      return `${key}>${values[0]}`;
    case 'lt':
      return `${key}<${values[0]}`;
    default:
      return `${key}${operator}${values[0]}`;
  }
}

const NO_LABELS: Labels = Object.freeze({});

function matcherOf(requirements: readonly LabelRequirement[]): LabelMatcher {
  const sorted = [...requirements].sort((a, b) => compareText(a.key, b.key));
  return {
    requirements: sorted,
    everything: sorted.length === 0,
    matches(labels = NO_LABELS) {
      for (const requirement of sorted) if (!holds(requirement, labels)) return false;
      return true;
    },
    toString: () => sorted.map(requirementText).join(','),
  };
}

/** Matches every object. */
export const EVERYTHING: LabelMatcher = matcherOf([]);
/** Matches no object: what an absent LabelSelector means. */
export const NOTHING: LabelMatcher = { requirements: [], everything: false, matches: () => false, toString: () => '' };

/**
 * The `labelSelector` query parameter: `a=b,c!=d,e in (f,g),!h,i>1`.
 * @throws StatusError 400 with upstream's text
 */
export function parseLabelSelector(text: string): LabelMatcher {
  if (text === '') return EVERYTHING;
  try {
    return matcherOf(parseLabelRequirements(text));
  } catch (error) {
    if (error instanceof RangeError) throw badRequest(error.message);
    throw error;
  }
}

const EXPRESSION_OPERATOR: Readonly<Record<string, LabelOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
};

const known = new WeakMap<LabelSelector, LabelMatcher>();

/**
 * Matcher of a LabelSelector: absent matches nothing, empty everything. Remembered for frozen selectors.
 * @throws RangeError for an operator or value that validation would have refused
 */
export function labelSelectorMatcher(selector: LabelSelector | null | undefined): LabelMatcher {
  if (selector === null || selector === undefined) return NOTHING;
  const hit = known.get(selector);
  if (hit !== undefined) return hit;
  const requirements: LabelRequirement[] = [];
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    requirements.push({ key, operator: '=', values: [value] });
  }
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const own = Object.hasOwn(EXPRESSION_OPERATOR, operator) ? EXPRESSION_OPERATOR[operator] : undefined;
    if (own === undefined) throw new RangeError(`${JSON.stringify(operator)} is not a valid label selector operator`);
    requirements.push({ key, operator: own, values: [...new Set(values ?? [])].sort(compareText) });
  }
  const errors = requirements.flatMap(requirementErrors);
  if (errors.length > 0) throw new RangeError(errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`);
  const matcher = requirements.length === 0 ? EVERYTHING : matcherOf(requirements);
  if (Object.isFrozen(selector)) known.set(selector, matcher);
  return matcher;
}

/** Matcher of a plain map of labels (Service and ReplicationController selectors): empty or absent matches nothing. */
export function labelSetMatcher(labels: Labels | null | undefined): LabelMatcher {
  const entries = Object.entries(labels ?? {});
  return entries.length === 0
    ? NOTHING
    : matcherOf(entries.map(([key, value]) => ({ key, operator: '=', values: [value] })));
}

/** A LabelSelector as Table cells show it; `<none>` when absent or empty, `<error>` when invalid. */
export function formatLabelSelector(selector: LabelSelector | null | undefined): string {
  try {
    return labelSelectorMatcher(selector).toString() || '<none>';
  } catch {
    return '<error>';
  }
}

/** A map of labels as Table cells show it: `a=b,c=d`, `<none>` when empty. */
export function formatLabels(labels: Labels | null | undefined): string {
  const keys = Object.keys(labels ?? {}).sort(compareText);
  return keys.length === 0 ? '<none>' : keys.map((key) => `${key}=${labels?.[key]}`).join(',');
}

export interface FieldRequirement {
  readonly key: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

export interface FieldMatcher {
  readonly requirements: readonly FieldRequirement[];
  /** The value a key must have, if one is required. */
  exact(key: string): string | undefined;
  /** `read` answers the value of a key, '' for a field that is not set. */
  matches(read: (key: string) => string): boolean;
  toString(): string;
}

function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === ',') {
      terms.push(text.slice(start, i));
      start = i + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

function unescaped(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === '\\') {
      const next = text[++i];
      if (next !== '\\' && next !== ',' && next !== '=') {
        throw badRequest(`invalid field selector: invalid escape sequence: \\${next ?? ''}`);
      }
      out += next;
    } else if (char === ',' || char === '=') {
      throw badRequest(`invalid field selector: unescaped character in value: ${char.codePointAt(0)}`);
    } else out += char;
  }
  return out;
}

const escaped = (text: string): string => text.replace(/[\\,=]/g, '\\$&');

/**
 * The `fieldSelector` query parameter: `a.b=c,d!=e`, with `\,`, `\=` and `\\` in values.
 * @throws StatusError 400 with upstream's text
 */
export function parseFieldSelector(text: string): FieldMatcher {
  const requirements: FieldRequirement[] = [];
  for (const term of splitTerms(text).sort(compareText)) {
    if (term === '') continue;
    const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
    if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    requirements.push({ key: match[1]!, operator: match[2] === '!=' ? '!=' : '=', value: unescaped(match[3]!) });
  }
  return {
    requirements,
    exact: (key) => requirements.find((r) => r.key === key && r.operator === '=')?.value,
    matches: (read) => requirements.every((r) => (read(r.key) === r.value) === (r.operator === '=')),
    toString: () => requirements.map((r) => `${r.key}${r.operator}${escaped(r.value)}`).join(','),
  };
}
