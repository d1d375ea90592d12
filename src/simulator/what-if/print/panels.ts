import type { Interval, MemberLine, MemberState } from '../members.ts';
import type { Report } from '../report.ts';

/** The part of a step that is worth looking at: to its last change, and a little more. */
export interface Panel {
  /** From 1. */
  readonly number: number;
  readonly title: string;
  readonly fromMs: number;
  readonly toMs: number;
}

const LEAST_MS = 1_000;
const MARGIN = 0.12;
const SHORT_MS = 100;

/** One panel a step; the silence after which a world counts as at rest is left out. */
export function panelsOf({ steps }: Report): readonly Panel[] {
  return steps.map(({ step, fromMs, toMs, changedMs, ended }, index) => {
    const activeMs = Math.max(changedMs - fromMs, LEAST_MS);
    const shownMs = ended === 'at rest' ? Math.min(fromMs + activeMs * (1 + MARGIN), toMs) : toMs;
    return { number: index + 1, title: step, fromMs, toMs: Math.round(shownMs) };
  });
}

/** Between two moments, intervals cut to them. */
export function within({ intervals }: MemberLine, fromMs: number, toMs: number): readonly Interval[] {
  return intervals
    .map((one) => ({ ...one, fromMs: Math.max(one.fromMs, fromMs), toMs: Math.min(one.toMs, toMs) }))
    .filter((one) => one.toMs > one.fromMs);
}

/** States as people say them. */
export const STATE_TEXT: Readonly<Record<MemberState, string>> = {
  absent: 'not there',
  pending: 'pending',
  starting: 'starting',
  'not-ready': 'not ready',
  crashing: 'crashing',
  ready: 'ready',
  leaving: 'leaving',
  lost: 'lost',
};

/** `0s`, `2.4s`, `21s`, `2m30s`, `1h05m`. */
export function durationText(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1).replace('.0', '')}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)}m${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h${two(Math.floor((whole % 3600) / 60))}m`;
}

/** How a step ended: `at rest after 21s`, `still changing after 15m00s`. */
export function endText({ fromMs, toMs, changedMs, ended }: Report['steps'][number]): string {
  if (ended === 'at rest') {
    const took = changedMs - fromMs;
    if (took <= 0) return 'nothing changed';
    return took < SHORT_MS ? 'at rest at once' : `at rest after ${durationText(took)}`;
  }
  return `${ended === 'limit' ? 'still changing after' : 'looked at for'} ${durationText(toMs - fromMs)}`;
}

/** `from 3m05s for 4m12s: 1 of the 2 ready that make a majority`, and whether it lasts. */
export function lossText(loss: Report['quorumLosses'][number], endMs: number): string {
  const forMs = durationText(loss.toMs - loss.fromMs);
  const howLong = loss.toMs >= endMs ? `for ${forMs}, to the end` : `for ${forMs}`;
  return `from ${durationText(loss.fromMs)} ${howLong}: at worst ${loss.ready} ready, ${loss.quorum} make a majority`;
}

/** When the last step ended. */
export const endOf = ({ steps }: Report): number => steps.at(-1)?.toMs ?? 0;

/** What a member was when it ended. */
export function stateAt({ intervals }: MemberLine, endMs: number): MemberState {
  const last = intervals.at(-1);
  return last === undefined || last.toMs < endMs ? 'absent' : last.state;
}

/** Where and what a member was when it ended: `ready on node-1, web:2`. */
export function lastText(line: MemberLine, endMs: number): string {
  const last = line.intervals.at(-1);
  const state = stateAt(line, endMs);
  if (last === undefined || state === 'absent') return STATE_TEXT.absent;
  return `${STATE_TEXT[state]}${last.node === '' ? '' : ` on ${last.node}`}, ${last.image}`;
}
