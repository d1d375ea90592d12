import { FieldErrors } from '../../../schema/field-errors.ts';
import { BASELINE } from './baseline.ts';
import type { Check, Finding, Spec } from './check.ts';
import { RESTRICTED } from './restricted.ts';

export type Labels = Readonly<Record<string, string>>;

/** A level of the standards, and the version of them that is meant. */
export interface Standard {
  readonly level: string;
  readonly version: string;
}

/** What a namespace asks of its pods. */
export interface Policy {
  readonly enforce: Standard;
  readonly warn: Standard;
  /** Labels that say nothing the standards know. */
  readonly errors: FieldErrors;
}

const PREFIX = 'pod-security.kubernetes.io/';
const LEVELS: readonly string[] = ['privileged', 'baseline', 'restricted'];
const VERSION = /^(latest|v1\.(0|[1-9]\d*))$/;
const PRIVILEGED: Standard = { level: 'privileged', version: 'latest' };

/** -1 when `a` is laxer than `b`, 1 when it is stricter. */
export const compareLevels = (a: string, b: string): number => Math.sign(LEVELS.indexOf(a) - LEVELS.indexOf(b));

export const standardText = ({ level, version }: Standard): string => `${level}:${version}`;

interface Reading {
  readonly standard: Standard;
  readonly hasLevel: boolean;
  readonly hasVersion: boolean;
}

/** A level that cannot be read is the strictest one where it is enforced, else none. */
function read(labels: Labels, mode: string, errors: FieldErrors): Reading {
  const field = (label: string): string => `metadata.labels[${label}]`;
  const level = labels[PREFIX + mode];
  const version = labels[`${PREFIX}${mode}-version`];
  const knowsLevel = level !== undefined && LEVELS.includes(level);
  const knowsVersion = version !== undefined && VERSION.test(version);
  if (level !== undefined && !knowsLevel) {
    errors.invalid(field(PREFIX + mode), level, `must be one of ${LEVELS.join(', ')}`);
  }
  if (version !== undefined && !knowsVersion) {
    errors.invalid(field(`${PREFIX}${mode}-version`), version, 'must be "latest" or "v1.x"');
  }
  const unknown = level !== undefined && mode === 'enforce' ? 'restricted' : PRIVILEGED.level;
  const standard = { level: knowsLevel ? level : unknown, version: knowsVersion ? version : PRIVILEGED.version };
  return { standard, hasLevel: level !== undefined, hasVersion: version !== undefined };
}

const NOTHING_ASKED: Policy = { enforce: PRIVILEGED, warn: PRIVILEGED, errors: new FieldErrors() };

function asks(labels: Labels): boolean {
  for (const label in labels) if (label.startsWith(PREFIX)) return true;
  return false;
}

/** The labels of a namespace. Who enforces a level and says nothing of warnings is warned of that level too. */
export function policyOf(labels: Labels | undefined): Policy {
  if (labels === undefined || !asks(labels)) return NOTHING_ASKED;
  const errors = new FieldErrors();
  const enforce = read(labels, 'enforce', errors);
  const enforceIsRead = LEVELS.includes(labels[`${PREFIX}enforce`] ?? '');
  read(labels, 'audit', errors);
  const warn = read(labels, 'warn', errors);
  const { standard } = warn;
  if (!enforceIsRead || warn.hasLevel || compareLevels(enforce.standard.level, standard.level) <= 0) {
    return { enforce: enforce.standard, warn: standard, errors };
  }
  const version = warn.hasVersion ? standard.version : enforce.standard.version;
  return { enforce: enforce.standard, warn: { level: enforce.standard.level, version }, errors };
}

/** What a pod violates of a level. Of the versions of the standards the newest is the one that is known here. */
export function findings(standard: Standard, spec: Spec, annotations: Labels): readonly Finding[] {
  if (standard.level === 'privileged') return [];
  const checks: readonly Check[] = standard.level === 'baseline' ? BASELINE : RESTRICTED;
  return checks.map((check) => check(spec, annotations)).filter((finding) => finding !== null);
}

export const detailText = (found: readonly Finding[]): string =>
  found.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ');
