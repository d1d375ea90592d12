import type { KubeObject } from '../../schema/object.ts';
import type { JournalEntry } from '../observe/journal.ts';

/** What a member of a set was, from one moment to the next. `lost`: its machine is away, whatever the API still says. */
export type MemberState = 'absent' | 'pending' | 'starting' | 'not-ready' | 'crashing' | 'ready' | 'leaving' | 'lost';

export interface Interval {
  /** Virtual milliseconds since the beginning. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: MemberState;
  readonly node: string;
  readonly image: string;
}

export interface MemberLine {
  /** `namespace/name` of the set. */
  readonly set: string;
  readonly ordinal: number;
  readonly intervals: readonly Interval[];
}

/** A member as it is called in texts: `web-2`. */
export const memberName = ({ set, ordinal }: Pick<MemberLine, 'set' | 'ordinal'>): string =>
  `${set.slice(set.indexOf('/') + 1)}-${ordinal}`;

type Seen = Pick<Interval, 'state' | 'node' | 'image'>;

interface OpenLine {
  readonly set: string;
  readonly ordinal: number;
  readonly intervals: Interval[];
  pod: KubeObject | null;
  now: Seen;
  sinceMs: number;
}

const ABSENT: Seen = { state: 'absent', node: '', image: '' };

/** Follows every member of every set: what the store says of it, and whether its machine can be reached. */
export class MemberLines {
  readonly #lines = new Map<string, OpenLine>();
  readonly #away = new Set<string>();

  on(entry: JournalEntry): void {
    if (entry.kind !== 'write' || !entry.event.key.startsWith('core/pods/')) return;
    this.pod(entry.event.entry.value, entry.event.type === 'delete', entry.atMs);
  }

  /** A pod as it is from this moment on. */
  pod(pod: KubeObject, gone: boolean, atMs: number): void {
    const owner = (pod.metadata.ownerReferences ?? []).find(({ controller }) => controller === true);
    const match = /^(.+)-(\d+)$/.exec(pod.metadata.name ?? '');
    if (owner?.kind !== 'StatefulSet' || match?.[1] !== owner.name) return;
    const set = `${pod.metadata.namespace}/${owner.name}`;
    const key = `${set}-${match[2]}`;
    const line = this.#lines.get(key) ?? {
      set,
      ordinal: Number(match[2]),
      intervals: [],
      pod: null,
      now: ABSENT,
      sinceMs: atMs,
    };
    this.#lines.set(key, line);
    line.pod = gone ? null : pod;
    this.#look(line, atMs);
  }

  /** A machine lost its power or its network, or has it again. */
  machine(node: string, away: boolean, atMs: number): void {
    if (away) this.#away.add(node);
    else this.#away.delete(node);
    for (const line of this.#lines.values()) if (line.pod?.spec?.nodeName === node) this.#look(line, atMs);
  }

  #look(line: OpenLine, atMs: number): void {
    const { now } = line;
    const seen = line.pod === null ? ABSENT : seenOf(line.pod, this.#away);
    if (now.state === seen.state && now.node === seen.node && now.image === seen.image) return;
    if (atMs > line.sinceMs) line.intervals.push({ fromMs: line.sinceMs, toMs: atMs, ...now });
    line.now = seen;
    line.sinceMs = atMs;
  }

  /** All lines between two moments, by set and ordinal; times count from the first. */
  lines(originMs: number, untilMs: number): readonly MemberLine[] {
    const clip = (atMs: number): number => Math.round(Math.min(Math.max(atMs, originMs), untilMs) - originMs);
    return [...this.#lines.values()]
      .map(({ set, ordinal, intervals, now, sinceMs }) => ({
        set,
        ordinal,
        intervals: [...intervals, { fromMs: sinceMs, toMs: untilMs, ...now }]
          .map((one) => ({ ...one, fromMs: clip(one.fromMs), toMs: clip(one.toMs) }))
          .filter(({ fromMs, toMs }) => toMs > fromMs),
      }))
      .sort((a, b) => (a.set === b.set ? a.ordinal - b.ordinal : a.set < b.set ? -1 : 1));
  }
}

function seenOf(pod: KubeObject, away: ReadonlySet<string>): Seen {
  const node = pod.spec?.nodeName ?? '';
  const state = stateOf(pod);
  return {
    state: away.has(node) && state !== 'leaving' ? 'lost' : state,
    node,
    image: pod.spec?.containers?.[0]?.image ?? '',
  };
}

interface Status {
  readonly state?: { readonly waiting?: { readonly reason?: string }; readonly terminated?: object };
}

/** Whether a container of the pod waits to be started again after a crash. What has ended for good crashes no more. */
export function isCrashing(pod: KubeObject): boolean {
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return false;
  const statuses: readonly Status[] = pod.status?.containerStatuses ?? [];
  return statuses.some(({ state }) => state?.waiting?.reason === 'CrashLoopBackOff' || state?.terminated !== undefined);
}

export function isReady(pod: KubeObject): boolean {
  const conditions: readonly { type: string; status: string }[] = pod.status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

function stateOf(pod: KubeObject): MemberState {
  if (pod.metadata.deletionTimestamp !== undefined) return 'leaving';
  if (!pod.spec?.nodeName) return 'pending';
  if (isReady(pod)) return 'ready';
  if (isCrashing(pod)) return 'crashing';
  return pod.status?.phase === 'Running' ? 'not-ready' : 'starting';
}
