import type { KubeObject, OwnerReference } from '../../schema/object.ts';
import type { JournalEntry } from '../observe/journal.ts';
import type { Checker, CheckerContext, CheckerDefinition } from './checker.ts';
import type { CallEntry, WriteEntry } from './decisions.ts';
import { claimKey, claimNames, described, indexOf, isTerminating, memberName, podKey, setKey } from './facts.ts';

const CLAIMS = 'core/persistentvolumeclaims/';
const VOLUMES = 'core/persistentvolumes/';
const FOREGROUND = 'foregroundDeletion';
const STORAGE_FINALIZERS = ['external-provisioner.volume.kubernetes.io/finalizer', 'kubernetes.io/pv-controller'];

const NOTHING: KubeObject = { apiVersion: '', kind: '', metadata: {} };

const refsOf = (object: KubeObject): readonly OwnerReference[] => object.metadata.ownerReferences ?? [];

function retention(set: KubeObject, when: 'whenDeleted' | 'whenScaled'): string {
  return set.spec.persistentVolumeClaimRetentionPolicy?.[when] ?? 'Retain';
}

/** Data go only when the retention policy or a user said so, and never from under a pod. */
class DataKept implements Checker {
  readonly #context: CheckerContext;
  /** Who asked last for the end of a claim, by key. */
  readonly #asked = new Map<string, CallEntry>();

  constructor(context: CheckerContext) {
    this.#context = context;
  }

  on(entry: JournalEntry): void {
    if (entry.kind === 'write' && entry.event.key.startsWith(CLAIMS)) this.#claimWritten(entry);
    if (entry.kind === 'write' && entry.event.key.startsWith(VOLUMES)) this.#volumeWritten(entry);
    if (entry.kind !== 'call') return;
    const { verb, target, name, part } = entry.call;
    if (target.resource === 'persistentvolumeclaims') {
      if (verb === 'delete') this.#asked.set(claimKey(target.namespace ?? '', name), entry);
      if (verb === 'update' && part === 'statefulset') this.#claimOwned(entry);
    }
    if (target.resource === 'pods' && verb === 'create') this.#memberMade(entry);
    if (target.resource === 'persistentvolumes' && part === 'provisioner') this.#volumeReclaimed(entry);
  }

