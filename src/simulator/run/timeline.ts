import type { KubeObject } from '../../schema/object.ts';
import type { StoreEvent } from '../../store/store.ts';
import { type JournalEntry, line } from '../observe/journal.ts';

/** The part of a run a reader wants to see: what was done, and what it meant for which ordinal. One line each. */
export function timeline(entries: readonly JournalEntry[]): string[] {
  const lines: string[] = [];
  for (const entry of entries) {
    const text = tell(entry);
    if (text !== null) lines.push(`${(entry.atMs / 1000).toFixed(3).padStart(10)} s  ${text}`);
  }
  return lines;
}

function tell(entry: JournalEntry): string | null {
  switch (entry.kind) {
    case 'fault':
      return `! fault      ${entry.what} ${entry.detail}`;
    case 'operation':
      return `> user       ${entry.what} ${entry.detail}`;
    case 'phase':
      return `= ${entry.what}`;
    case 'violation':
      return `X ${line(entry)}`;
    case 'started':
    case 'exited':
    case 'mounted':
    case 'unmounted':
      return `  machine    ${line(entry)}`;
    case 'write':
      return tellWrite(entry.event);
    default:
      return null;
  }
}

function tellWrite(event: StoreEvent<KubeObject>): string | null {
  const resource = event.key.split('/').slice(0, 2).join('/');
  const name = event.entry.value.metadata.name ?? '';
  const change = CHANGES[resource]?.(event);
  return change === undefined || change === null ? null : `  ${LABELS[resource]?.padEnd(10)} ${name}: ${change}`;
}

const LABELS: Readonly<Record<string, string>> = {
  'core/pods': 'pod',
  'core/persistentvolumeclaims': 'claim',
  'core/persistentvolumes': 'volume',
  'core/nodes': 'node',
  'apps/statefulsets': 'set',
  'apps/controllerrevisions': 'revision',
  'policy/poddisruptionbudgets': 'budget',
};

type Tell = (event: StoreEvent<KubeObject>) => string | null;

const CHANGES: Readonly<Record<string, Tell>> = {
  'core/pods': (event) => differences(event, podFacts),
  'core/persistentvolumeclaims': (event) => differences(event, claimFacts),
  'core/persistentvolumes': (event) => differences(event, claimFacts),
  'core/nodes': (event) => differences(event, nodeFacts),
  'apps/statefulsets': (event) => differences(event, setFacts),
  'apps/controllerrevisions': (event) => differences(event, () => ({})),
  'policy/poddisruptionbudgets': (event) => differences(event, () => ({})),
};

type Facts = Readonly<Record<string, unknown>>;

/** `created …`, `gone`, or what of the facts has changed; null when nothing a reader cares for has. */
function differences(event: StoreEvent<KubeObject>, factsOf: (object: KubeObject) => Facts): string | null {
  if (event.type === 'delete') return 'gone';
  const now = factsOf(event.entry.value);
  if (event.previous === null) return `created ${words(now)}`.trimEnd();
  const before = factsOf(event.previous.value);
  const changed = Object.fromEntries(
    Object.entries(now).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key])),
  );
  return Object.keys(changed).length === 0 ? null : words(changed);
}

const words = (facts: Facts): string =>
  Object.entries(facts)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');

function common({ metadata }: KubeObject): Facts {
  return {
    owner: (metadata.ownerReferences ?? []).map(({ kind, name }) => `${kind}/${name}`).join(','),
    deleting: metadata.deletionTimestamp === undefined ? undefined : true,
  };
}

function condition(object: KubeObject, type: string): string | undefined {
  return (object.status?.conditions ?? []).find((one: { type: string }) => one.type === type)?.status;
}

const podFacts = (pod: KubeObject): Facts => ({
  ...common(pod),
  revision: pod.metadata.labels?.['controller-revision-hash'],
  node: pod.spec?.nodeName,
  phase: pod.status?.phase,
  ready: condition(pod, 'Ready'),
});

const claimFacts = (claim: KubeObject): Facts => ({
  ...common(claim),
  phase: claim.status?.phase,
  volume: claim.spec?.volumeName,
  claim: claim.spec?.claimRef?.name,
});

const nodeFacts = (node: KubeObject): Facts => ({
  ready: condition(node, 'Ready'),
  cordoned: node.spec?.unschedulable,
  taints: (node.spec?.taints ?? []).map((taint: { key: string; effect: string }) => `${taint.key}:${taint.effect}`),
});

const setFacts = (set: KubeObject): Facts => ({
  ...common(set),
  generation: set.metadata.generation,
  wants: set.spec?.replicas,
  start: set.spec?.ordinals?.start,
  replicas: set.status?.replicas,
  ready: set.status?.readyReplicas,
  updated: set.status?.updatedReplicas,
  revision: set.status?.currentRevision,
  next: set.status?.updateRevision,
});
