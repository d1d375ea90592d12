/** One reason of a PodScheduled message, with the number of nodes it stands for. */
export interface NodeReason {
  readonly count: number;
  readonly reason: string;
}

export interface SchedulingMessage {
  /** Nodes that were looked at. */
  readonly nodes: number;
  /** Node by node, most nodes first. Empty when the pod was refused before any node was looked at. */
  readonly reasons: readonly NodeReason[];
  /** Why the pod was refused as such (`pod has unbound immediate PersistentVolumeClaims`); null when nodes were looked at. */
  readonly refusal: string | null;
}

const HEAD = /^0\/(\d+) nodes are available: (.*)$/s;
/** The list ends where preemption reports, or where nothing does ("not found"). */
const TAIL = /\. ?(?:no new claims to deallocate|preemption:|not found|$)/;

/**
 * Reads the message of the PodScheduled condition (and of FailedScheduling events): `0/3 nodes are available: 1 Insufficient
 * cpu, 2 node(s) …`. Null when it is not of that form. Wordings of releases since 1.20 are understood.
 */
export function parseSchedulingMessage(text: string): SchedulingMessage | null {
  if (text.startsWith('no nodes available')) return { nodes: 0, reasons: [], refusal: null };
  const head = HEAD.exec(text.trim());
  if (head === null) return null;
  const nodes = Number(head[1]);
  const body = head[2]!.split(TAIL)[0]!.replace(/\.$/, '');
  if (!/^\d+ /.test(body)) return { nodes, reasons: [], refusal: body };
  // Reasons themselves may hold commas (taints in older releases): a new one begins with its count.
  const reasons = body.split(/, (?=\d+ )/).map((part): NodeReason => {
    const space = part.indexOf(' ');
    return { count: Number(part.slice(0, space)), reason: part.slice(space + 1) };
  });
  return { nodes, reasons: reasons.sort((a, b) => b.count - a.count), refusal: null };
}
