import type { Pod } from '../framework/objects.ts';
import type { StatefulSet } from './types.ts';

const MEMBER_NAME = /^(.*)-([0-9]+)$/s;
const MAX_INT32 = 2 ** 31 - 1;

export interface Member {
  readonly parent: string;
  /** -1 when the name has none, or one past int32. */
  readonly ordinal: number;
}

/** `web-3` is member 3 of `web`; `web-03` parses the same. */
export function memberOf(podName: string): Member {
  const match = MEMBER_NAME.exec(podName);
  if (match === null) return { parent: '', ordinal: -1 };
  const ordinal = Number(match[2]);
  return { parent: match[1] ?? '', ordinal: ordinal <= MAX_INT32 ? ordinal : -1 };
}

export const ordinalOf = (pod: Pod): number => memberOf(pod.metadata.name ?? '').ordinal;

export const podName = (set: StatefulSet, ordinal: number): string => `${set.metadata.name}-${ordinal}`;

export function claimName(set: StatefulSet, template: string, ordinal: number): string {
  return `${template}-${set.metadata.name}-${ordinal}`;
}
