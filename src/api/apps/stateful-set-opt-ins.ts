import { compareQuantity } from '../../base/quantity.ts';
import { parseGoDuration } from '../../base/time.ts';
import type { KubeObject } from '../../schema/object.ts';
import { type OrdinalRange, parseOrdinalRanges } from './ordinal-ranges.ts';

/** Annotations of a StatefulSet that ask for more than upstream does (docs/opt-ins.md). */
export const OPT_IN = {
  stuckRollout: 'perdure.dev/stuck-rollout',
  conditions: 'perdure.dev/conditions',
  progressDeadline: 'perdure.dev/progress-deadline-seconds',
  counting: 'perdure.dev/max-unavailable-counting',
  backoff: 'perdure.dev/ordinal-backoff',
  reserved: 'perdure.dev/reserved-ordinals',
  growth: 'perdure.dev/claim-template-growth',
} as const;

export interface BackoffRange {
  readonly initialMs: number;
  readonly maxMs: number;
}

/** What a set has asked for. An annotation that cannot be read counts as absent and is told of in `problems`. */
export interface StatefulSetOptIns {
  readonly replaceNeverReady: boolean;
  readonly conditions: boolean;
  readonly progressDeadlineMs: number;
  readonly correctedCounting: boolean;
  readonly ordinalBackoff: BackoffRange | null;
  /** Ascending, without overlap. */
  readonly reservedOrdinals: readonly OrdinalRange[];
  /** Size by name of the claim template. */
  readonly claimGrowth: ReadonlyMap<string, string>;
  /** One line each: where, what, and what to write instead. */
  readonly problems: readonly string[];
}

/** As a Deployment's progressDeadlineSeconds. */
const DEFAULT_DEADLINE_MS = 600_000;
const MAX_INT32 = 2 ** 31 - 1;

const NONE: StatefulSetOptIns = {
  replaceNeverReady: false,
  conditions: false,
  progressDeadlineMs: DEFAULT_DEADLINE_MS,
  correctedCounting: false,
  ordinalBackoff: null,
  reservedOrdinals: [],
  claimGrowth: new Map(),
  problems: [],
};

const known = new WeakMap<KubeObject, StatefulSetOptIns>();

/** The opt-ins of a set, read once per version of it. */
export function optInsOf(set: KubeObject): StatefulSetOptIns {
  const { annotations } = set.metadata;
  if (annotations === undefined) return NONE;
  let optIns = known.get(set);
  if (optIns === undefined) {
    optIns = readOptIns(annotations, set.spec?.volumeClaimTemplates ?? []);
    known.set(set, optIns);
  }
  return optIns;
}

type Annotations = Readonly<Record<string, string>>;
type ClaimTemplates = readonly { readonly metadata?: { readonly name?: string }; readonly spec?: ClaimSpec }[];
interface ClaimSpec {
  readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
}

/** Uncached form of `optInsOf`, for drafts that still change. */
export function readOptIns(annotations: Annotations, templates: ClaimTemplates): StatefulSetOptIns {
  if (!Object.values(OPT_IN).some((key) => annotations[key] !== undefined)) return NONE;
  const problems: string[] = [];
  const read = <T>(key: string, absent: T, parse: (text: string) => T): T => {
    const text = annotations[key];
    if (text === undefined) return absent;
    try {
      return parse(text.trim());
    } catch (error) {
      problems.push(
        `metadata.annotations[${key}]: ${JSON.stringify(text)} is ignored: ${error instanceof Error ? error.message : error}`,
      );
      return absent;
    }
  };
  return {
    replaceNeverReady: read(OPT_IN.stuckRollout, false, word('replace-never-ready')),
    conditions: read(OPT_IN.conditions, false, truth),
    progressDeadlineMs: read(OPT_IN.progressDeadline, DEFAULT_DEADLINE_MS, seconds),
    correctedCounting: read(OPT_IN.counting, false, word('corrected')),
    ordinalBackoff: read(OPT_IN.backoff, null, backoffRange),
    reservedOrdinals: read(OPT_IN.reserved, NONE.reservedOrdinals, parseOrdinalRanges),
    claimGrowth: read(OPT_IN.growth, NONE.claimGrowth, (text) => growthSizes(text, templates)),
    problems,
  };
}

function word(wanted: string): (text: string) => boolean {
  return (text) => {
    if (text !== wanted) throw new Error(`write "${wanted}", or remove the annotation for upstream's behaviour`);
    return true;
  };
}

function truth(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new Error('write "true" or "false"');
  return text === 'true';
}

function seconds(text: string): number {
  const value = /^[0-9]+$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > MAX_INT32) throw new Error('write a whole number of seconds from 1 on, as in "600"');
  return value * 1000;
}

function backoffRange(text: string): BackoffRange {
  const advice = 'write the first and the longest delay, as in "10s..5m"';
  const parts = text.split('..');
  if (parts.length !== 2) throw new Error(advice);
  const [initialMs, maxMs] = parts.map((part) => {
    try {
      return parseGoDuration(part.trim());
    } catch {
      throw new Error(`${JSON.stringify(part)} is no duration; ${advice}`);
    }
  }) as [number, number];
  if (initialMs <= 0 || maxMs < initialMs) {
    throw new Error(`the first delay has to be above zero and no longer than the longest; ${advice}`);
  }
  return { initialMs, maxMs };
}

function growthSizes(text: string, templates: ClaimTemplates): ReadonlyMap<string, string> {
  const advice = 'write NAME=SIZE of claim templates joined by commas, as in "data=20Gi"';
  const sizes = new Map<string, string>();
  for (const part of text.split(',')) {
    const [name = '', size = '', ...rest] = part.split('=').map((side) => side.trim());
    if (name === '' || size === '' || rest.length > 0 || sizes.has(name)) throw new Error(advice);
    const template = templates.find((candidate) => candidate.metadata?.name === name);
    if (template === undefined) throw new Error(`the set has no claim template ${JSON.stringify(name)}; ${advice}`);
    const from = template.spec?.resources?.requests?.storage ?? '0';
    if (compareSizes(size, from, advice) < 0) {
      throw new Error(`claims never shrink, and template ${JSON.stringify(name)} asks for ${from}; write that or more`);
    }
    sizes.set(name, size);
  }
  return sizes;
}

function compareSizes(size: string, from: string, advice: string): number {
  try {
    return compareQuantity(size, from);
  } catch {
    throw new Error(`${JSON.stringify(size)} is no quantity; ${advice}`);
  }
}
