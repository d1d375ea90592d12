import type { KubeObject } from '../../schema/object.ts';
import type { ContainerFact, JournalEntry } from '../observe/journal.ts';
import { claimsOf } from '../observe/observed-volumes.ts';
import type { Checker, CheckerContext, CheckerDefinition } from './checker.ts';
import type { CallEntry, WriteEntry } from './decisions.ts';
import { Excuses } from './excuses.ts';
import {
  claimKey,
  claimNames,
  controllerRef,
  described,
  memberName,
  nodeKey,
  POD_NAME_LABEL,
  podKey,
  setKey,
} from './facts.ts';

type Mounting = Extract<JournalEntry, { kind: 'mounted' | 'unmounted' }>;

interface Holder {
  readonly node: string;
  readonly pod: string;
}

interface Term {
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** What a scheduler waits for; the phase follows with a write of its own. */
function isFullyBound(claim: KubeObject | null): boolean {
  return (
    claim?.spec.volumeName !== undefined &&
    claim.metadata.annotations?.['pv.kubernetes.io/bind-completed'] !== undefined
  );
}

/** Members find their own data, and data of a single writer is in one place only. */
class OwnVolumes implements Checker {
  readonly #context: CheckerContext;
  readonly #excuses: Excuses;
  /** Who has a volume mounted: by volume, then by uid of the pod. */
  readonly #holders = new Map<string, Map<string, Holder>>();

  constructor(context: CheckerContext) {
    this.#context = context;
    this.#excuses = new Excuses(context.history);
  }

  on(entry: JournalEntry): void {
    this.#excuses.on(entry);
    if (entry.kind === 'mounted') this.#mounted(entry);
    else if (entry.kind === 'unmounted') for (const holders of this.#holders.values()) holders.delete(entry.podUid);
    else if (entry.kind === 'started') this.#started(entry.container);
    else if (entry.kind === 'call') this.#called(entry);
    else if (entry.kind === 'write' && entry.event.type === 'put') this.#claimBound(entry);
  }

  /** A member is made after its claims, and gets its node after they are bound. */
  #called(entry: CallEntry): void {
    const { history, decisions, evaluated, violated } = this.#context;
    const { verb, subresource, target, name, body } = entry.call;
    if (target.resource !== 'pods') return;
    const namespace = target.namespace ?? '';
    if (verb === 'create') {
      const decision = decisions.ofPod(entry);
      if (decision === null) return;
      for (const claim of claimNames(decision.set, memberName(name)?.ordinal ?? -1).values()) {
        evaluated();
        const key = claimKey(namespace, claim);
        const known = [history.now(key), ...decision.states('persistentvolumeclaims', key)];
        if (known.every((state) => state === null))
          violated(`pod ${namespace}/${name} is made before its claim ${claim}`);
      }
    } else if (subresource === 'binding') {
      const pod = history.now(podKey(namespace, name));
      // One that is meant for an earlier pod of the name is refused.
      const meant = (body as KubeObject | undefined)?.metadata.uid ?? pod?.metadata.uid;
      for (const claim of pod === null || meant !== pod.metadata.uid ? [] : claimsOf(pod)) {
        evaluated();
        const bound = history.versions(claimKey(namespace, claim)).some(({ object }) => isFullyBound(object));
        if (!bound) violated(`pod ${namespace}/${name} gets its node while its claim ${claim} never was bound`);
      }
    }
  }

  /** A claim gets a volume that was given to this very claim, not to an earlier one of its name. */
  #claimBound({ event }: WriteEntry): void {
    const { history, evaluated, violated } = this.#context;
    const claim = event.entry.value;
    if (claim.kind !== 'PersistentVolumeClaim' || claim.status?.phase !== 'Bound') return;
    if (event.previous?.value.status?.phase === 'Bound') return;
    evaluated();
    const volumes = history.versions(`core/persistentvolumes/${claim.spec.volumeName}`);
    if (!volumes.some(({ object }) => object?.spec.claimRef?.uid === claim.metadata.uid)) {
      violated(`${described(claim)} is bound to volume ${claim.spec.volumeName}, which never was given to it`);
    }
  }

