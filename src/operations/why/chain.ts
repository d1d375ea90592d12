import type { Subject } from './subject.ts';

/**
 * How bad it is. `blocks`: goes on only when somebody acts; `waits`: goes on by itself; `warning`: data or names may not
 * be what one thinks; `risk`: fine now, not after the next failure; `note`: as asked for, good to know.
 */
export type Severity = 'blocks' | 'waits' | 'warning' | 'risk' | 'note';

/** What a way out does to the data of the set. */
export type DataEffect =
  | { readonly kind: 'keeps' }
  | { readonly kind: 'loses'; readonly what: string }
  | { readonly kind: 'risk'; readonly what: string };

/** One way out. The commands are complete lines; words in capitals (IMAGE) stand for what only the user knows. */
export interface Way {
  readonly does: string;
  readonly commands: readonly string[];
  readonly data: DataEffect;
}

/** The rule that makes it so, in own words, and where it is written. */
export interface Rule {
  readonly text: string;
  /** A field, a KEP, an issue: `spec.podManagementPolicy`, `KEP-1847`, `kubernetes#67250`. */
  readonly source: string;
}

/** One link of the chain. `because`: what it rests on, nearest first. */
export interface Finding {
  /** Id of the cause (`causes/<id>.ts`). */
  readonly cause: string;
  readonly severity: Severity;
  readonly subject: Subject;
  /** One sentence without a full stop, with names and numbers. */
  readonly says: string;
  readonly rule?: Rule;
  readonly ways: readonly Way[];
  readonly because: readonly Finding[];
}

/** The worst that was found: `fine` when there is neither blockage, wait nor warning. */
export type State = 'blocked' | 'waiting' | 'warned' | 'fine';

/** The answer: why the subject is as it is. */
export interface Chain {
  readonly subject: Subject;
  readonly state: State;
  /** One line: `blocked at ordinal 2, 2 of 3 ready`. */
  readonly headline: string;
  /** Worst first. */
  readonly findings: readonly Finding[];
  /** What could not be looked at, with the reason; the answer may miss causes that lie there. */
  readonly unseen: readonly string[];
}

export const keepsData: DataEffect = { kind: 'keeps' };
export const losesData = (what: string): DataEffect => ({ kind: 'loses', what });
export const risk = (what: string): DataEffect => ({ kind: 'risk', what });

/** `keeps data`, `loses data of pvc data-web-1`, `risk: …`. */
export function dataText(effect: DataEffect): string {
  if (effect.kind === 'keeps') return 'keeps data';
  return effect.kind === 'loses' ? `loses data of ${effect.what}` : `risk: ${effect.what}`;
}

/** A way that only looks, or changes nothing that is stored. */
export const way = (does: string, commands: readonly string[] | string, data: DataEffect = keepsData): Way => ({
  does,
  commands: typeof commands === 'string' ? [commands] : commands,
  data,
});

const ORDER: readonly Severity[] = ['blocks', 'waits', 'warning', 'risk', 'note'];

/** Worst first; equal ones keep their order. */
export function bySeverity(a: { readonly severity: Severity }, b: { readonly severity: Severity }): number {
  return ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity);
}

export function stateOf(findings: readonly Finding[]): State {
  const worst = [...findings].sort(bySeverity)[0]?.severity;
  if (worst === 'blocks') return 'blocked';
  if (worst === 'waits') return 'waiting';
  return worst === 'warning' ? 'warned' : 'fine';
}
