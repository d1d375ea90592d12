import type { KubeObject } from '../../schema/object.ts';
import type { JournalEntry } from '../observe/journal.ts';
import type { Checker, CheckerContext, CheckerDefinition } from './checker.ts';
import type { CallEntry, WriteEntry } from './decisions.ts';
import { Excuses, isForcedDelete } from './excuses.ts';
import { described, isFinished, isTerminating, podKey } from './facts.ts';

const COLLECTORS: ReadonlySet<string> = new Set(['foregroundDeletion', 'orphan']);
const PODS = 'core/pods/';
const finalizersOf = (object: KubeObject): readonly string[] => object.metadata.finalizers ?? [];
/** Seconds a pod still has; undefined when nobody has asked it to go. */
const graceOf = (pod: KubeObject): number | undefined => pod.metadata.deletionGracePeriodSeconds;

/** Objects go when their finalizers are done, pods also only when somebody answers for their processes. */
class Deletion implements Checker {
  readonly #context: CheckerContext;
  readonly #excuses: Excuses;
  /** Objects of which somebody asked to take the last finalizers off. */
  readonly #released = new Set<string>();
  /** Programs that asked for the end of a pod without grace, by uid. */
  readonly #forced = new Map<string, Set<string>>();
  /** Containers that run, by the uid of their pod. */
  readonly #running = new Map<string, Set<string>>();

  constructor(context: CheckerContext) {
    this.#context = context;
    this.#excuses = new Excuses(context.history);
  }

  on(entry: JournalEntry): void {
    this.#excuses.on(entry);
    switch (entry.kind) {
      case 'started':
        this.#containersOf(entry.container.podUid).add(entry.container.id);
        break;
      case 'exited':
        this.#containersOf(entry.container.podUid).delete(entry.container.id);
        break;
      case 'call':
        this.#called(entry);
        break;
      case 'write':
        this.#written(entry);
    }
  }

  #containersOf(podUid: string): Set<string> {
    let containers = this.#running.get(podUid);
    if (containers === undefined) {
      containers = new Set();
      this.#running.set(podUid, containers);
    }
    return containers;
  }

  #called(entry: CallEntry): void {
    const { call } = entry;
    if (isForcedDelete(entry)) this.#forcedBy(entry);
    const { group, resource, namespace } = call.target;
    const place = namespace === undefined ? call.name : `${namespace}/${call.name}`;
    const key = `${group === '' ? 'core' : group}/${resource}/${place}`;
    const object = this.#context.history.now(key);
    const held = object === null ? [] : finalizersOf(object);
    if (held.length === 0 || !releases(entry)) return;
    if (call.verb !== 'delete' || held.every((one) => COLLECTORS.has(one))) this.#released.add(key);
  }

  #forcedBy({ call }: CallEntry): void {
    const { history, evaluated, violated } = this.#context;
    const pod = history.now(podKey(call.target.namespace ?? '', call.name));
    const uid = call.options?.preconditions?.uid ?? pod?.metadata.uid ?? '';
    let programs = this.#forced.get(uid);
    if (programs === undefined) {
      programs = new Set();
      this.#forced.set(uid, programs);
    }
    programs.add(call.program);
    if (!call.program.startsWith('kubelet/')) return;
    evaluated();
    const still = this.#running.get(uid)?.size ?? 0;
    const here = pod?.metadata.uid === uid && call.program.startsWith(`kubelet/${pod.spec.nodeName}#`);
    if (here && still > 0) {
      violated(`${call.program} says that ${described(pod)} has ended, and ${still} of its containers run`);
    }
  }

  #written({ event }: WriteEntry): void {
    const { evaluated, violated } = this.#context;
    const { key, type, previous, entry } = event;
    if (previous === null) return;
    const before = previous.value;
    const now = type === 'delete' ? null : entry.value;
    if (now === null) {
      evaluated();
      const held = finalizersOf(before);
      if (held.length > 0 && (!isTerminating(before) || !this.#released.delete(key))) {
        violated(`${described(before)} is gone and was held by ${held.join(', ')}`);
      }
    } else if (isTerminating(before) && now.metadata.deletionTimestamp === undefined) {
      violated(`${described(before)} was being deleted, and is no more`);
    }
    if (!key.startsWith(PODS) || graceOf(before) === 0 || (now !== null && graceOf(now) !== 0)) return;
    evaluated();
    if (!this.#mayEnd(before))
      violated(`${described(before)} on ${before.spec.nodeName} ended, and nobody answers for it`);
  }

  /** Somebody answers for the end of the pod: nothing runs any more, or somebody takes the risk. */
  #mayEnd(pod: KubeObject): boolean {
    const node: string = pod.spec.nodeName ?? '';
    const forced = [...(this.#forced.get(pod.metadata.uid ?? '') ?? [])];
    if (node === '' || pod.spec.terminationGracePeriodSeconds === 0) return true;
    if (forced.some((program) => program.startsWith(`kubelet/${node}#`) || program === 'administrator')) return true;
    if (forced.some((program) => program.startsWith('kcm-'))) {
      // Whether nothing of it runs is what V3 asks.
      if (this.#excuses.isFenced(pod.metadata.uid ?? '')) return true;
      return this.#excuses.nodeGivenUp(pod) !== undefined;
    }
    return isFinished(pod);
  }
}

/** Whether the write takes finalizers off. */
function releases({ call }: CallEntry): boolean {
  // Who asks for another way of deletion takes the garbage collector's finalizers off.
  if (call.verb === 'delete') return call.options?.propagationPolicy !== undefined;
  if (call.verb === 'createSub') return call.subresource === 'finalize';
  if (Array.isArray(call.body)) {
    return call.body.some((step: { path?: string }) => step.path?.startsWith('/metadata/finalizers'));
  }
  const metadata = (call.body as KubeObject | undefined)?.metadata;
  if (call.verb === 'update') return (metadata?.finalizers ?? []).length === 0;
  return Object.keys(metadata ?? {}).some((field) => field.includes('finalizers'));
}

export const S16: CheckerDefinition = {
  id: 'S16',
  title: 'objects go without finalizers only, pods when their end is confirmed or forced',
  create: (context) => new Deletion(context),
};