  #mounted({ node, podUid, pod, claims, volumes }: Mounting): void {
    const { history, evaluated, violated } = this.#context;
    const namespace = pod.slice(0, pod.indexOf('/'));
    for (const [index, name] of claims.entries()) {
      const key = claimKey(namespace, name);
      const now = history.now(key);
      // A claim of the name may have been made again since the node last heard of it: what it mounts is the volume of the earlier one.
      const volume: string | undefined = volumes?.[index] || now?.spec.volumeName;
      if (volume === undefined) continue;
      const claim = history.versions(key).findLast(({ object }) => object?.spec.volumeName === volume)?.object ?? now;
      const modes: readonly string[] = claim?.spec.accessModes ?? [];
      let holders = this.#holders.get(volume);
      if (holders === undefined) {
        holders = new Map();
        this.#holders.set(volume, holders);
      }
      const onePod = modes.includes('ReadWriteOncePod');
      const oneNode = onePod || modes.every((mode) => mode === 'ReadWriteOnce');
      evaluated();
      const unreachable = this.#unreachable(volume, node);
      if (unreachable !== null) violated(`volume ${volume} was mounted for ${pod} on ${node}, ${unreachable}`);
      for (const [uid, other] of holders) {
        if (uid === podUid || this.#excuses.of(uid) !== undefined || this.#excuses.of(podUid) !== undefined) continue;
        if (this.#excuses.isFenced(uid)) continue;
        if (onePod || (oneNode && other.node !== node)) {
          violated(
            `volume ${volume} (${modes.join()}) of claim ${namespace}/${name} was mounted for ${pod} (${podUid}) on ${node} ` +
              `while ${other.pod} (${uid}) had it on ${other.node}`,
          );
        }
      }
      holders.set(podUid, { node, pod });
    }
  }

  /** Why the volume cannot be used on the node, by the node affinity of the volume; null when it can. */
  #unreachable(volume: string, node: string): string | null {
    const { history } = this.#context;
    const terms: readonly Term[] =
      history.now(`core/persistentvolumes/${volume}`)?.spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
    const labels = history.now(nodeKey(node))?.metadata.labels;
    if (terms.length === 0 || labels === undefined) return null;
    const fits = terms.some(({ matchExpressions = [] }) =>
      matchExpressions.every(
        ({ key, operator, values = [] }) => operator !== 'In' || values.includes(labels[key] ?? ''),
      ),
    );
    return fits ? null : `where ${JSON.stringify(terms)} does not let it be`;
  }

  /** Only for pods the controller made: an adopted one has what volumes it came with. */
  #started({ namespace, pod: name, podUid, claims, node }: ContainerFact): void {
    const { history, evaluated, violated } = this.#context;
    const member = memberName(name);
    const born = history
      .versions(podKey(namespace, name))
      .find(({ object }) => object?.metadata.uid === podUid)?.object;
    const owner = born == null ? undefined : controllerRef(born);
    if (member === null || owner?.kind !== 'StatefulSet' || born?.metadata.labels?.[POD_NAME_LABEL] !== name) return;
    const set = history
      .versions(setKey(namespace, member.set))
      .find(({ object }) => object?.metadata.uid === owner.uid)?.object;
    if (set == null) return;
    evaluated();
    const own = claimNames(set, member.ordinal);
    for (const claim of own.values()) {
      if (!claims.includes(claim))
        violated(`${namespace}/${name} (${podUid}) started on ${node} without its claim ${claim}`);
    }
    for (const claim of claims) {
      const of = memberName(claim);
      const foreign =
        of !== null && of.ordinal !== member.ordinal && [...claimNames(set, of.ordinal).values()].includes(claim);
      if (foreign)
        violated(`${namespace}/${name} (${podUid}) started on ${node} with claim ${claim} of another ordinal`);
    }
  }
}

export const S3: CheckerDefinition = {
  id: 'S3',
  title: 'a member mounts its own claims; a single writer’s volume is in one place',
  create: (context) => new OwnVolumes(context),
};
