import type { Finding } from './chain.ts';
import { placeOf, unusable } from './facts/node-facts.ts';
import { isReady, isTerminating, unreadyFor } from './facts/pod-facts.ts';
import { setFacts } from './facts/set-facts.ts';
import type { Node, PersistentVolumeClaim, Pod, PodDisruptionBudget, StatefulSet } from './observed.ts';
import type { Subject } from './subject.ts';
import { ageText, counted } from './words.ts';
import type { World } from './world.ts';

/** One line on the subject as such; what is wrong with it stands in the findings. */
export function headline(subject: Subject, world: World, findings: readonly Finding[]): string {
  const object = world.find(subject);
  switch (subject.kind) {
    case 'StatefulSet':
      return setLine(object as unknown as StatefulSet, world, findings);
    case 'Pod':
      return podLine(object as unknown as Pod, world);
    case 'PersistentVolumeClaim':
      return claimLine(object as unknown as PersistentVolumeClaim, world);
    case 'Node':
      return nodeLine(object as unknown as Node, world);
    case 'PodDisruptionBudget':
      return budgetLine(object as unknown as PodDisruptionBudget);
  }
}

function setLine(set: StatefulSet, world: World, findings: readonly Finding[]): string {
  const facts = setFacts(set, world);
  const ready = `${facts.ready} of ${counted(facts.replicas, 'pod')} ready`;
  const worst = findings[0]?.severity;
  if (worst === 'blocks')
    return facts.blocker === null ? `blocked, ${ready}` : `blocked at ordinal ${facts.blocker.ordinal}, ${ready}`;
  if (worst === 'waits')
    return facts.blocker === null ? `waits, ${ready}` : `waits at ordinal ${facts.blocker.ordinal}, ${ready}`;
  return facts.ready === facts.replicas ? `nothing blocks it, ${ready}` : `${ready}`;
}

function podLine(pod: Pod, world: World): string {
  const where = pod.spec.nodeName === undefined ? 'on no node' : `on node ${pod.spec.nodeName}`;
  if (isTerminating(pod)) return `Terminating ${where}`;
  if (isReady(pod)) return `Ready ${where}`;
  return `${pod.status.phase ?? 'Pending'} ${where}, not Ready for ${ageText(unreadyFor(pod, world))}`;
}

function claimLine(claim: PersistentVolumeClaim, world: World): string {
  const phase = claim.metadata.deletionTimestamp === undefined ? (claim.status.phase ?? 'Pending') : 'Terminating';
  const volume = world.volume(claim.spec.volumeName);
  if (volume === undefined) return `${phase}, ${claim.spec.resources.requests?.storage ?? 'no size'} asked for`;
  const place = placeOf(volume);
  const where = place === null ? '' : `, usable ${place} only`;
  return `${phase} to ${claim.spec.volumeName} (${claim.status.capacity?.storage ?? volume.spec.capacity?.storage})${where}`;
}

function nodeLine(node: Node, world: World): string {
  const pods = world.observed.pods.filter(({ spec }) => spec.nodeName === node.metadata.name);
  return `${unusable(node) ?? 'Ready'}, ${counted(pods.length, 'pod')} on it`;
}

function budgetLine({ status }: PodDisruptionBudget): string {
  const { disruptionsAllowed = 0, currentHealthy = 0, desiredHealthy = 0, expectedPods = 0 } = status;
  return `allows ${counted(disruptionsAllowed, 'eviction')} now: ${currentHealthy} of ${expectedPods} healthy, ${desiredHealthy} must be`;
}
