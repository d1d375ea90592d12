import type { Cause, Found } from './cause.ts';
import { CAUSES } from './causes/index.ts';
import { bySeverity, type Chain, type Finding, stateOf } from './chain.ts';
import { headline } from './headline.ts';
import type { ObjectList, Observed } from './observed.ts';
import { type Subject, type SubjectKind, sameSubject } from './subject.ts';
import { World } from './world.ts';

/** Deeper than set ← pod ← claim ← node ← budget nothing leads. */
const MAX_DEPTH = 6;

const CAUSES_OF: ReadonlyMap<SubjectKind, readonly Cause[]> = (() => {
  const map = new Map<SubjectKind, Cause[]>();
  for (const each of CAUSES) map.set(each.kind, [...(map.get(each.kind) ?? []), each]);
  return map;
})();

const unsolved = ({ severity }: { readonly severity: string }): boolean =>
  severity === 'blocks' || severity === 'waits' || severity === 'follows';

/** What is found about one object. The way to it is not walked again: a pod waits for its claim, and that for the pod. */
function findingsOf(subject: Subject, world: World, trail: readonly Subject[]): Finding[] {
  const object = world.find(subject);
  if (object === undefined || trail.length >= MAX_DEPTH) return [];
  const causes = CAUSES_OF.get(subject.kind) ?? [];
  const found: [Cause, Found][] = [];
  const ask = (cause: Cause): void => {
    const answer = cause.applies(object, world);
    if (answer !== null) found.push([cause, answer]);
  };
  for (const cause of causes) if (!cause.fallback) ask(cause);
  for (const cause of causes) if (cause.fallback && !found.some(([, answer]) => unsolved(answer))) ask(cause);
  const here = [...trail, subject];
  const findings = found.flatMap(([cause, answer]) => toFinding(cause.id, answer, subject, world, here) ?? []);
  return withoutRepeats(findings.sort(bySeverity));
}

const keyOf = ({ cause, subject }: Finding): string => `${cause} ${subject.kind}/${subject.namespace}/${subject.name}`;

const keysBelow = (finding: Finding): string[] =>
  finding.because.flatMap((deeper) => [keyOf(deeper), ...keysBelow(deeper)]);

/** Leaves out what has no way out of its own and rests only on what an earlier finding rests on too. */
function withoutRepeats(findings: readonly Finding[]): Finding[] {
  const shown = new Set<string>();
  return findings.filter((finding) => {
    const repeats =
      finding.ways.length === 0 &&
      finding.because.length > 0 &&
      finding.because.every((deeper) => shown.has(keyOf(deeper)));
    if (!repeats) for (const key of keysBelow(finding)) shown.add(key);
    return !repeats;
  });
}

/** Null for a finding that only points back to what is being explained by it. */
function toFinding(
  id: string,
  found: Found,
  subject: Subject,
  world: World,
  trail: readonly Subject[],
): Finding | null {
  const ahead = (found.next ?? []).filter((next) => !trail.some((done) => sameSubject(done, next)));
  if (found.severity === 'follows' && found.next !== undefined && found.next.length > 0 && ahead.length === 0)
    return null;
  // Beneath a blockage only what explains it counts; risks and notes of other objects are theirs.
  const below = ahead.flatMap((next) => findingsOf(next, world, trail)).filter(unsolved);
  const deeper = found.instead === true ? below.map(looksOnly) : below;
  const severity =
    found.severity !== 'follows' ? found.severity : ([...deeper].sort(bySeverity)[0]?.severity ?? 'blocks');
  return {
    cause: id,
    severity,
    subject,
    says: found.says,
    ...(found.rule === undefined ? {} : { rule: found.rule }),
    ways: found.ways ?? [],
    because: deeper,
  };
}

const LOOKS = /^kubectl (-n \S+ )?(logs|describe|get|exec) /;

/** The finding without the ways that change something. */
function looksOnly(finding: Finding): Finding {
  const ways = finding.ways.filter(({ commands }) => commands.every((command) => LOOKS.test(command)));
  return { ...finding, ways, because: finding.because.map(looksOnly) };
}

/** Names of the lists in sentences. */
const LIST_NAMES: Readonly<Record<ObjectList, string>> = {
  statefulSets: 'StatefulSets',
  pods: 'pods',
  claims: 'persistent volume claims',
  volumes: 'persistent volumes',
  classes: 'storage classes',
  nodes: 'nodes',
  budgets: 'pod disruption budgets',
  revisions: 'controller revisions',
  events: 'events',
  services: 'services',
  endpointSlices: 'endpoint slices',
  priorityClasses: 'priority classes',
  attachments: 'volume attachments',
};

/**
 * Why an object is as it is: the chain of causes with the rules behind them and the ways out. A pure function of what was
 * observed and the time (milliseconds since the epoch), so it answers alike for a live cluster, a recording and a simulation.
 * @throws RangeError when the subject is not among the observed objects
 */
export function explain(subject: Subject, observed: Observed, now: number): Chain {
  const world = new World(observed, now);
  const object = world.find(subject);
  if (object === undefined) {
    const where = subject.namespace === '' ? '' : ` in namespace ${subject.namespace}`;
    throw new RangeError(`there is no ${subject.kind} ${subject.name}${where}`);
  }
  const findings = findingsOf(subject, world, []);
  const unseen = Object.entries(observed.unseen).map(([list, why]) => `${LIST_NAMES[list as ObjectList]}: ${why}`);
  return { subject, state: stateOf(findings), headline: headline(subject, world, findings), findings, unseen };
}
