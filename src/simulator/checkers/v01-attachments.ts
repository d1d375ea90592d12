import type { KubeObject } from '../../schema/object.ts';
import type { JournalEntry } from '../observe/journal.ts';
import type { Checker, CheckerContext, CheckerDefinition } from './checker.ts';
import { isFinished, isReady, isTerminating, nodeKey, podKey } from './facts.ts';

type Storage = Extract<JournalEntry, { kind: 'storage' }>;
type Mounting = Extract<JournalEntry, { kind: 'mounted' | 'unmounted' }>;

/** A node that is out of touch is waited for so long; timers may be a moment early. */
const FORCE_MS = 6 * 60_000 - 1_000;
/** Between the decision to detach and its end, with every retry. */
const DETACHING_MS = 10 * 60_000;
const SEVERAL = ['ReadWriteMany', 'ReadOnlyMany'];
const GIVEN_UP = ['node.kubernetes.io/out-of-service', 'perdure.dev/self-fenced'];

interface Mount {
  readonly node: string;
  readonly pod: string;
  readonly volumes: readonly string[];
}

/** Volumes as the storage system has them attached, against what machines have mounted (node.md 8.5). */
class Attachments implements Checker {
  readonly #context: CheckerContext;
  readonly #attached = new Map<string, Set<string>>();
  /** By uid of the pod. */
  readonly #mounts = new Map<string, Mount>();
  /** Taken away by force from nodes that could not be told: they may believe to have it. */
  readonly #taken = new Set<string>();

  constructor(context: CheckerContext) {
    this.#context = context;
  }

  on(entry: JournalEntry): void {
    if (entry.kind === 'storage') this.#stored(entry);
    else if (entry.kind === 'mounted') this.#mounted(entry);
    else if (entry.kind === 'unmounted') this.#mounts.delete(entry.podUid);
  }

  #nodesOf(volume: string): Set<string> {
    let nodes = this.#attached.get(volume);
    if (nodes === undefined) {
      nodes = new Set();
      this.#attached.set(volume, nodes);
    }
    return nodes;
  }

  #stored({ what, volume, node = '', atMs }: Storage): void {
    const { evaluated, violated } = this.#context;
    if (what === 'created') return;
    evaluated();
    const nodes = this.#nodesOf(volume);
    if (what === 'deleted') {
      if (nodes.size > 0) violated(`volume ${volume} was deleted while it was attached to ${[...nodes].join(', ')}`);
    } else if (what === 'attached') {
      const modes: readonly string[] = this.#volume(volume)?.spec.accessModes ?? [];
      if (nodes.size > 0 && !modes.some((mode) => SEVERAL.includes(mode))) {
        violated(`volume ${volume} (${modes.join()}) was attached to ${node} while ${[...nodes].join(', ')} had it`);
      }
      nodes.add(node);
      this.#taken.delete(`${node} ${volume}`);
    } else {
      nodes.delete(node);
      for (const [podUid, mount] of this.#mounts) {
        if (mount.node !== node || !mount.volumes.includes(volume)) continue;
        this.#taken.add(`${node} ${volume}`);
        if (!this.#mayTake(podUid, mount, atMs)) {
          violated(`volume ${volume} was detached from ${node} while ${mount.pod} (${podUid}) had it mounted there`);
        }
      }
      if (this.#isOutOfTouch(node, atMs)) this.#taken.add(`${node} ${volume}`);
    }
  }

  /** The volume as it was last. */
  #volume(name: string): KubeObject | null {
    return (
      this.#context.history.versions(`core/persistentvolumes/${name}`).findLast(({ object }) => object)?.object ?? null
    );
  }

  /** States of a node from which somebody may have decided by now. */
  #recent(node: string, atMs: number): readonly (KubeObject | null)[] {
    const versions = this.#context.history.versions(nodeKey(node));
    return versions
      .filter((_, index) => (versions[index + 1]?.atMs ?? atMs) >= atMs - DETACHING_MS)
      .map(({ object }) => object);
  }

  #isOutOfTouch(node: string, atMs: number): boolean {
    return this.#recent(node, atMs).some((state) => state === null || !isReady(state));
  }

  /** By force: from a node that was given up, or that was out of touch for long after the pod had let go. */
  #mayTake(podUid: string, { node, pod }: Mount, atMs: number): boolean {
    const recent = this.#recent(node, atMs);
    if (recent.some((state) => (state?.spec?.taints ?? []).some(({ key }: { key: string }) => GIVEN_UP.includes(key))))
      return true;
    return this.#isOutOfTouch(node, atMs) && atMs - this.#letGoMs(podUid, pod) >= FORCE_MS;
  }

  /** Since when the API had no pod that wanted it for this uid. */
  #letGoMs(podUid: string, pod: string): number {
    const [namespace = '', name = ''] = pod.split('/');
    let since = Number.POSITIVE_INFINITY;
    for (const { object, atMs } of this.#context.history.versions(podKey(namespace, name))) {
      const wants = object !== null && object.metadata.uid === podUid && holds(object);
      if (wants) since = Number.POSITIVE_INFINITY;
      else if (since === Number.POSITIVE_INFINITY) since = atMs;
    }
    return since;
  }

  #mounted({ node, podUid, pod, volumes = [] }: Mounting): void {
    const { evaluated, violated } = this.#context;
    const attachable = volumes.filter((name) => this.#volume(name)?.spec.csi !== undefined);
    if (attachable.length === 0) return;
    this.#mounts.set(podUid, { node, pod, volumes: attachable });
    for (const volume of attachable) {
      evaluated();
      if (this.#attached.get(volume)?.has(node) === true || this.#taken.has(`${node} ${volume}`)) continue;
      violated(`volume ${volume} was mounted for ${pod} (${podUid}) on ${node}, to which it is not attached`);
    }
  }

  /** At rest what is attached is what somebody uses, and the API says so. */
  settled(): void {
    const { history, evaluated, violated } = this.#context;
    const known = new Set<string>();
    for (const { spec, status } of history.all('storage.k8s.io/volumeattachments').values()) {
      if (status?.attached === true) known.add(`${spec.source.persistentVolumeName} ${spec.nodeName}`);
      else violated(`at rest, volume ${spec.source.persistentVolumeName} is still to be attached to ${spec.nodeName}`);
    }
    const used = new Set(
      [...this.#mounts.values()].flatMap(({ node, volumes }) => volumes.map((one) => `${one} ${node}`)),
    );
    for (const [volume, nodes] of this.#attached) {
      for (const node of nodes) {
        evaluated();
        const one = `${volume} ${node}`;
        if (!known.delete(one))
          violated(`at rest, volume ${volume} is attached to ${node}, and the API does not know it`);
        else if (!used.has(one)) violated(`at rest, volume ${volume} is attached to ${node}, where nobody uses it`);
      }
    }
    for (const one of known) violated(`at rest, the API has ${one.replace(' ', ' attached to ')}, and it is not`);
  }
}

/** A pod holds on to its volumes until it is over: finished, or on its way out with no container left. */
function holds(pod: KubeObject): boolean {
  if ((pod.spec.nodeName ?? '') === '' || isFinished(pod)) return false;
  if (!isTerminating(pod)) return true;
  return (pod.status?.containerStatuses ?? []).some(({ state }: { state?: { running?: object } }) => state?.running);
}

export const V1: CheckerDefinition = {
  id: 'V1',
  title: 'one node at a time has a volume; mounted is what is attached, and nothing is taken from under a pod',
  create: (context) => new Attachments(context),
};