  /** A claim begins to go, or is gone. */
  #claimWritten({ event }: WriteEntry): void {
    const { evaluated, violated } = this.#context;
    const before = event.previous?.value;
    if (before === undefined) return;
    if (event.type === 'delete') this.#stillUsed(before);
    if (isTerminating(before) || (event.type === 'put' && !isTerminating(event.entry.value))) return;
    evaluated();
    const asked = this.#asked.get(event.key);
    if (asked === undefined) {
      violated(`${described(before)} is deleted, and nobody asked for it`);
      return;
    }
    const { program, part } = asked.call;
    if (part === '' && !program.startsWith('kcm-')) return;
    if (part === 'garbage-collector') this.#collected(before);
    else if (part === 'namespace') this.#namespaceGoes(before);
    else violated(`${described(before)} was deleted by ${program} ${part}`);
  }

  #namespaceGoes(claim: KubeObject): void {
    const namespace = this.#context.history.now(`core/namespaces/${claim.metadata.namespace}`);
    if (namespace !== null && !isTerminating(namespace)) {
      this.#context.violated(`${described(claim)} was deleted with its namespace, which stays`);
    }
  }

  /** Collected: each owner is gone or goes, and stood there because the policy said Delete. */
  #collected(claim: KubeObject): void {
    const { history, violated } = this.#context;
    const namespace = claim.metadata.namespace ?? '';
    if (refsOf(claim).length === 0) violated(`${described(claim)} was collected and has no owner`);
    for (const ref of refsOf(claim)) {
      const key =
        ref.kind === 'StatefulSet'
          ? setKey(namespace, ref.name)
          : ref.kind === 'Pod'
            ? podKey(namespace, ref.name)
            : '';
      const owner = history.now(key);
      const lives = owner !== null && owner.metadata.uid === ref.uid;
      if (lives && !(isTerminating(owner) && owner.metadata.finalizers?.includes(FOREGROUND))) {
        violated(`${described(claim)} was collected while its owner ${described(owner)} lives`);
      }
      const set = ref.kind === 'StatefulSet' ? ref.name : memberName(ref.name)?.set;
      const when = ref.kind === 'StatefulSet' ? 'whenDeleted' : 'whenScaled';
      const asked = history
        .versions(setKey(namespace, set ?? ''))
        .some(({ object }) => object !== null && retention(object, when) === 'Delete');
      if (key !== '' && !asked) violated(`${described(claim)} was collected, and ${set} never had ${when}: Delete`);
    }
  }

  /** An owner makes a claim go with it: only as the policy says, and to a pod only once its ordinal is given up. */
  #claimOwned(entry: CallEntry): void {
    const { history, decisions, evaluated, violated } = this.#context;
    const decision = decisions.ofClaim(entry);
    if (decision === null) return;
    const { set } = decision;
    const claim = entry.call.body as KubeObject;
    const key = claimKey(entry.call.target.namespace ?? '', entry.call.name);
    const before = history.at(key, Number(claim.metadata.resourceVersion));
    const had = new Set(before === null ? [] : refsOf(before).map(({ uid }) => uid));
    for (const ref of refsOf(claim)) {
      if (had.has(ref.uid)) continue;
      evaluated();
      const toSet = ref.kind === 'StatefulSet';
      const surplus = indexOf(set, memberName(entry.call.name)?.ordinal ?? -1) < 0;
      const right = toSet
        ? retention(set, 'whenDeleted') === 'Delete' && !(surplus && retention(set, 'whenScaled') === 'Delete')
        : retention(set, 'whenScaled') === 'Delete' && surplus;
      if (!right)
        violated(`${described(claim)} was given to ${ref.kind} ${ref.name} against the policy of ${described(set)}`);
    }
  }

  /** A new member must not take a claim that goes with the pod before it. */
  #memberMade(entry: CallEntry): void {
    const { decisions, evaluated, violated } = this.#context;
    const decision = decisions.ofPod(entry);
    if (decision === null || retention(decision.set, 'whenScaled') !== 'Delete') return;
    const { namespace = '' } = entry.call.target;
    const pods = decision.states('pods', podKey(namespace, entry.call.name)).map((pod) => pod?.metadata.uid);
    for (const name of claimNames(decision.set, memberName(entry.call.name)?.ordinal ?? -1).values()) {
      evaluated();
      const doomed = decision
        .states('persistentvolumeclaims', claimKey(namespace, name))
        .every((claim) =>
          refsOf(claim ?? NOTHING).some(
            (ref) => ref.kind === 'Pod' && ref.name === entry.call.name && !pods.includes(ref.uid),
          ),
        );
      if (doomed)
        violated(`${namespace}/${entry.call.name} is made on claim ${name}, which goes with a pod that is gone`);
    }
  }

  /** A volume is released only when its claim is gone. */
  #volumeWritten({ event }: WriteEntry): void {
    const { history, evaluated, violated } = this.#context;
    const volume = event.entry.value;
    const released = volume.status?.phase === 'Released' && event.previous?.value.status?.phase !== 'Released';
    if (event.type === 'delete' || !released) return;
    evaluated();
    const ref = volume.spec.claimRef;
    const claim = ref === undefined ? null : history.now(claimKey(ref.namespace, ref.name));
    if (claim !== null && claim.metadata.uid === ref.uid && claim.spec.volumeName === volume.metadata.name) {
      violated(`volume ${volume.metadata.name} was released while ${described(claim)} is bound to it`);
    }
  }

  /** The storage of a volume is given back. */
  #volumeReclaimed({ call }: CallEntry): void {
    const { history, evaluated, violated } = this.#context;
    const volume = history.now(`core/persistentvolumes/${call.name}`);
    if (volume === null) return;
    const kept = (call.body as KubeObject | undefined)?.metadata.finalizers ?? [];
    const held = (volume.metadata.finalizers ?? []).some(
      (one) => STORAGE_FINALIZERS.includes(one) && !kept.includes(one),
    );
    if (call.verb !== 'delete' && !(call.verb === 'update' && isTerminating(volume) && held)) return;
    evaluated();
    const ref = volume.spec.claimRef;
    const claim = ref === undefined ? null : history.now(claimKey(ref.namespace, ref.name));
    if (claim !== null && claim.metadata.uid === ref.uid && claim.spec.volumeName === call.name) {
      violated(`the storage of volume ${call.name} is given back while ${described(claim)} is bound to it`);
    }
    if (call.verb === 'delete' && volume.spec.persistentVolumeReclaimPolicy !== 'Delete') {
      violated(
        `volume ${call.name} was deleted although its reclaim policy is ${volume.spec.persistentVolumeReclaimPolicy}`,
      );
    }
  }

  /** A pod that had its node before the claim began to go keeps the claim for as long as the pod is there. */
  #stillUsed(claim: KubeObject): void {
    const { history, evaluated, violated } = this.#context;
    const { namespace = '', name = '' } = claim.metadata;
    const began = history
      .versions(claimKey(namespace, name))
      .find(({ object }) => object !== null && object.metadata.uid === claim.metadata.uid && isTerminating(object));
    if (began === undefined) return;
    evaluated();
    for (const [key, pod] of history.all('core/pods')) {
      const uses = (pod.spec.volumes ?? []).some(
        // biome-ignore lint/suspicious/noExplicitAny: volumes as stored
        (volume: any) => volume.persistentVolumeClaim?.claimName === name,
      );
      if (pod.metadata.namespace !== namespace || !uses) continue;
      const then = history.at(key, began.revision);
      if (then?.metadata.uid === pod.metadata.uid && (then?.spec.nodeName ?? '') !== '') {
        violated(`${described(claim)} is gone while ${described(pod)} on ${pod.spec.nodeName} uses it`);
      }
    }
  }
}

export const S4: CheckerDefinition = {
  id: 'S4',
  title: 'no data deleted unless the retention policy or a user says so',
  create: (context) => new DataKept(context),
};
