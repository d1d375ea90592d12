import type { Clock } from '../../base/clock.ts';
import type { FeatureGates } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Entry } from '../../store/store.ts';
import type { Answer, Call } from '../network/network-client.ts';
import { ObjectHistory } from '../observe/history.ts';
import { type ContainerFact, type Happening, Journal } from '../observe/journal.ts';
import { EPOCH_MS } from '../time/virtual-clock.ts';
import type { World } from '../world/world.ts';
import type { CheckerDefinition } from './checker.ts';
import { Decisions } from './decisions.ts';

const RESOURCES = ['pods', 'statefulsets', 'persistentvolumeclaims', 'controllerrevisions', 'poddisruptionbudgets'];

/** Parts of an object as a test gives them. */
export interface Draft {
  readonly metadata?: object;
  readonly [field: string]: unknown;
}

/**
 * A journal and a history without a world: a test tells what happens, and sees what the checker makes of it. Caches are
 * current unless a test says otherwise.
 */
export class CheckerBench {
  readonly violations: string[] = [];
  evaluations = 0;
  readonly journal: Journal;
  readonly history = new ObjectHistory();
  readonly #checker;
  #nowMs = 0;
  #uids = 0;

  constructor(definition: CheckerDefinition, gates: FeatureGates = {}, world: Partial<World> = {}) {
    const clock: Clock = {
      now: () => EPOCH_MS + this.#nowMs,
      monotonic: () => this.#nowMs,
      setTimer: () => ({ cancel: () => {} }),
      defer: () => {},
    };
    this.journal = new Journal(clock);
    const decisions = new Decisions(this.history);
    this.#checker = definition.create({
      world: world as World,
      journal: this.journal,
      history: this.history,
      clock,
      decisions,
      gates,
      evaluated: () => {
        this.evaluations++;
      },
      violated: (message) => void this.violations.push(message),
    });
    this.journal.on((entry) => {
      if (entry.kind === 'write') this.history.record(entry.event, entry.atMs);
      decisions.observe(entry);
      this.#checker.on?.(entry);
    });
  }

  get revision(): number {
    return this.history.revision;
  }

  get nowMs(): number {
    return EPOCH_MS + this.#nowMs;
  }

  /** RFC 3339, in so many milliseconds from now. */
  time(inMs = 0): string {
    return new Date(this.nowMs + inMs).toISOString().replace(/\.\d+/, '');
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }

  settled(): void {
    this.#checker.settled?.();
  }

  happen(happening: Happening): void {
    this.journal.add(happening);
  }

  /** Writes an object under its key; a new one gets a uid, unless it has one. */
  put(key: string, draft: Draft): KubeObject {
    const before = this.history.now(key);
    const [group = '', resource = '', ...place] = key.split('/');
    const name = place.at(-1) ?? '';
    const metadata = {
      name,
      ...(place.length > 1 ? { namespace: place[0]! } : {}),
      uid: before?.metadata.uid ?? `uid-${++this.#uids}`,
      ...draft.metadata,
      resourceVersion: String(this.revision + 1),
    };
    const object = { apiVersion: `${group}/v1`, kind: resource, ...draft, metadata } as KubeObject;
    const entry = this.#entry(key, object);
    const previous = before === null ? null : this.#entry(key, before, Number(before.metadata.resourceVersion));
    this.happen({
      kind: 'write',
      event: { type: 'put', revision: entry.revision, key, entry, previous, frames: new Map() },
    });
    return object;
  }

  /** Writes an object with some fields changed, one level deep below each of them. */
  change(key: string, changes: Draft): KubeObject {
    const before = this.history.now(key);
    if (before === null) throw new Error(`there is no ${key}`);
    const merged: Record<string, unknown> = { ...before };
    for (const [field, value] of Object.entries(changes)) merged[field] = { ...before[field], ...(value as object) };
    return this.put(key, merged);
  }

  remove(key: string): void {
    const before = this.history.now(key);
    if (before === null) throw new Error(`there is no ${key}`);
    // The last state, told with the revision of its end.
    const last = { ...before, metadata: { ...before.metadata, resourceVersion: String(this.revision + 1) } };
    const entry = this.#entry(key, last);
    const previous = this.#entry(key, before, Number(before.metadata.resourceVersion));
    this.happen({
      kind: 'write',
      event: { type: 'delete', revision: entry.revision, key, entry, previous, frames: new Map() },
    });
  }

  #entry(key: string, value: KubeObject, revision = this.revision + 1): Entry<KubeObject> {
    return { key, revision, value, bytes: Buffer.from('') };
  }

  /** A controller begins a pass, by default on caches that are current. */
  pass(key: string, controller = 'statefulset', revision = this.revision): void {
    const seen = Object.fromEntries(RESOURCES.map((resource) => [resource, revision]));
    this.happen({ kind: 'pass', program: 'kcm-0', controller, key, seen, nowMs: this.nowMs });
  }

  /** A write arrives at the server, by default one of the StatefulSet controller, with caches that are current. */
  call(key: string, call: Partial<Call> & Pick<Call, 'verb'>, revision = this.revision): void {
    this.happen({
      kind: 'call',
      call: this.#callOf(key, call),
      seen: Object.fromEntries(RESOURCES.map((one) => [one, revision])),
      nowMs: this.nowMs,
    });
  }

  #callOf(key: string, call: Partial<Call> & Pick<Call, 'verb'>): Call {
    const [group = '', resource = '', ...place] = key.split('/');
    const target = {
      group: group === 'core' ? '' : group,
      version: 'v1',
      resource,
      ...(place.length > 1 ? { namespace: place[0]! } : {}),
    };
    return {
      program: 'kcm-0',
      part: call.program === undefined ? 'statefulset' : '',
      target,
      name: place.at(-1) ?? '',
      subresource: '',
      body: undefined,
      options: undefined,
      ...call,
    };
  }

  /** The server answers a write, by default one of the StatefulSet controller that was carried out. */
  answered(key: string, call: Partial<Call> & Pick<Call, 'verb'>, answer: Partial<Answer> = {}): void {
    const whole = this.#callOf(key, call);
    this.happen({ kind: 'answered', call: whole, answer: { code: 0, name: whole.name, revision: 0, ...answer } });
  }

  started(pod: KubeObject, fact: Partial<ContainerFact> = {}): void {
    this.happen({ kind: 'started', container: this.#fact(pod, fact) });
  }

  exited(pod: KubeObject, fact: Partial<ContainerFact> = {}): void {
    this.happen({ kind: 'exited', container: this.#fact(pod, fact), exitCode: 0, why: '' });
  }

  #fact(pod: KubeObject, fact: Partial<ContainerFact>): ContainerFact {
    const { uid = '', namespace = '', name = '' } = pod.metadata;
    return {
      node: pod.spec?.nodeName ?? 'n1',
      podUid: uid,
      namespace,
      pod: name,
      container: 'main',
      id: `${uid}/${fact.container ?? 'main'}/${fact.attempt ?? 0}`,
      init: false,
      attempt: 0,
      claims: [],
      ...fact,
    };
  }
}

/** A set `web` of the namespace `default`, ordered and rolling, unless the spec says otherwise. */
export function webSet(spec: object = {}, metadata: object = {}): Draft {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { uid: 'set-1', generation: 1, ...metadata },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'v1' }] } },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      ...spec,
    },
    status: { currentRevision: 'web-a', updateRevision: 'web-a', currentReplicas: 3 },
  };
}

/** The reference of a member to its set. */
export const WEB_REF = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid: 'set-1', controller: true };

/** A member of `web`: Running and Ready for an hour, unless the status says otherwise. */
export function webPod(bench: CheckerBench, changes: Draft = {}): Draft {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    spec: { nodeName: 'n1', containers: [{ name: 'main' }] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: bench.time(-3_600_000) }],
    },
    ...changes,
    metadata: {
      labels: { app: 'web', 'controller-revision-hash': 'web-a' },
      ownerReferences: [WEB_REF],
      ...changes.metadata,
    },
  };
}

/** A ControllerRevision that holds the template of the set as it is now. */
export function revisionOf(set: KubeObject, number: number): Draft {
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { ownerReferences: [WEB_REF], labels: { app: 'web' } },
    data: { spec: { template: { ...set.spec.template, $patch: 'replace' } } },
    revision: number,
  };
}

export const WEB = 'apps/statefulsets/default/web';
export const pod = (ordinal: number): string => `core/pods/default/web-${ordinal}`;
